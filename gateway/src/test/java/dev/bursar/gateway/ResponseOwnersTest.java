package dev.bursar.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ResponseOwnersTest {

    private static final ResponseOwners.Owner ACME =
            new ResponseOwners.Owner(House.ACME, "openai", "key");

    private static final ResponseOwners.Owner OTHER =
            new ResponseOwners.Owner(House.OTHER, "openai", "key");

    @Test
    void owners_moreThanThereMayBe_forgetTheOldest() {
        ResponseOwners owners = new ResponseOwners(2);
        owners.remember("a", ACME);
        owners.remember("b", ACME);
        owners.remember("a", OTHER);
        owners.remember("c", ACME);
        assertThat(owners.owner("b")).isNull();
        assertThat(owners.owner("a")).as("made anew").isEqualTo(OTHER);
        assertThat(owners.owner("c")).isEqualTo(ACME);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "a/b", "a?b", "a#b", "a%2fb", "a b", "a\n"})
    void id_thatCouldLeadElsewhere_isNone(String id) {
        ResponseOwners owners = new ResponseOwners(2);
        owners.remember(id, ACME);
        assertThat(owners.owner(id)).isNull();
        assertThat(ResponseOwners.isId(id)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"resp_68a1f0", "resp-1", "a.b:c", "4f0c7e2a-1111-4222-8333-abcdefabcdef"})
    void id_ofAProvider_isOne(String id) {
        assertThat(ResponseOwners.isId(id)).isTrue();
    }
}
