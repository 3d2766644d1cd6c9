package dev.bursar.gateway;

import dev.bursar.gateway.Routes.Route;
import dev.bursar.gateway.routing.Chain;
import dev.bursar.gateway.routing.HealthSettings;
import dev.bursar.gateway.routing.KeyRing;
import dev.bursar.gateway.routing.ProviderKey;
import dev.bursar.gateway.routing.RouteRules;
import dev.bursar.gateway.routing.Target;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The attempts of one call: where it goes first, and where next when a provider fails. An attempt
/// follows only while nothing of an answer has reached the client. Not thread-safe.
final class Attempts {

    private static final Logger LOG = LoggerFactory.getLogger(Attempts.class);

    /// The label of an attempt that was let in and found no key.
    static final String NO_ROOM = "provider_limited";

    /// What a client is asked to wait at least: calls that are open have to end.
    private static final int LIMITED_RETRY_SECONDS = 2;

    private static final int OK = 200;
    private static final int UNAUTHORIZED = 401;
    private static final int SERVER_ERROR = 500;
    private static final int TIMEOUT = 408;

    /// Where a call may go.
    private record Candidate(Route route, Target target) {

        String model() {
            return route.provider().name() + "/" + route.model();
        }
    }

    /// Whose attempts these are.
    ///
    /// @param call the id of the call
    /// @param stick calls with the same keep their key
    /// @param ownKey whether the client brought the provider's key
    /// @param receivedNanos when it arrived, as `System.nanoTime`
    record Ask(String call, String stick, boolean ownKey, long receivedNanos) {}

    private final Wiring wiring;
    private final Ask ask;
    private final String routeName;
    private final Duration within;
    private final Duration answerWithin;
    private final Chain<Candidate> chain;

    /// The keys that the current model is asked with.
    private KeyRing.Turn keys;

    /// Keys that rest since an attempt of this call. That another model takes one of them wakes it up for none.
    private final Set<ProviderKey> refused = new HashSet<>(0);

    private @Nullable Candidate current;
    private int number;

    /// How long it takes until one of the providers whose keys had no room has some; null while all had.
    private @Nullable Duration untilRoom;

    private Attempts(
            Wiring wiring, Ask ask, @Nullable RouteRules rules, List<Candidate> candidates) {
        this.wiring = wiring;
        this.ask = ask;
        this.routeName = rules == null ? "" : rules.name();
        this.within = rules == null ? RouteRules.WITHIN : rules.within();
        this.answerWithin = rules == null ? RouteRules.ANSWER_WITHIN : rules.answerWithin();
        this.chain = new Chain<>(candidates);
        this.keys = wiring.keys().turn(ask.stick());
    }

    /// A call that goes where it asks to go.
    static Attempts direct(Wiring wiring, Ask ask, Route route) {
        Target target = new Target(route.model(), "", "");
        return new Attempts(wiring, ask, null, List.of(new Candidate(route, target)));
    }

    /// A call that follows a route. Models that are not served to its dialect, or have no price where
    /// they need one, are passed over.
    ///
    /// @param find where a model is served, or a [RefusedException] when it cannot serve the call
    /// @throws RefusedException when none is left
    static Attempts routed(
            Wiring wiring,
            Ask ask,
            Function<String, Route> find,
            RouteRules rules,
            List<Target> targets) {
        List<Candidate> candidates = new ArrayList<>();
        RefusedException first = null;
        for (Target target : targets) {
            try {
                candidates.add(new Candidate(find.apply(target.model()), target));
            } catch (RefusedException refused) {
                first = first == null ? refused : first;
            }
        }
        if (candidates.isEmpty() && first != null) {
            throw first;
        }
        return new Attempts(wiring, ask, rules, candidates);
    }

    /// What to try first, without a key as yet: somebody else's answer may do.
    ///
    /// @return what [#take] is to be asked for; when that does not give it, ask again for the next
    /// @throws RefusedException when no key may make the call now
    Attempt first() {
        Attempt chosen = choose("");
        if (chosen == null) {
            throw noRoom();
        }
        return chosen;
    }

