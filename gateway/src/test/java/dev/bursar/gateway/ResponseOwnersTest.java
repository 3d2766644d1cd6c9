package dev.bursar.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bursar.ledger.TenantId;
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
        ResponseOwners.Owner anew = new ResponseOwners.Owner(House.ACME, "openai", "next");
        owners.remember("a", anew);
        owners.remember("c", ACME);
        assertThat(owners.owner("b", House.ACME)).isNull();
        assertThat(owners.owner("a", House.ACME)).as("made anew").isEqualTo(anew);
        assertThat(owners.owner("c", House.ACME)).isEqualTo(ACME);
        assertThat(owners.owner("c", House.OTHER)).isNull();
    }

    @Test
    void id_ofTwoProviders_isEachTenantsOwnAndNoneMayGoOnFromIt() {
        ResponseOwners owners = new ResponseOwners(2);
        ResponseOwners.Owner elsewhere = new ResponseOwners.Owner(House.OTHER, "vllm", null);
        owners.remember("a", ACME);
        owners.remember("a", elsewhere);
        assertThat(owners.owner("a", House.ACME)).isEqualTo(ACME);
        assertThat(owners.owner("a", House.OTHER)).isEqualTo(elsewhere);
        assertThatThrownBy(() -> owners.requireOwn("a", House.OTHER))
                .isInstanceOf(RefusedException.class);
        assertThatThrownBy(() -> owners.requireOwn("a", House.ACME))
                .isInstanceOf(RefusedException.class);
    }

    @Test
    void id_madeByTwoTenantsAtOneProvider_isShownToNeither() {
        ResponseOwners owners = new ResponseOwners(2);
        owners.remember("a", ACME);
        owners.remember("a", OTHER);
        assertThat(owners.owner("a", House.ACME)).isNull();
        assertThat(owners.owner("a", House.OTHER)).isNull();
        owners.remember("a", ACME);
        assertThat(owners.owner("a", House.ACME)).as("made once more").isNull();
        assertThatThrownBy(() -> owners.requireOwn("a", House.OTHER))
                .isInstanceOf(RefusedException.class);
    }

    @Test
    void id_madeByManyTenantsAtOneProvider_isNobodys() {
        ResponseOwners owners = new ResponseOwners(2);
        for (int i = 0; i < 5; i++) {
            TenantId tenant = new TenantId("t" + i);
            owners.remember("a", new ResponseOwners.Owner(tenant, "vllm", null));
        }
        for (int i = 0; i < 5; i++) {
            TenantId tenant = new TenantId("t" + i);
            assertThat(owners.owner("a", tenant)).isNull();
            assertThatThrownBy(() -> owners.requireOwn("a", tenant))
                    .isInstanceOf(RefusedException.class);
            assertThatNoException().isThrownBy(() -> owners.requireOwn("b", tenant));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "a/b", "a?b", "a#b", "a%2fb", "a b", "a\n"})
    void id_thatCouldLeadElsewhere_isNone(String id) {
        ResponseOwners owners = new ResponseOwners(2);
        owners.remember(id, ACME);
        assertThat(owners.owner(id, House.ACME)).isNull();
        assertThat(ResponseOwners.isId(id)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"resp_68a1f0", "resp-1", "a.b:c", "4f0c7e2a-1111-4222-8333-abcdefabcdef"})
    void id_ofAProvider_isOne(String id) {
        assertThat(ResponseOwners.isId(id)).isTrue();
    }
}
