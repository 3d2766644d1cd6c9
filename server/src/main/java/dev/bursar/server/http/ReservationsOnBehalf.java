package dev.bursar.server.http;

import dev.bursar.authority.Authority;
import dev.bursar.gateway.Quantity;
import dev.bursar.ledger.Amounts;
import dev.bursar.ledger.Attribution;
import dev.bursar.ledger.Block;
import dev.bursar.ledger.Command;
import dev.bursar.ledger.CommandKey;
import dev.bursar.ledger.HoldId;
import dev.bursar.ledger.Outcome;
import dev.bursar.ledger.Reason;
import dev.bursar.ledger.ScopePath;
import dev.bursar.ledger.Subject;
import dev.bursar.ledger.TenantId;
import dev.bursar.ledger.Unit;
import dev.bursar.server.config.BudgetWords;
import dev.bursar.server.directory.Action;
import dev.bursar.server.directory.Directory;
import dev.bursar.server.directory.Tenant;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import tools.jackson.databind.node.ObjectNode;

/// How a person makes a reservation in the place of a tenant's client, and lets one last longer.
final class ReservationsOnBehalf {

    private static final Duration TTL = Duration.ofHours(1);

    /// As of reservations that a client makes and says nothing of it.
    private static final Duration GRACE = Duration.ofSeconds(5);

    /// More than clients may: a person sees what is open.
    private static final int MAX_EXTENSIONS = 1_000;

    private static final List<String> FIELDS =
            List.of("tenant", "amount", "subject", "ttl", "overage", "reason");

    /// What clients may ask for, too.
    private static final List<Command.Overage> OVERAGES =
            List.of(
                    Command.Overage.REJECT,
                    Command.Overage.ALLOW_IF_AVAILABLE,
                    Command.Overage.ALLOW_WITH_OVERDRAFT);

    private final Authority authority;
    private final Directory directory;
    private final Notary notary;
    private final ReservationsApi reservations;
    private final InstantSource clock;

    ReservationsOnBehalf(
            Authority authority,
            Directory directory,
            Notary notary,
            ReservationsApi reservations,
            InstantSource clock) {
        this.authority = authority;
        this.directory = directory;
        this.notary = notary;
        this.reservations = reservations;
        this.clock = clock;
    }

    /// What is reserved for whom, as the body says it.
    private record Wanted(
            Unit unit,
            long amount,
            Subject subject,
            ScopePath scope,
            Duration ttl,
            Command.Overage overage) {

        /// What a repetition must say again.
        List<String> payload() {
            List<String> payload =
                    new ArrayList<>(
                            List.of(
                                    "create",
                                    unit.name(),
                                    Long.toString(amount),
                                    ttl.toString(),
                                    overage.name()));
            subject.values()
                    .forEach((dimension, value) -> payload.addAll(List.of(dimension, value)));
            return payload;
        }
    }

    void mount(ApiRouter api) {
        api.onJson(ApiRoute.CREATE_RESERVATION, this::create);
        api.onJson(ApiRoute.EXTEND_RESERVATION, this::extend);
    }

    private void create(RoutingContext context) {
        Body body = Body.of(context, FIELDS);
        TenantId tenant = body.tenant("tenant");
        Access.requireTenant(context, tenant.value());
        Wanted wanted = wanted(tenant, body);
        if (directory.requireOpen(tenant).status() == Tenant.Status.SUSPENDED) {
            throw new ApiException(409, "tenant_suspended", "tenant: " + tenant + " is suspended");
        }
        String id = id();
        Outcome outcome =
                authority.submit(
                        new Command.Reserve(
                                Idempotency.key(context, "on_behalf", wanted.payload()),
                                new HoldId(id),
                                tenant,
                                wanted.subject(),
                                Amounts.of(wanted.unit(), wanted.amount()),
                                Amounts.NONE,
                                Command.Shortage.TAKE,
                                wanted.ttl(),
                                GRACE,
                                Command.OnExpiry.RELEASE,
                                wanted.overage(),
                                true,
                                made(context, id, tenant, wanted, body)));
        Outcome.Granted granted = granted(outcome, tenant, wanted);
        ObjectNode answer = ApiJson.object();
        answer.put("id", granted.hold().value());
        answer.put("tenant", tenant.value());
        answer.put("scope", wanted.scope().toString());
        answer.put("unit", Quantity.unit(wanted.unit()));
        CallJson.put(answer, "reserved", wanted.unit(), granted.held().get(wanted.unit()));
        answer.put("expires", granted.expiresAt().toString());
        Answers.json(context, 201, answer);
    }

    private static Wanted wanted(TenantId tenant, Body body) {
        BudgetWords.Written amount = amount(body);
        Subject subject = subject(tenant, body.map("subject"));
        return new Wanted(
                amount.unit(),
                amount.value(),
                subject,
                scope(tenant, subject),
                body.seconds("ttl", Command.Reserve.MAX_TTL).orElse(TTL),
                body.choice("overage", OVERAGES).orElse(Command.Overage.ALLOW_IF_AVAILABLE));
    }

    private static BudgetWords.Written amount(Body body) {
        try {
            BudgetWords.Written amount = BudgetWords.amount("amount", body.required("amount"));
            if (amount.value() > 0) {
                return amount;
            }
        } catch (IllegalArgumentException e) {
            throw ApiException.badRequest(String.valueOf(e.getMessage()));
        }
        throw ApiException.badRequest("amount: must be above 0");
    }

