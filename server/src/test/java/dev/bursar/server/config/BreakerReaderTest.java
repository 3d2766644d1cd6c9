package dev.bursar.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bursar.gateway.breaker.BreakerPolicy;
import dev.bursar.gateway.breaker.BreakerSettings;
import dev.bursar.gateway.breaker.Rule;
import dev.bursar.gateway.breaker.Thresholds;
import dev.bursar.ledger.Subject;
import dev.bursar.ledger.TenantId;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BreakerReaderTest {

    private static final TenantId ACME = new TenantId("acme");

    private static final String TWO =
            """
            tenants:
              acme:
                breakers:
                  - match: { workflow: eval, tag.kind: nightly }
                    identical_answers: off
                    velocity: { flag: 10_000 }
                  - retry_storm: { stop: 7, slow: off }
            """;

    private static Config config(String yaml) {
        return Config.parse("bursar.yaml", yaml, Map.of());
    }

    @Test
    void policies_areReadInTheirOrder_andWhatIsNotNamedIsAsUsual() {
        BreakerSettings breakers = config(TWO).gateway().breakers();

        BreakerPolicy eval =
                breakers.policy(
                        ACME, Subject.of(Map.of("workflow", "eval", "tag.kind", "nightly")));
        assertThat(eval.of(Rule.IDENTICAL_ANSWERS)).isEqualTo(Thresholds.OFF);
        assertThat(eval.of(Rule.VELOCITY)).isEqualTo(new Thresholds(10_000, 0, 0));
        assertThat(eval.of(Rule.CYCLE)).isEqualTo(Rule.CYCLE.usual());

        BreakerPolicy other = breakers.policy(ACME, Subject.of(Map.of("workflow", "eval")));
        assertThat(other.of(Rule.RETRY_STORM)).isEqualTo(new Thresholds(5, 0, 7));
        assertThat(other.of(Rule.IDENTICAL_ANSWERS)).isEqualTo(Rule.IDENTICAL_ANSWERS.usual());
        assertThat(breakers.policy(new TenantId("globex"), Subject.of(Map.of())))
                .isEqualTo(BreakerPolicy.DEFAULT);
    }

    @Test
    void nothingSaid_isTheUsual() {
        assertThat(config("tenants: { acme: {} }").gateway().breakers())
                .isEqualTo(BreakerSettings.DEFAULT);
    }

    @Test
    void effectiveConfiguration_saysWhatIsInForce() {
        assertThat(EffectiveConfig.lines(config(TWO)))
                .filteredOn(line -> line.contains("breakers"))
                .hasSize(2)
                .first()
                .asString()
                .startsWith("tenant=acme breakers match={tag.kind=nightly, workflow=eval}")
                .contains(" identical_answers=off ", " retry_storm=flag:5,slow:10,stop:30 ");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    { loops: off }                    | unknown key, known are match, identical_answers
                    { cycle: on }                     | must be off, or thresholds: on
                    { cycle: { warn: 3 } }            | unknown key, known are flag, slow, stop
                    { cycle: { flag: 1 } }            | must be 2 to 1000000: 1
                    { cycle: { flag: often } }        | must be a whole number: often
                    { cycle: [3] }                    | must be a mapping
                    { match: { colour: red } }        | colour
                    """)
    void mistake_namesItsLine(String policy, String message) {
        String yaml = "tenants:\n  acme:\n    breakers:\n      - " + policy + "\n";

        assertThatThrownBy(() -> config(yaml))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("4")
                .hasMessageContaining(message.strip());
    }

    @Test
    void breakersThatAreNoList_areAMistake() {
        assertThatThrownBy(() -> config("tenants: { acme: { breakers: { cycle: off } } }"))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("must be a list");
    }
}
