package dev.bursar.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bursar.gateway.Splice.Edit;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SpliceTest {

    private static String apply(Edit... edits) {
        return new String(Splice.apply("0123456789".getBytes(UTF_8), List.of(edits)), UTF_8);
    }

    @Test
    void apply_editsBesideEachOther_inAnyOrder() {
        assertThat(apply(new Edit(5, 7, "b"), new Edit(2, 5, "a"))).isEqualTo("01ab789");
        assertThat(apply(new Edit(0, 10, ""))).isEmpty();
        assertThat(apply()).isEqualTo("0123456789");
    }

    @Test
    void apply_insertBeforeWhatGoes_inAnyOrder() {
        assertThat(apply(new Edit(1, 1, "a"), new Edit(1, 3, ""))).isEqualTo("0a3456789");
        assertThat(apply(new Edit(1, 3, ""), new Edit(1, 1, "a"))).isEqualTo("0a3456789");
        assertThat(apply(new Edit(1, 1, "a"), new Edit(1, 1, "b"))).isEqualTo("0ab123456789");
    }

    @ParameterizedTest
    @CsvSource({"2, 5, 4, 6", "2, 8, 4, 6", "2, 5, 2, 4", "2, 5, 3, 3", "2, 5, 2, 5"})
    void apply_editsThatOverlap_isABug(int start, int end, int otherStart, int otherEnd) {
        Edit one = new Edit(start, end, "a");
        Edit other = new Edit(otherStart, otherEnd, "b");

        assertThatThrownBy(() -> apply(one, other))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("overlap");
        assertThatThrownBy(() -> apply(other, one)).isInstanceOf(IllegalArgumentException.class);
    }
}
