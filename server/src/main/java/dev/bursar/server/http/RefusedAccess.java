package dev.bursar.server.http;

import dev.bursar.authority.AuthorityException;
import dev.bursar.ledger.TenantId;
import dev.bursar.server.directory.Action;
import dev.bursar.server.directory.Actor;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Counts who was not let in, and writes down what somebody known may not do: the first time at once, and
/// then no more than once in [#REST], with how often it was meanwhile. Who is not known writes nothing into
/// the journal.
///
/// All methods may be called by any thread.
final class RefusedAccess {

    /// Between two entries about one actor and route.
    static final Duration REST = Duration.ofMinutes(1);

    /// How many actors and routes one [#REST] has entries about; beyond that they are only counted.
    static final int MAX_TOLD = 1_000;

    /// How many of these those of one tenant may be: nobody's tokens and keys hide what others do.
    static final int MAX_TOLD_OF_TENANT = 100;

    /// How many leftovers one request writes.
    private static final int MAX_LEFT = 20;

    private static final Logger LOG = LoggerFactory.getLogger(RefusedAccess.class);

    private final Notary notary;
    private final InstantSource clock;
    private final Counter counter;

    /// Told within the last [#REST], the earliest first.
    private final Map<About, Told> told = new LinkedHashMap<>();

    private record About(String actor, @Nullable TenantId tenant, String route) {}

    /// @param actor as it was the last time
    /// @param more how often since
    private record Told(Instant at, Actor actor, long more) {}

    RefusedAccess(Notary notary, PrometheusRegistry registry, InstantSource clock) {
        this.notary = notary;
        this.clock = clock;
        counter =
                Counter.builder()
                        .name("bursar_refused_access_total")
                        .help("Requests of /api and sign-ins that were not let in")
                        .labelNames("reason")
                        .register(registry);
        for (Why why : Why.values()) {
            counter.initLabelValues(why.code);
        }
    }

    /// Why somebody is not let in.
    enum Why {
        NO_TOKEN("no_token"),
        WRONG_TOKEN("wrong_token"),
        FORBIDDEN("forbidden");

        private final String code;

        Why(String code) {
            this.code = code;
        }

        String code() {
            return code;
        }
    }

    void count(Why why) {
        counter.labelValues(why.code).inc();
    }

    /// Somebody known asks for what it may not do, or for another tenant than its own.
    ///
    /// @param route method and path, or a part of the API: nothing that its caller chose
    void forbidden(Actor actor, String route) {
        count(Why.FORBIDDEN);
        due(new About(actor.name(), actor.tenant(), route), actor).forEach(this::tell);
    }

    private void tell(About about, Told times) {
        try {
            notary.note(
                    times.actor(),
                    about.tenant(),
                    Action.ACCESS_REFUSE,
                    about.route(),
                    Map.of("count", Long.toString(times.more())));
        } catch (AuthorityException e) {
            LOG.warn("event=refused_access_not_told again=later", e);
            keep(about, times);
        }
    }

    /// What could not be written down is left for later.
    private synchronized void keep(About about, Told times) {
        Told there = told.get(about);
        long more = times.more() + (there == null ? 0 : there.more());
        told.put(about, new Told(there == null ? times.at() : there.at(), times.actor(), more));
    }

    /// What is to be written down now, with how often it was.
    private synchronized Map<About, Told> due(About about, Actor actor) {
        Instant now = clock.instant();
        Map<About, Told> due = leftovers(now);
        Told before = told.get(about);
        if (before != null) {
            told.put(about, new Told(before.at(), actor, before.more() + 1));
        } else if (hasRoomFor(about.tenant())) {
            told.put(about, new Told(now, actor, 0));
            Told waiting = due.get(about);
            due.put(about, new Told(now, actor, 1 + (waiting == null ? 0 : waiting.more())));
        }
        return due;
    }

    /// Takes out what was told long enough ago, and returns what has happened since: some of it, where there
    /// is much, as whoever asks now waits for it.
    private Map<About, Told> leftovers(Instant now) {
        Map<About, Told> left = new LinkedHashMap<>();
        Iterator<Map.Entry<About, Told>> earliest = told.entrySet().iterator();
        while (earliest.hasNext() && left.size() < MAX_LEFT) {
            Map.Entry<About, Told> one = earliest.next();
            if (now.isBefore(one.getValue().at().plus(REST))) {
                break;
            }
            if (one.getValue().more() > 0) {
                left.put(one.getKey(), one.getValue());
            }
            earliest.remove();
        }
        return left;
    }

    /// How often it was what is not written down yet.
    synchronized long waiting() {
        return told.values().stream().mapToLong(Told::more).sum();
    }

    private boolean hasRoomFor(@Nullable TenantId tenant) {
        return told.size() < MAX_TOLD
                && (tenant == null
                        || told.keySet().stream()
                                        .filter(about -> tenant.equals(about.tenant()))
                                        .count()
                                < MAX_TOLD_OF_TENANT);
    }
}
