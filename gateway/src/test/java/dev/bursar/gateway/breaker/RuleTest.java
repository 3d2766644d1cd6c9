package dev.bursar.gateway.breaker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import org.junit.jupiter.api.Test;

class RuleTest {

    @Test
    void said_isTheSameInEveryLocale() {
        Locale before = Locale.getDefault();
        Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
        try {
            assertThat(Rule.VELOCITY.said(600)).isEqualTo("the run made 600 calls within a minute");
        } finally {
            Locale.setDefault(before);
        }
    }
}
