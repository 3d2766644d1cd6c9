package dev.bursar.gateway;

import dev.bursar.gateway.ChaosWire.Script;
import dev.bursar.gateway.ChaosWire.Usage;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// One call of the test of chaos: what is asked, what the provider does, and what may be charged for it.
/// All of it follows from the call's number, which the question carries, so that the client, the provider
/// and the judge know the same without speaking to each other.
record ChaosCall(
        int number, ChaosWire wire, boolean stream, Fault fault, Patience patience, Usage usage) {

    /// What the provider does.
    enum Fault {
        NONE,
        /// The answer takes a while.
        DELAY,
        /// The connection ends before an answer.
        RESET,
        /// It ends after the first text of a stream, or in the middle of a whole answer.
        RESET_HALF_WAY,
        /// It ends in the middle of an event.
        HALF_AN_EVENT,
        TOO_MANY,
        TOO_MANY_FOR_A_WHILE,
        SERVER_ERROR,
        /// All of the answer comes, a few bytes at a time.
        SLOW_LORIS,
        /// Half of the answer comes; then nothing, or in a stream bytes that say nothing, for ever.
        STALL,
        SILENCE,
        INVALID_UTF_8,
        NO_USAGE,
        USAGE_TWICE,
        /// The answer names a model that nobody asked for.
        OTHER_MODEL,
        NOT_JSON;

        /// Whether only a bound in time ends it.
        boolean needsTimeout() {
            return this == STALL || this == SILENCE;
        }
    }

    /// How long the client stays.
    enum Patience {
        TO_THE_END,
        HALF_THE_REQUEST,
        UNTIL_ASKED,
        UNTIL_THE_HEAD
    }

    /// What may be charged for a call.
    ///
    /// @param charges in microcents
    /// @param released whether nothing may be charged
    /// @param statuses that the client may see
    record Explanation(Set<Long> charges, boolean released, Set<Integer> statuses) {}

    private static final Pattern NUMBER = Pattern.compile("call (\\d+);");

    /// Of seeds that follow one another, the first draws hardly differ.
    private static final long SPREAD = 0x9E3779B97F4A7C15L;

    /// Two tokens each.
    private static final List<String> TEXTS = List.of("one two", " three four");

    private static final long TOKENS_A_TEXT = 2;

    /// As many tokens as bytes: enough of them that a count with its margin is not below the bytes.
    private static final String LETTERS = "\uD808\uDC00".repeat(200);

    private static final List<Patience> LEAVING =
            List.of(Patience.HALF_THE_REQUEST, Patience.UNTIL_ASKED, Patience.UNTIL_THE_HEAD);

    private static final int INPUT_RATE = 100;
    private static final int CACHED_RATE = 10;
    private static final int OUTPUT_RATE = 200;
    private static final int BYTES_PER_TOKEN = 4;

    /// @param number draws all the rest
    static ChaosCall draw(long seed, int number) {
        Random random = new Random(SPREAD * (seed + number));
        ChaosWire wire = any(List.of(ChaosWire.values()), random);
        boolean stream = wire == ChaosWire.GENERATE_ARRAY || random.nextInt(3) > 0;
        Fault fault = any(List.of(Fault.values()), random);
        int input = 50 + random.nextInt(400);
        Usage usage =
                new Usage(
                        input, random.nextInt(input + 1), 1 + random.nextInt(ChaosWire.MAX_OUTPUT));
        return new ChaosCall(
                number,
                wire,
                stream,
                fault == Fault.NOT_JSON && wire == ChaosWire.GENERATE_ARRAY ? Fault.NONE : fault,
                random.nextInt(4) > 0 ? Patience.TO_THE_END : any(LEAVING, random),
                usage);
    }

    private static <T> T any(List<T> choices, Random random) {
        return choices.get(random.nextInt(choices.size()));
    }

    static int number(String body) {
        Matcher number = NUMBER.matcher(body);
        if (!number.find()) {
            throw new IllegalArgumentException("not a call of this test");
        }
        return Integer.parseInt(number.group(1));
    }

    String run() {
        return "call-" + number;
    }

    String body() {
        return wire.request(model(), stream, "call " + number + ";" + LETTERS);
    }

    private String request() {
        String body = body();
        return RawClient.head(
                        wire.path(model(), stream),
                        "Content-Length: " + body.getBytes(StandardCharsets.UTF_8).length,
                        "X-Bursar-Run: " + run(),
                        "Connection: close")
                + body;
    }

    /// What the client sends before it hangs up or waits.
    String sent() {
        String request = request();
        return patience == Patience.HALF_THE_REQUEST
                ? request.substring(0, request.length() / 2)
                : request;
    }

    private String model() {
        return fault.needsTimeout() ? "slow-model" : "house-model";
    }

    void answer(FakeProvider.Answer answer) {
        switch (fault) {
            case NONE, NO_USAGE, USAGE_TWICE, OTHER_MODEL, NOT_JSON, INVALID_UTF_8 -> send(answer);
            case DELAY -> answer.after(1 + number % 80, () -> send(answer));
            case RESET -> answer.reset();
            case RESET_HALF_WAY, HALF_AN_EVENT -> {
                begin(answer).response().write(half());
                answer.after(1 + number % 20, answer::reset);
            }
            case TOO_MANY -> answer.json(429, "{}");
            case TOO_MANY_FOR_A_WHILE -> answer.json(429, Map.of("Retry-After", "2"), "{}");
            case SERVER_ERROR -> answer.json(serverError(), "{}");
            case SLOW_LORIS -> drip(begin(answer), bytes(whole()), 0);
            case STALL -> {
                begin(answer).response().write(half());
                beat(answer);
            }
            case SILENCE -> {}
        }
    }

    private int serverError() {
        return List.of(500, 502, 503, 529).get(number % 4);
    }

    private void send(FakeProvider.Answer answer) {
        if (!answer.response().closed()) {
            begin(answer).response().end(bytes(whole()));
        }
    }

    private FakeProvider.Answer begin(FakeProvider.Answer answer) {
        if (stream) {
            return answer.begin(wire.contentType());
        }
        answer.response()
                .putHeader("content-type", "application/json")
                .putHeader("content-length", Integer.toString(bytes(whole()).length()));
        return answer;
    }

    private void drip(FakeProvider.Answer answer, Buffer bytes, int from) {
        if (answer.response().closed()) {
            return;
        }
        int to = Math.min(bytes.length(), from + 1 + (number + from) % 37);
        answer.response().write(bytes.getBuffer(from, to));
        if (to == bytes.length()) {
            answer.end();
        } else {
            answer.after(1, () -> drip(answer, bytes, to));
        }
    }

    private void beat(FakeProvider.Answer answer) {
        answer.after(
                50,
                () -> {
                    // What is not streamed has told its length, and only keeps silent.
                    if (!answer.response().closed()) {
                        if (stream) {
                            answer.write(wire.heartbeat());
                        }
                        beat(answer);
                    }
                });
    }

    /// All of the answer, where bytes above 0x7F are one character each.
    private String whole() {
        String model = fault == Fault.OTHER_MODEL ? "someone-elses-model" : "house-model";
        List<String> texts =
                fault == Fault.INVALID_UTF_8 ? List.of("one two", " \u00FF\u00FE") : TEXTS;
        if (stream) {
            Script script = wire.stream(model, texts, usages());
            return fault == Fault.NOT_JSON ? "data: not json\n\n" + script.all() : script.all();
        }
        return fault == Fault.NOT_JSON
                ? "not json at all"
                : wire.whole(model, String.join("", texts), usages());
    }

    private List<Usage> usages() {
        return switch (fault) {
            case NO_USAGE -> List.of();
            case USAGE_TWICE -> List.of(new Usage(usage.input(), usage.cached(), 1), usage);
            default -> List.of(usage);
        };
    }

    /// What comes before the answer breaks off.
    private Buffer half() {
        String whole = whole();
        if (!stream) {
            return bytes(whole.substring(0, whole.length() / 2));
        }
        Script script = wire.stream("house-model", TEXTS, usages());
        String first = String.join("", script.first()) + script.texts().getFirst();
        String next = script.texts().get(1);
        return bytes(
                fault == Fault.HALF_AN_EVENT
                        ? first + next.substring(0, next.length() / 2)
                        : first);
    }

    private static Buffer bytes(String latin1) {
        return Buffer.buffer(latin1.getBytes(StandardCharsets.ISO_8859_1));
    }

    /// What may be charged, reckoned from what the provider did.
    Explanation explanation() {
        if (patience != Patience.TO_THE_END) {
            return new Explanation(anything(), true, Set.of());
        }
        return switch (fault) {
            case NONE, DELAY, SLOW_LORIS, USAGE_TWICE, OTHER_MODEL, INVALID_UTF_8 ->
                    charged(200, told());
            case NOT_JSON -> charged(200, stream ? told() : unread(bytes(whole()).length()));
            case NO_USAGE -> charged(200, estimated(inputBytes(), TEXTS.size()));
            case RESET -> released(502);
            case TOO_MANY, TOO_MANY_FOR_A_WHILE -> released(429);
            case SERVER_ERROR -> released(serverError());
            case SILENCE -> released(504);
            case RESET_HALF_WAY, HALF_AN_EVENT ->
                    stream ? charged(200, halfStreamed()) : charged(502, unread(half().length()));
            // A busy machine may not even get to the head of the answer, or not to its text.
            case STALL ->
                    stream
                            ? new Explanation(
                                    Set.of(halfStreamed(), estimated(inputBytes(), 0)),
                                    true,
                                    Set.of(200, 504))
                            : new Explanation(
                                    Set.of(unread(half().length()), unread(0)), true, Set.of(504));
        };
    }

    private static Explanation charged(int status, long charge) {
        return new Explanation(Set.of(charge), false, Set.of(status));
    }

    private static Explanation released(int status) {
        return new Explanation(Set.of(), true, Set.of(status));
    }

    /// What the provider's last word on usage costs.
    private long told() {
        return toldInput() + usage.output() * OUTPUT_RATE;
    }

    private long toldInput() {
        return (usage.input() - usage.cached()) * INPUT_RATE + usage.cached() * CACHED_RATE;
    }

    /// The first text of a stream was seen, and with some dialects what its input used.
    private long halfStreamed() {
        return estimated(wire.tellsInputFirst() ? toldInput() : inputBytes(), 1);
    }

    /// The input of a call whose provider does not say: every byte of the question is a token.
    private long inputBytes() {
        return (long) body().getBytes(StandardCharsets.UTF_8).length * INPUT_RATE;
    }

    private long estimated(long input, int texts) {
        long tokens = texts * TOKENS_A_TEXT;
        return input + Math.ceilDiv(tokens * wire.percent, 100) * OUTPUT_RATE;
    }

    /// An answer that nothing can be read from has as many tokens as it has room for in its bytes.
    private long unread(int bytes) {
        long tokens = Math.min(Math.ceilDiv(bytes, BYTES_PER_TOKEN), ChaosWire.MAX_OUTPUT);
        return inputBytes() + tokens * OUTPUT_RATE;
    }

    /// Of a client that hangs up nobody can say how far its answer had come: any part of the output, beside
    /// the input as it was told or bounded.
    private Set<Long> anything() {
        Set<Long> charges = new TreeSet<>();
        for (long output = 0; output <= ChaosWire.MAX_OUTPUT; output++) {
            charges.add(toldInput() + output * OUTPUT_RATE);
            charges.add(inputBytes() + output * OUTPUT_RATE);
        }
        return charges;
    }
}
