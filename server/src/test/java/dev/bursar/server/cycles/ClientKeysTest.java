package dev.bursar.server.cycles;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.ledger.CommandKey;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Which keys of clients the ledger has as they were sent.
class ClientKeysTest {

    /// Journals have them, and clients send them again.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "k",
                "order 17",
                " ",
                "tool search 17",
                "on_behalf",
                "on_behalf:k",
                "019a0000-0000-7000-8000-000000000000",
                "cycles-key"
            })
    void ordinaryKey_isStoredAsItIs(String sent) {
        assertThat(ClientKeys.stored(sent)).isEqualTo(sent);
        assertThat(ClientKeys.storedOfReservation(sent)).isEqualTo(sent);
        assertThat(ClientKeys.sent(sent)).isEqualTo(sent);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "on_behalf k",
                "on_behalf \n",
                "tool reserve 17",
                "tool charge 17",
                "cycles-key k"
            })
    void keyThatLooksLikeAnothersOfTheSameKind_isApart_andIsShownAsItWasSent(String sent) {
        String stored = ClientKeys.stored(sent);
        assertThat(stored).isEqualTo("cycles-key " + sent);
        assertThat(ClientKeys.sent(stored)).isEqualTo(sent);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "tool commit 17",
                "tool release 17",
                "019a0000-0000-7000-8000-000000000000 k",
                "cycles-key k"
            })
    void keyThatLooksLikeAnothersOfAReservation_isApart(String sent) {
        assertThat(ClientKeys.storedOfReservation(sent)).isEqualTo("cycles-key " + sent);
    }

    /// Agents name the steps of a run so.
    @ParameterizedTest
    @ValueSource(strings = {"019a0000-0000-7000-8000-000000000000 step 3", "tool commit 17"})
    void keyThatLooksLikeOneOfAnotherKind_isStoredAsItIs(String sent) {
        assertThat(ClientKeys.stored(sent)).isEqualTo(sent);
        assertThat(ClientKeys.storedOfReservation("on_behalf k")).isEqualTo("on_behalf k");
    }

    @Test
    void longestKeys_areKeysOfTheLedger() {
        String sent = "on_behalf ".repeat(26).substring(0, 256);
        String stored = ClientKeys.stored(sent);
        assertThat(new CommandKey(stored, 0).value()).doesNotStartWith("on_behalf");
        assertThat(ClientKeys.stored("x".repeat(256))).hasSize(256);
    }
}