    private static Subject subject(TenantId tenant, SortedMap<String, String> named) {
        String own = named.putIfAbsent(Subject.TENANT, tenant.value());
        if (own != null && !own.equals(tenant.value())) {
            throw ApiException.badRequest("subject.tenant: must be the tenant, or left out");
        }
        try {
            return Subject.of(named);
        } catch (IllegalArgumentException e) {
            throw ApiException.badRequest("subject: " + e.getMessage());
        }
    }

    private static ScopePath scope(TenantId tenant, Subject subject) {
        try {
            return ScopePath.of(tenant, subject).getLast();
        } catch (IllegalArgumentException e) {
            throw ApiException.badRequest("subject: " + e.getMessage());
        }
    }

    /// A UUID of version 7 (RFC 9562), by whose form reservations are told from other holds.
    private String id() {
        UUID random = UUID.randomUUID();
        long high = clock.millis() << 16 | 0x7000L | (random.getMostSignificantBits() & 0xFFFL);
        return new UUID(high, random.getLeastSignificantBits()).toString();
    }

    private static Attribution made(
            RoutingContext context, String id, TenantId tenant, Wanted wanted, Body body) {
        SortedMap<String, String> more = new TreeMap<>(body.reason());
        more.putAll(ReservationsApi.onBehalfOf(tenant));
        more.put("action_kind", "reservation");
        more.put("action_name", "on_behalf");
        SortedMap<String, String> dimensions = new TreeMap<>();
        for (Map.Entry<String, String> one : wanted.subject().values().entrySet()) {
            if (!ScopePath.LEVELS.contains(one.getKey())) {
                dimensions.put(asSent(one.getKey(), wanted.subject()), one.getValue());
            }
        }
        if (!dimensions.isEmpty()) {
            more.put("dimensions", ApiJson.text(ApiJson.of(dimensions)));
        }
        SortedMap<String, String> labels =
                Access.actor(context).did(Action.RESERVATION_CREATE, id, more).labels();
        return new Attribution(
                labels, new TreeMap<>(Map.of("ttl_millis", wanted.ttl().toMillis())));
    }

    /// A tag by its name alone, as clients of the protocol send it, unless a dimension has that name.
    private static String asSent(String dimension, Subject subject) {
        if (!dimension.startsWith(Subject.TAG_PREFIX)) {
            return dimension;
        }
        String name = dimension.substring(Subject.TAG_PREFIX.length());
        return subject.get(name) == null ? name : dimension;
    }

    private static Outcome.Granted granted(Outcome outcome, TenantId tenant, Wanted wanted) {
        if (outcome instanceof Outcome.Refused(Reason reason, List<Block> blocks)) {
            String code = reason.name().toLowerCase(Locale.ROOT);
            if (reason == Reason.BUDGET_NOT_FOUND || reason == Reason.UNIT_MISMATCH) {
                throw new ApiException(
                        409,
                        code,
                        "amount: no budget of the tenant %s that is in %s applies to this subject"
                                .formatted(tenant, Quantity.unit(wanted.unit())));
            }
            if (!blocks.isEmpty()) {
                throw new ApiException(409, code, "amount: " + why(Block.told(reason, blocks)));
            }
        }
        return LedgerAnswers.require(Outcome.Granted.class, outcome, "tenant: " + tenant);
    }

    private static String why(Block block) {
        String budget = "the budget " + block.account().budget();
        return switch (block.cause()) {
            case FROZEN -> budget + " is frozen";
            case CLOSED -> budget + " is closed for ever";
            case OVER_LIMIT -> budget + " is over its limit";
            case IN_DEBT -> budget + " owes " + Quantity.text(block.unit(), block.debt());
            case ABOVE_LIMIT ->
                    budget + " has a limit of " + Quantity.text(block.unit(), block.limit());
            case SPENT, HELD ->
                    budget
                            + " has only "
                            + Quantity.text(block.unit(), block.affordable())
                            + " left";
        };
    }

    private void extend(RoutingContext context) {
        Body body = Body.of(context, List.of("by", "reason"));
        Duration by =
                body.seconds("by", Command.Reserve.MAX_TTL)
                        .orElseThrow(() -> ApiException.badRequest("by: is missing"));
        ReservationsApi.Found found = reservations.find(context);
        String id = found.hold().value();
        CommandKey key = Idempotency.key(context, id, List.of("extend", by.toString()));
        Outcome.Extended extended =
                reservations.require(
                        Outcome.Extended.class,
                        found,
                        new Command.Extend(key, found.tenant(), found.hold(), by, MAX_EXTENSIONS));
        Map<String, String> said = new TreeMap<>(body.reason());
        said.putAll(ReservationsApi.onBehalfOf(found.tenant()));
        said.put("until", extended.expiresAt().toString());
        // The entry of an extension says nothing of who did it. Once more is the same act; one that
        // took effect anew, as its key was forgotten, is another.
        said.put("act", act(found.tenant(), key, extended.extensions()));
        notary.note(Access.actor(context), found.tenant(), Action.RESERVATION_EXTEND, id, said);
        ObjectNode answer = ApiJson.object();
        answer.put("id", id);
        answer.put("expires", extended.expiresAt().toString());
        answer.put("extensions", extended.extensions());
        Answers.json(context, 200, answer);
    }

    private static String act(TenantId tenant, CommandKey key, int extensions) {
        String once = tenant + " extend " + key.value() + " " + extensions;
        return UUID.nameUUIDFromBytes(once.getBytes(StandardCharsets.UTF_8)).toString();
    }
}