    private RefusedException noRoom() {
        int wait = untilRoom == null ? 0 : Denials.retrySeconds(untilRoom);
        return new RefusedException(
                Denial.later(
                        Refusal.PROVIDER_LIMITED,
                        "every key of the provider has as many calls as it may have",
                        Math.max(wait, LIMITED_RETRY_SECONDS)));
    }

    private void foundNoRoom(String provider, Instant now) {
        Duration wait = keys.untilRefill(provider, now);
        Duration before = untilRoom;
        untilRoom = before == null || wait.compareTo(before) < 0 ? wait : before;
    }

    /// Begins what was chosen last.
    ///
    /// @return null when no key has room for it, or its model has begun to rest
    @Nullable Attempt take(Attempt chosen) {
        Candidate candidate = current;
        if (candidate == null) {
            return null;
        }
        Instant now = wiring.clock().instant();
        if (!chain.lastResort() && !admits(candidate, now)) {
            chain.putOff(candidate);
            return null;
        }
        String provider = candidate.route().provider().name();
        if (needsKey(provider) && !keys.hasRoom(provider, now, isLastResort(provider, now))) {
            foundNoRoom(provider, now);
            return null;
        }
        number++;
        return chosen;
    }

    /// An attempt that is about to be sent, with a place among the calls of a key. Not before: until it is let
    /// in it may wait for a budget, or a budget may lead it to another provider.
    ///
    /// @param served where it goes
    /// @return null when no key has room for it any more
    @Nullable Attempt sent(Attempt attempt, Route served) {
        String provider = served.provider().name();
        if (!needsKey(provider)) {
            return attempt.sent(served, null);
        }
        Instant now = wiring.clock().instant();
        KeyRing.Lease lease = keys.take(provider, now, isLastResort(provider, now));
        if (lease == null) {
            foundNoRoom(provider, now);
            return null;
        }
        return attempt.sent(served, lease);
    }

    private boolean needsKey(String provider) {
        return !ask.ownKey() && wiring.keys().has(provider);
    }

    /// Whoever comes up although all of its keys rest is the last resort.
    private boolean isLastResort(String provider, Instant now) {
        return !wiring.keys().isAwake(provider, now);
    }

    /// What to try after an attempt that was let in and found no key.
    ///
    /// @throws RefusedException when there is nothing else
    Attempt afterNoRoom() {
        boolean over = number >= RouteRules.MAX_ATTEMPTS;
        Attempt other = over ? null : next("fallback after " + NO_ROOM);
        if (other == null) {
            throw noRoom();
        }
        return other;
    }

    /// What to try after an attempt has ended, or null when its end is the end of the call.
    ///
    /// @param wanted whether the client still waits for an answer
    @Nullable Attempt after(Attempt attempt, Ending ending, boolean wanted) {
        Instant now = wiring.clock().instant();
        learn(attempt, ending, now);
        Setback setback = Setback.of(ending, ask.ownKey());
        if (setback == Setback.NONE || !wanted || isOver()) {
            return null;
        }
        Attempt other =
                setback == Setback.FAILED ? null : withAnotherKey(attempt, label(ending), now);
        if (other != null || setback == Setback.LIMITED_BRIEFLY) {
            return other;
        }
        return next("fallback after " + label(ending));
    }

    /// How an attempt ended that led to another.
    static String label(Ending ending) {
        return switch (ending) {
            case Ending.Answered answered -> Integer.toString(answered.status());
            case Ending.Failed failed -> failed.label();
            case Ending.Relayed relayed -> Integer.toString(relayed.status());
            case Ending.Stopped _ -> "stopped";
            case Ending.ClientGone _ -> "client_gone";
        };
    }

    private boolean isOver() {
        return number >= RouteRules.MAX_ATTEMPTS
                || System.nanoTime() - ask.receivedNanos() >= within.toNanos();
    }

    private @Nullable Attempt next(String after) {
        for (Attempt chosen = choose(after); chosen != null; chosen = choose(after)) {
            Attempt taken = take(chosen);
            if (taken != null) {
                return taken;
            }
        }
        return null;
    }

