package dev.bursar.server.cycles;

import dev.bursar.ledger.Amounts;
import dev.bursar.ledger.Attribution;
import dev.bursar.ledger.Command;
import dev.bursar.ledger.CommandKey;
import dev.bursar.ledger.HoldId;
import dev.bursar.ledger.StateRecord;
import dev.bursar.ledger.TenantId;
import java.time.Duration;

/// Requests as commands of the ledger.
final class Commands {

    /// Up to this long, counted in `char`s, a command key can be in any case.
    private static final int MAX_COMMAND_KEY = 256;

    private Commands() {}

    /// @param id of the new reservation
    static Command reserve(
            Requests.Reserve request,
            Scope scope,
            CyclesCaller caller,
            String id,
            Exchange exchange) {
        Duration ttl = ttl(request.ttlMillis());
        Attribution attribution =
                new Facts(exchange)
                        .with(request.action())
                        .with(Facts.METADATA, request.metadata())
                        .with(Facts.DIMENSIONS, scope.dimensions())
                        .with(Facts.TTL, ttl.toMillis())
                        .attribution();
        Command.Reserve reserve =
                new Command.Reserve(
                        key("", request),
                        new HoldId(id),
                        caller.tenant(),
                        scope.subject(),
                        request.estimate().amounts(),
                        Amounts.NONE,
                        Command.Shortage.TAKE,
                        ttl,
                        Duration.ofMillis(request.graceMillis()),
                        Command.OnExpiry.RELEASE,
                        request.overage(),
                        true,
                        attribution);
        return request.dryRun()
                ? new Command.Evaluate(reserve, StateRecord.Operation.RESERVE, WireUnit.NAMEABLE)
                : reserve;
    }

    /// @param id that a reservation would get
    static Command decide(
            Requests.Decide request,
            Scope scope,
            CyclesCaller caller,
            String id,
            Exchange exchange) {
        Attribution attribution =
                new Facts(exchange)
                        .with(request.action())
                        .with(Facts.METADATA, request.metadata())
                        .with(Facts.DIMENSIONS, scope.dimensions())
                        .attribution();
        return new Command.Evaluate(
                new Command.Reserve(
                        key("", request),
                        new HoldId(id),
                        caller.tenant(),
                        scope.subject(),
                        request.estimate().amounts(),
                        Amounts.NONE,
                        Command.Shortage.TAKE,
                        Defaults.TTL,
                        Defaults.GRACE,
                        Command.OnExpiry.RELEASE,
                        Defaults.OVERAGE,
                        true,
                        attribution),
                StateRecord.Operation.DECIDE,
                WireUnit.NAMEABLE);
    }

    static Command.Commit commit(
            Requests.Commit request, TenantId tenant, HoldId hold, Exchange exchange) {
        return new Command.Commit(
                key(hold.value(), request),
                tenant,
                hold,
                request.actual().amounts(),
                new Facts(exchange)
                        .with(request.metrics())
                        .with(Facts.METADATA, request.metadata())
                        .with(Facts.RESERVATION, hold.value())
                        .attribution());
    }

    /// @param facts what is kept of it
    static Command.Release release(
            Requests.Release request, TenantId tenant, HoldId hold, Facts facts) {
        return new Command.Release(
                key(hold.value(), request),
                tenant,
                hold,
                facts.with(Facts.REASON, request.reason()).attribution());
    }

    /// The same key may be used for other reservations: clients name the turns of their heartbeat.
    static Command extend(Requests.Extend request, TenantId tenant, HoldId hold) {
        String own = hold.value() + '/' + request.idempotencyKey();
        return new Command.Extend(
                new CommandKey(
                        own.length() <= MAX_COMMAND_KEY
                                ? own
                                : Fingerprint.uuid(hold.value(), request.idempotencyKey()),
                        Fingerprint.of(hold.value(), request)),
                tenant,
                hold,
                Duration.ofMillis(request.byMillis()),
                Defaults.MAX_EXTENSIONS);
    }

    static Command.Charge charge(
            Requests.Event request,
            Scope scope,
            CyclesCaller caller,
            String eventId,
            Exchange exchange) {
        return new Command.Charge(
                key("", request),
                caller.tenant(),
                scope.subject(),
                request.actual().amounts(),
                request.overage(),
                true,
                new Facts(exchange)
                        .with(request.action())
                        .with(request.metrics())
                        .with(Facts.METADATA, request.metadata())
                        .with(Facts.DIMENSIONS, scope.dimensions())
                        .with(Facts.EVENT, eventId)
                        .attribution());
    }

    /// The id of an event follows from what makes a repeat known, and so stays the same for repeats.
    static String eventId(Requests.Event request, CyclesCaller caller) {
        return Fingerprint.uuid(
                caller.tenant().value(),
                request.idempotencyKey(),
                Long.toHexString(Fingerprint.of("", request)));
    }

    /// The key of what makes a reservation, or would.
    static CommandKey key(Requests.Reserve request) {
        return key("", request);
    }

    /// To the ledger, a key that is the name of its hold is that of a call which nobody repeats otherwise: a
    /// client's is none of these.
    private static CommandKey key(String on, Requests.Keyed request) {
        String sent = request.idempotencyKey();
        String own = on.isEmpty() ? ClientKeys.stored(sent) : ClientKeys.storedOfReservation(sent);
        return new CommandKey(
                own.equals(on) ? Fingerprint.uuid(on, own) : own, Fingerprint.of(on, request));
    }

    private static Duration ttl(long millis) {
        Duration wanted = Duration.ofMillis(millis);
        return wanted.compareTo(Defaults.MAX_TTL) > 0 ? Defaults.MAX_TTL : wanted;
    }
}
