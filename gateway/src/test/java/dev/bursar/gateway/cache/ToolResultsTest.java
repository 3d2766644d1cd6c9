package dev.bursar.gateway.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bursar.gateway.cache.ToolResults.Name;
import dev.bursar.gateway.cache.ToolResults.Refused;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ToolResultsTest {

    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
    private static final Name NAME = new Name("acme", "search", "q=1");
    private static final byte[] BODY = "[1]".getBytes(StandardCharsets.UTF_8);

    private final ToolResults results = new ToolResults(Bodies.settings(Bodies.rule()));

    @Test
    void find_whatWasPut_untilItsTimeIsOver() {
        assertThat(results.put(NAME, BODY, "application/json", 300, null, NOON)).isEmpty();
        ToolResults.Result found = results.find(NAME, NOON.plusSeconds(59)).orElseThrow();
        assertThat(found.body()).isEqualTo(BODY);
        assertThat(found.type()).isEqualTo("application/json");
        assertThat(found.until()).isEqualTo(NOON.plusSeconds(60));
        assertThat(results.find(new Name("acme", "search", "q=2"), NOON)).isEmpty();
        assertThat(results.find(NAME, NOON.plusSeconds(60))).isEmpty();
        assertThat(results.stats().get("acme"))
                .isEqualTo(new CacheStats(0, 0, 1, 0, 0, 2, 1, 0, 300, 0));
    }

    @Test
    void put_ofATenantThatKeepsNone_isRefused() {
        Name other = new Name("other", "search", "q=1");
        assertThat(results.put(other, BODY, "text/plain", 0, null, NOON)).hasValue(Refused.OFF);
        assertThat(results.find(other, NOON)).isEmpty();
    }

    @Test
    void put_beyondTheSettings_isRefusedAndChangesNothing() {
        results.put(NAME, BODY, "text/plain", 0, null, NOON);
        assertThat(results.put(NAME, new byte[1_001], "text/plain", 0, null, NOON))
                .hasValue(Refused.TOO_LARGE);
        assertThat(results.put(NAME, BODY, "text/plain", 0, Duration.ofHours(2), NOON))
                .hasValue(Refused.TOO_LONG);
        assertThat(results.find(NAME, NOON)).isPresent();
    }

    @Test
    void remove_whatIsThere_onlyOnce() {
        results.put(NAME, BODY, "text/plain", 0, Duration.ofHours(1), NOON);
        assertThat(results.remove(NAME)).isTrue();
        assertThat(results.remove(NAME)).isFalse();
        assertThat(results.find(NAME, NOON)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"a b,k", "'',k", "n,a/b", "n,''", "n/m,k"})
    void name_malformed_isRefused(String namespace, String key) {
        assertThatThrownBy(() -> new Name("acme", namespace, key))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
