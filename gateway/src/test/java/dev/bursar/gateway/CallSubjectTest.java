package dev.bursar.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.gateway.Routes.Route;
import dev.bursar.ledger.Subject;
import io.vertx.core.MultiMap;
import java.net.URI;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class CallSubjectTest {

    private static final Identity.Caller CALLER =
            new Identity.Caller(
                    House.ACME,
                    "ci",
                    new TreeMap<>(Map.of(Subject.TEAM, "core", Subject.USER, "nobody")));

    private static CallSubject subject() {
        MultiMap headers =
                MultiMap.caseInsensitiveMultiMap()
                        .add("X-Bursar-User", "ann")
                        .add("X-Bursar-Tags", "job=7");
        return CallSubject.of(CALLER, CallHeaders.read(headers), "call-1");
    }

    private static Route route(String model) {
        ProviderSettings provider =
                ProviderSettings.of("openai", Dialect.OPENAI, URI.create("http://p/v1"), null);
        return new Route(provider, model, House.PRICE, true, Instant.EPOCH);
    }

    @Test
    void known_ofKeyAndHeaders_hasTheHeadersBeforeTheDefaults() {
        assertThat(subject().known().values())
                .containsExactlyInAnyOrderEntriesOf(
                        Map.of(
                                Subject.TENANT,
                                "acme",
                                Subject.KEY,
                                "ci",
                                Subject.TEAM,
                                "core",
                                Subject.USER,
                                "ann",
                                Subject.RUN,
                                "call-1",
                                "tag.job",
                                "7"));
    }

    @Test
    void by_anotherRoute_saysWhatServesTheCall() {
        CallSubject subject = subject();
        for (String model : new String[] {"first", "second", "first"}) {
            Subject served = subject.by(route(model));
            assertThat(served.get(Subject.PROVIDER)).isEqualTo("openai");
            assertThat(served.get(Subject.MODEL)).isEqualTo(model);
            assertThat(served.size()).isEqualTo(subject.known().size() + 2);
        }
    }

    @Test
    void by_sameRoute_isMadeOnce() {
        CallSubject subject = subject();
        Route route = route("model");
        assertThat(subject.by(route)).isSameAs(subject.by(route));
    }
}
