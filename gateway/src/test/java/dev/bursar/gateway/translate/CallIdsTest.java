package dev.bursar.gateway.translate;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class CallIdsTest {

    @Test
    void signed_withASignature_carriesItInLettersThatAllTake() {
        String id = CallIds.signed("call_1", "+/+/AA==");
        assertThat(id).matches("[A-Za-z0-9_-]+");
        assertThat(CallIds.signature(id)).isEqualTo("+/+/AA==");
        assertThat(CallIds.plain(id)).isEqualTo("call_1");
    }

    @Test
    void signed_withWhatIsNoBase64_isPlain() {
        assertThat(CallIds.signed("call_1", "?")).isEqualTo("call_1");
        assertThat(CallIds.signature("call_1__sig__?")).isNull();
        assertThat(CallIds.signature("call_1")).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"functions.get:0", "call_1", "toolu_01KFbKqPYSuAKujiL6mTfzYA", "é"})
    void plain_ofAnyId_isShortAndPlain(String id) {
        assertThat(CallIds.plain(id)).matches("[A-Za-z0-9_-]{1,40}");
        assertThat(CallIds.plain(CallIds.plain(id))).isEqualTo(CallIds.plain(id));
    }

    @Test
    void plain_ofLongIds_tellsThemApart() {
        String long1 = "x".repeat(60) + "1";
        String long2 = "x".repeat(60) + "2";
        assertThat(CallIds.plain(long1))
                .hasSizeLessThanOrEqualTo(40)
                .isNotEqualTo(CallIds.plain(long2));
        assertThat(CallIds.plain(long1)).isEqualTo(CallIds.plain(long1));
    }
}