    private @Nullable Attempt choose(String after) {
        Instant now = wiring.clock().instant();
        for (; ; ) {
            Candidate candidate = chain.next(next -> isAwake(next, now));
            if (candidate == null) {
                return null;
            }
            if (mayServe(candidate)) {
                current = candidate;
                keys = keys.another();
                return attempt(candidate, after.isEmpty() ? candidate.target().reason() : after);
            }
        }
    }

    private boolean isAwake(Candidate candidate, Instant now) {
        return hasKey(candidate, now) && !wiring.health().rests(candidate.model(), now);
    }

    /// The answer may make a probe of the attempt.
    private boolean admits(Candidate candidate, Instant now) {
        return hasKey(candidate, now) && wiring.health().admits(candidate.model(), now);
    }

    private boolean hasKey(Candidate candidate, Instant now) {
        return ask.ownKey() || wiring.keys().isAwake(candidate.route().provider().name(), now);
    }

    /// A key that the client brought is for the provider that it was brought for, and goes to no other.
    private boolean mayServe(Candidate candidate) {
        Candidate first = current;
        return !ask.ownKey()
                || first == null
                || candidate.route().provider().name().equals(first.route().provider().name());
    }

    private @Nullable Attempt withAnotherKey(Attempt attempt, String after, Instant now) {
        Candidate candidate = current;
        if (candidate == null || !keys.hasRoom(attempt.route().provider().name(), now, false)) {
            return null;
        }
        Attempt again = attempt(candidate, "another key after " + after);
        number++;
        return again;
    }

    /// The next one, without a key.
    private Attempt attempt(Candidate candidate, String reason) {
        int next = number + 1;
        return new Attempt(
                next,
                ask.call(),
                next == 1 ? ask.call() : ask.call() + "-" + next,
                candidate.route(),
                null,
                new Attempt.Why(routeName, candidate.target().rule(), reason),
                chain.isEmpty() ? null : answerWithin);
    }

    /// Keeps in mind how a provider and a key did.
    private void learn(Attempt attempt, Ending ending, Instant now) {
        switch (ending) {
            case Ending.Answered answered -> {
                switch (Setback.of(ending, ask.ownKey())) {
                    case KEY_REFUSED, LIMITED_BRIEFLY, LIMITED -> refused(attempt, answered, now);
                    case FAILED, NONE -> answered(attempt, answered.status(), now);
                }
            }
            case Ending.Relayed relayed -> answered(attempt, relayed.status(), now);
            case Ending.Stopped _ -> answered(attempt, OK, now);
            case Ending.Failed failed when !failed.label().equals(Exchange.SHUT_DOWN) ->
                    wiring.health().failed(model(attempt), now, health());
            case Ending.ClientGone gone when gone.status() > 0 ->
                    answered(attempt, gone.status(), now);
            case Ending.Failed _, Ending.ClientGone _ -> {}
        }
    }

    private void refused(Attempt attempt, Ending.Answered answered, Instant now) {
        KeyRing.Lease lease = attempt.lease();
        if (lease == null) {
            return;
        }
        lease.refused(answered.status(), now, Setback.retryAfter(answered.headers()));
        refused.add(lease.key());
        if (answered.status() == UNAUTHORIZED) {
            keys.dead(lease);
        }
        if (Setback.of(answered, false) == Setback.KEY_REFUSED) {
            LOG.warn(
                    "event=provider_key_refused provider={} key={} status={}",
                    attempt.route().provider().name(),
                    lease.key().name(),
                    answered.status());
        }
    }

    private void answered(Attempt attempt, int status, Instant now) {
        if (status >= SERVER_ERROR || status == TIMEOUT) {
            wiring.health().failed(model(attempt), now, health());
            return;
        }
        wiring.health().succeeded(model(attempt));
        KeyRing.Lease lease = attempt.lease();
        if (lease != null && !refused.contains(lease.key())) {
            lease.taken();
        }
    }

    private HealthSettings health() {
        return wiring.settings().routing().health();
    }

    private static String model(Attempt attempt) {
        return attempt.route().provider().name() + "/" + attempt.route().model();
    }
}
