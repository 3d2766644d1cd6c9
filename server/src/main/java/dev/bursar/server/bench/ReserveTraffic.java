package dev.bursar.server.bench;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;

/// Reservations of the Cycles Protocol for some tenants in turn, each with a key and an amount of its own,
/// and the count of what became of them.
///
/// All bytes are made beforehand; only digits are filled in.
final class ReserveTraffic implements LoadGenerator.Traffic {

    /// Tenants that there can be at most.
    static final int MAX_TENANTS = 10_000;

    /// The status of an answer that grants.
    static final int GRANTED = 200;

    private static final String TENANT_DIGITS = "TTTT";
    private static final String NUMBER_DIGITS = "NNNNNNNNNNNN";
    private static final String AMOUNT_DIGITS = "AAAA";

    private static final int LEAST_AMOUNT = 1_000;
    private static final int AMOUNTS = 9_000;

    private static final byte[] RESERVED =
            bytes("\"reserved\":{\"unit\":\"USD_MICROCENTS\",\"amount\":");

    /// Who sends it, and whether the server shall find the request contradictory: then it reads all of it,
    /// and refuses it before the authority hears of it.
    ///
    /// @param tenants how many, named `NAME-0000` and so on
    record Senders(String name, int tenants, boolean contradictory) {

        Senders {
            if (tenants < 1 || tenants > MAX_TENANTS) {
                throw new IllegalArgumentException("1 to " + MAX_TENANTS + " tenants");
            }
        }

        String tenant(int number) {
            return String.format(Locale.ROOT, "%s-%04d", name, number);
        }

        String key(int number) {
            return "key-of-" + tenant(number);
        }
    }

    private final Senders senders;
    private final AtomicLong numbers;
    private final ByteBuffer request;
    private final int keyAt;
    private final int tenantAt;
    private final int numberAt;
    private final int amountAt;

    private long asked;
    private long reserved;
    private final SortedMap<Integer, Long> answers = new TreeMap<>();

    /// @param numbers makes idempotency keys: shared by all that go to the same server
    ReserveTraffic(Senders senders, AtomicLong numbers) {
        this.senders = senders;
        this.numbers = numbers;
        String tenant = senders.name() + "-" + TENANT_DIGITS;
        String body =
                """
                {"idempotency_key":"bench-%s","subject":{"tenant":"%s","workflow":"support",\
                "agent":"writer"},"action":{"kind":"llm.completion","name":"openai:gpt-4o-mini"},\
                "estimate":{"unit":"USD_MICROCENTS","amount":%s},"ttl_ms":3600000,\
                "overage_policy":"REJECT"}\
                """
                        .formatted(NUMBER_DIGITS, tenant, AMOUNT_DIGITS);
        String head =
                """
                POST /v1/reservations HTTP/1.1
                Host: 127.0.0.1
                X-Cycles-API-Key: key-of-%s
                %sContent-Type: application/json
                Content-Length: %d

                """
                        .formatted(
                                tenant,
                                senders.contradictory() ? "X-Idempotency-Key: another\n" : "",
                                body.length())
                        .replace("\n", "\r\n");
        String whole = head + body;
        request = ByteBuffer.allocateDirect(whole.length()).put(bytes(whole)).flip();
        keyAt = whole.indexOf(TENANT_DIGITS);
        tenantAt = whole.lastIndexOf(TENANT_DIGITS);
        numberAt = whole.indexOf(NUMBER_DIGITS);
        amountAt = whole.indexOf(AMOUNT_DIGITS);
    }

    @Override
    public ByteBuffer next() {
        long number = numbers.getAndIncrement();
        int tenant = (int) (number % senders.tenants());
        int amount = LEAST_AMOUNT + (int) (number % AMOUNTS);
        put(keyAt, TENANT_DIGITS, tenant);
        put(tenantAt, TENANT_DIGITS, tenant);
        put(numberAt, NUMBER_DIGITS, number);
        put(amountAt, AMOUNT_DIGITS, amount);
        asked += amount;
        return request;
    }

    private void put(int at, String digits, long number) {
        long rest = number;
        for (int i = at + digits.length() - 1; i >= at; i--) {
            request.put(i, (byte) ('0' + rest % 10));
            rest /= 10;
        }
    }

    @Override
    public void answered(int status, byte[] bytes, int start, int end) {
        answers.merge(status, 1L, Long::sum);
        if (status == GRANTED) {
            int at = Sockets.indexOf(bytes, start, end, RESERVED);
            if (at < 0) {
                throw new IllegalStateException(
                        "granted without an amount: "
                                + new String(bytes, start, end - start, StandardCharsets.UTF_8));
            }
            reserved += Sockets.number(bytes, at + RESERVED.length);
        }
    }

    /// The amounts of all requests.
    long asked() {
        return asked;
    }

    /// The amounts that the answers say are reserved.
    long reserved() {
        return reserved;
    }

    /// How many answers there were with each status.
    SortedMap<Integer, Long> answers() {
        return answers;
    }

    /// How many answers there were that did not grant, by status.
    SortedMap<Integer, Long> errors() {
        SortedMap<Integer, Long> errors = new TreeMap<>(answers);
        errors.remove(GRANTED);
        return errors;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
