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
    static final int MAX_TOLD = 10_000;

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

    /// Somebody known asks for what it may not do.
    ///
    /// @param route method and path
    void forbidden(Actor actor, String route) {
        count(Why.FORBIDDEN);
        Map<About, Told> due = due(new About(actor.name(), actor.tenant(), route), actor);
        try {
            due.forEach((about, times) ->
                    notary.note(
                            times.actor(),
                            about.tenant(),
                            Action.ACCESS_REFUSE,
                            about.route(),
                            Map.of("count", Long.toString(times.more()))));
        } catch (AuthorityException e) {
            LOG.warn("event=refused_access_not_told", e);
        }
    }

    /// What is to be written down now, with how often it was.
    private synchronized Map<About, Told> due(About about, Actor actor) {
        Instant now = clock.instant();
        Map<About, Told> due = new LinkedHashMap<>();
        Iterator<Map.Entry<About, Told>> earliest = told.entrySet().iterator();
        while (earliest.hasNext()) {
            Map.Entry<About, Told> one = earliest.next();
            if (now.isBefore(one.getValue().at().plus(REST))) {
                break;
            }
            if (one.getValue().more() > 0) {
                due.put(one.getKey(), one.getValue());
            }
            earliest.remove();
        }
        Told before = told.get(about);
        if (before != null) {
            told.put(about, new Told(before.at(), actor, before.more() + 1));
        } else if (told.size() < MAX_TOLD) {
            told.put(about, new Told(now, actor, 0));
            Told waiting = due.get(about);
            due.put(about, new Told(now, actor, 1 + (waiting == null ? 0 : waiting.more())));
        }
        return due;
    }
}
