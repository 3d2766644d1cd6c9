package dev.bursar.gateway.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ChainTest {

    private final Chain<String> chain = new Chain<>(List.of("a", "b", "c"));

    @Test
    void next_passesOverThoseThatRest_untilNoOtherIsLeft() {
        assertThat(chain.next("bc"::contains)).isEqualTo("b");
        assertThat(chain.lastResort()).isFalse();
        assertThat(chain.next("c"::contains)).isEqualTo("c");
        assertThat(chain.lastResort()).isFalse();
        assertThat(chain.isEmpty()).isFalse();
        assertThat(chain.next(_ -> true)).isEqualTo("a");
        assertThat(chain.lastResort()).isTrue();
        assertThat(chain.isEmpty()).isTrue();
        assertThat(chain.next(_ -> true)).isNull();
    }

    @Test
    void putOff_leavesACandidateForLast() {
        assertThat(chain.next(_ -> true)).isEqualTo("a");
        chain.putOff("a");
        assertThat(chain.next(_ -> true)).isEqualTo("b");
        assertThat(chain.next(_ -> true)).isEqualTo("c");
        assertThat(chain.lastResort()).isFalse();
        assertThat(chain.next(_ -> true)).isEqualTo("a");
        assertThat(chain.lastResort()).isTrue();
    }
}
