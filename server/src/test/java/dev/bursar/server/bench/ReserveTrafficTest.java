package dev.bursar.server.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import dev.bursar.server.bench.ReserveTraffic.Senders;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ReserveTrafficTest {

    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    @Test
    void next_eachTime_hasAKeyAnAmountAndATenantOfItsOwn() {
        Senders senders = new Senders("one", 3, false);
        ReserveTraffic traffic = new ReserveTraffic(senders, new AtomicLong(9_997));
        long asked = 0;
        for (int i = 0; i < 5; i++) {
            String request = text(traffic.next());
            int tenant = (9_997 + i) % 3;
            JsonNode body = MAPPER.readTree(request.substring(request.indexOf("\r\n\r\n") + 4));

            assertThat(request)
                    .startsWith("POST /v1/reservations HTTP/1.1\r\n")
                    .contains("\r\nX-Cycles-API-Key: " + senders.key(tenant) + "\r\n")
                    .contains(
                            "\r\nContent-Length: "
                                    + (request.length() - request.indexOf("\r\n\r\n") - 4)
                                    + "\r\n")
                    .doesNotContain("X-Idempotency-Key");
            assertThat(body.path("subject").path("tenant").asString())
                    .isEqualTo(senders.tenant(tenant));
            assertThat(body.path("idempotency_key").asString())
                    .isEqualTo("bench-%012d".formatted(9_997 + i));
            asked += body.path("estimate").path("amount").asLong();
        }
        assertThat(traffic.asked()).isEqualTo(asked).isPositive();
    }

    @Test
    void next_contradictory_hasAnotherKeyInItsHead() {
        Senders senders = new Senders("hot", 1, true);

        assertThat(text(new ReserveTraffic(senders, new AtomicLong()).next()))
                .contains("\r\nX-Idempotency-Key: another\r\n");
    }

    @Test
    void answered_grantsAndErrors_countsEachAndAddsWhatIsReserved() {
        ReserveTraffic traffic = new ReserveTraffic(new Senders("hot", 1, false), new AtomicLong());

        answer(traffic, 200, granted(1_234));
        answer(traffic, 200, granted(4));
        answer(traffic, 409, "{\"error\":\"BUDGET_EXCEEDED\"}");
        answer(traffic, 100, "");

        assertThat(traffic.reserved()).isEqualTo(1_238);
        assertThat(traffic.answers())
                .containsExactly(entry(100, 1L), entry(200, 2L), entry(409, 1L));
        assertThat(traffic.errors()).containsExactly(entry(100, 1L), entry(409, 1L));
    }

    @Test
    void answered_grantWithoutAnAmount_fails() {
        ReserveTraffic traffic = new ReserveTraffic(new Senders("hot", 1, false), new AtomicLong());

        assertThatThrownBy(() -> answer(traffic, 200, "{\"decision\":\"ALLOW\"}"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("ALLOW");
    }

    private static void answer(ReserveTraffic traffic, int status, String body) {
        byte[] bytes = ("head" + body).getBytes(StandardCharsets.US_ASCII);
        traffic.answered(status, bytes, 4, bytes.length);
    }

    private static String granted(int amount) {
        return "{\"decision\":\"ALLOW\",\"reserved\":{\"unit\":\"USD_MICROCENTS\",\"amount\":"
                + amount
                + "},\"balances\":[{\"reserved\":{\"unit\":\"USD_MICROCENTS\",\"amount\":77}}]}";
    }

    private static String text(ByteBuffer request) {
        byte[] bytes = new byte[request.remaining()];
        request.duplicate().get(bytes);
        return new String(bytes, StandardCharsets.US_ASCII);
    }
}
