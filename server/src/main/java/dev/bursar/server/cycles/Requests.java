package dev.bursar.server.cycles;

import dev.bursar.ledger.Command.Overage;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// The bodies of requests. Each is read with its rules, so that one that exists is valid by itself.
///
/// `metadata` is JSON with sorted fields, null for none.
final class Requests {

    /// The most characters of `metadata`.
    static final int MAX_METADATA = 16 * 1024;

    /// The most characters of `metadata` of an event. A client that comes too late to commit sends the
    /// commit's as an event's, and adds where it comes from.
    static final int MAX_EVENT_METADATA = MAX_METADATA + 1_024;

    private static final int MAX_KEY = 256;
    private static final int MAX_REASON = 256;
    private static final long MAX_MILLIS = Duration.ofDays(1).toMillis();
    private static final long MIN_TTL_MILLIS = 1_000;
    private static final long MAX_GRACE_MILLIS = 60_000;

    private Requests() {}

    /// What all have: it makes a repeat known.
    sealed interface Keyed {
        String idempotencyKey();
    }

    /// @param ttlMillis how long it is wanted for
    record Reserve(
            String idempotencyKey,
            WireSubject subject,
            WireAction action,
            WireAmount estimate,
            long ttlMillis,
            long graceMillis,
            Overage overage,
            boolean dryRun,
            @Nullable String metadata)
            implements Keyed {}

    record Decide(
            String idempotencyKey,
            WireSubject subject,
            WireAction action,
            WireAmount estimate,
            @Nullable String metadata)
            implements Keyed {}

    record Commit(
            String idempotencyKey,
            WireAmount actual,
            WireMetrics metrics,
            @Nullable String metadata)
            implements Keyed {}

    record Release(String idempotencyKey, @Nullable String reason) implements Keyed {}

    record Extend(String idempotencyKey, long byMillis, @Nullable String metadata)
            implements Keyed {}

    /// The client's own time is only advice and not kept: one that tries again may send another.
    record Event(
            String idempotencyKey,
            WireSubject subject,
            WireAction action,
            WireAmount actual,
            Overage overage,
            WireMetrics metrics,
            @Nullable String metadata)
            implements Keyed {}

    static Reserve reserve(JsonFields in) {
        Common common = new Common("estimate", MAX_METADATA);
        long ttl = Defaults.TTL.toMillis();
        long grace = Defaults.GRACE.toMillis();
        Overage overage = Defaults.OVERAGE;
        boolean dryRun = false;
        for (String field = in.next(); field != null; field = in.next()) {
            switch (field) {
                case "ttl_ms" -> ttl = in.integer(MIN_TTL_MILLIS, MAX_MILLIS);
                case "grace_period_ms" -> grace = in.integer(0, MAX_GRACE_MILLIS);
                case "overage_policy" -> overage = overage(in);
                case "dry_run" -> dryRun = in.bool();
                default -> common.read(field, in);
            }
        }
        return new Reserve(
                common.key(),
                common.subject(),
                common.action(),
                common.amount(),
                ttl,
                grace,
                overage,
                dryRun,
                common.metadata);
    }

    static Decide decide(JsonFields in) {
        Common common = new Common("estimate", MAX_METADATA);
        for (String field = in.next(); field != null; field = in.next()) {
            common.read(field, in);
        }
        return new Decide(
                common.key(), common.subject(), common.action(), common.amount(), common.metadata);
    }

    static Event event(JsonFields in) {
        Common common = new Common("actual", MAX_EVENT_METADATA);
        Overage overage = Defaults.OVERAGE;
        WireMetrics metrics = WireMetrics.NONE;
        for (String field = in.next(); field != null; field = in.next()) {
            switch (field) {
                case "overage_policy" -> overage = overage(in);
                case "metrics" -> metrics = WireMetrics.read(in);
                case "client_time_ms" -> in.integer(0, Long.MAX_VALUE);
                default -> common.read(field, in);
            }
        }
        return new Event(
                common.key(),
                common.subject(),
                common.action(),
                common.amount(),
                overage,
                metrics,
                common.metadata);
    }

    static Commit commit(JsonFields in) {
        String key = null;
        WireAmount actual = null;
        WireMetrics metrics = WireMetrics.NONE;
        String metadata = null;
        for (String field = in.next(); field != null; field = in.next()) {
            switch (field) {
                case "idempotency_key" -> key = in.text(1, MAX_KEY);
                case "actual" -> actual = WireAmount.read(in, "actual");
                case "metrics" -> metrics = WireMetrics.read(in);
                case "metadata" -> metadata = in.object(MAX_METADATA);
                default -> throw in.unknown();
            }
        }
        return new Commit(key(key), JsonFields.required(actual, "actual"), metrics, metadata);
    }

    static Release release(JsonFields in) {
        String key = null;
        String reason = null;
        for (String field = in.next(); field != null; field = in.next()) {
            switch (field) {
                case "idempotency_key" -> key = in.text(1, MAX_KEY);
                case "reason" -> reason = in.text(0, MAX_REASON);
                default -> throw in.unknown();
            }
        }
        return new Release(key(key), reason);
    }

    static Extend extend(JsonFields in) {
        String key = null;
        long by = 0;
        String metadata = null;
        for (String field = in.next(); field != null; field = in.next()) {
            switch (field) {
                case "idempotency_key" -> key = in.text(1, MAX_KEY);
                case "extend_by_ms" -> by = in.integer(1, MAX_MILLIS);
                case "metadata" -> metadata = in.object(MAX_METADATA);
                default -> throw in.unknown();
            }
        }
        return new Extend(
                key(key), JsonFields.required(by == 0 ? null : by, "extend_by_ms"), metadata);
    }

    private static String key(@Nullable String key) {
        return JsonFields.required(key, "idempotency_key");
    }

    private static Overage overage(JsonFields in) {
        return switch (in.text(1, 32)) {
            case "REJECT" -> Overage.REJECT;
            case "ALLOW_IF_AVAILABLE" -> Overage.ALLOW_IF_AVAILABLE;
            case "ALLOW_WITH_OVERDRAFT" -> Overage.ALLOW_WITH_OVERDRAFT;
            default -> throw in.wrong("must be REJECT, ALLOW_IF_AVAILABLE or ALLOW_WITH_OVERDRAFT");
        };
    }

    /// The fields of whatever asks for an amount.
    private static final class Common {

        private final String amountName;
        private final int maxMetadata;
        private @Nullable String key;
        private @Nullable WireSubject subject;
        private @Nullable WireAction action;
        private @Nullable WireAmount amount;
        private @Nullable String metadata;

        Common(String amountName, int maxMetadata) {
            this.amountName = amountName;
            this.maxMetadata = maxMetadata;
        }

        void read(String field, JsonFields in) {
            if (field.equals(amountName)) {
                amount = WireAmount.read(in, amountName);
                return;
            }
            switch (field) {
                case "idempotency_key" -> key = in.text(1, MAX_KEY);
                case "subject" -> subject = WireSubject.read(in);
                case "action" -> action = WireAction.read(in);
                case "metadata" -> metadata = in.object(maxMetadata);
                default -> throw in.unknown();
            }
        }

        String key() {
            return Requests.key(key);
        }

        WireSubject subject() {
            return JsonFields.required(subject, "subject");
        }

        WireAction action() {
            return JsonFields.required(action, "action");
        }

        WireAmount amount() {
            return JsonFields.required(amount, amountName);
        }
    }
}
