package dev.bursar.gateway.ladder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class LadderSettingsTest {

    private static LadderSettings downgrade(Map<String, String> models) {
        return new LadderSettings(new TreeMap<>(models), 256, Duration.ofMinutes(5), 10);
    }

    @Test
    void cheaper_chain_isInOrder() {
        LadderSettings settings = downgrade(Map.of("a", "b", "b", "c"));

        assertThat(settings.cheaper("a")).containsExactly("b", "c");
        assertThat(settings.cheaper("b")).containsExactly("c");
        assertThat(settings.cheaper("c")).isEmpty();
    }

    @Test
    void settings_circle_isRefusedAndShown() {
        assertThatThrownBy(() -> downgrade(Map.of("a", "b", "b", "c", "c", "b")))
                .hasMessage("downgrade goes in a circle: a -> b -> c -> b");
        assertThatThrownBy(() -> downgrade(Map.of("a", "a"))).hasMessageContaining("a -> a");
    }

    @Test
    void settings_chainThatIsTooLong_isRefused() {
        SortedMap<String, String> chain = new TreeMap<>();
        for (int i = 0; i < LadderSettings.MAX_CHAIN; i++) {
            chain.put("m" + i, "m" + (i + 1));
        }
        assertThat(downgrade(chain).cheaper("m0")).hasSize(LadderSettings.MAX_CHAIN);

        chain.put("m" + LadderSettings.MAX_CHAIN, "last");

        assertThatThrownBy(() -> downgrade(chain)).hasMessageContaining("more than 8 steps: m0");
    }
}
