package dev.bursar.gateway;

import dev.bursar.gateway.Routes.Route;
import dev.bursar.gateway.cache.Answer;
import dev.bursar.gateway.cache.CacheRequest;
import dev.bursar.gateway.cache.Form;
import dev.bursar.gateway.cache.Visit;
import dev.bursar.gateway.cache.Wire;
import dev.bursar.ledger.Amounts;
import dev.bursar.ledger.Command;
import dev.bursar.ledger.Outcome;
import dev.bursar.ledger.Reason;
import dev.bursar.ledger.Unit;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What the cache has to do with a call. One that finds an answer takes one call of its budgets, and
/// nothing else: no money, no tokens, no slot. One that finds none keeps its own for others, when it is
/// the whole answer to a question that always has the same.
final class CacheStep implements AutoCloseable {

    /// Of a call that takes nothing but its place among calls.
    private static final Amounts ONE_CALL = Amounts.of(Map.of(Unit.CALLS, 1L));

    /// Why an answer stopped that says all it wanted to.
    private static final Set<String> WHOLE =
            Set.of(
                    "stop",
                    "end_turn",
                    "stop_sequence",
                    "tool_calls",
                    "function_call",
                    "tool_use",
                    "completed",
                    "STOP");

    /// How headers begin that may change an answer.
    private static final List<String> HEEDED =
            List.of("openai-", "anthropic-", "x-amzn-bedrock-", "x-goog-");

    /// Among them those that say who asks, and with what library.
    private static final Set<String> OF_THE_CLIENT = Set.of("x-goog-api-key", "x-goog-api-client");

    /// Of the query of a stream, what says how an answer comes and not what it is: the form says it.
    private static final Set<String> BESIDE = Set.of("alt=sse", "alt=json");

    private final Wiring wiring;
    private final Client client;
    private final Admission.Ask ask;
    private final CallRequest request;
    private final Route route;
    private final Visit visit;
    private final @Nullable Recording recording;
    private final long startNanos;

    private CacheStep(
            Wiring wiring,
            Client client,
            Admission.Ask ask,
            CallRequest request,
            Route route,
            Visit visit,
            long startNanos) {
        this.wiring = wiring;
        this.client = client;
        this.ask = ask;
        this.request = request;
        this.route = route;
        this.visit = visit;
        this.recording =
                visit instanceof Visit.Miss
                        ? new Recording(Answer.MAX_BYTES, wiring.cache().recorded())
                        : null;
        this.startNanos = startNanos;
    }

    /// Looks for an answer, and waits for one that is on its way.
    static CacheStep visit(
            Wiring wiring,
            Client client,
            CallHeaders headers,
            Admission.Ask ask,
            CallRequest request,
            Route route,
            byte[] body) {
        long startNanos = System.nanoTime();
        Visit visit = look(wiring, client, headers, ask, request, route, body);
        return new CacheStep(wiring, client, ask, request, route, visit, startNanos);
    }

    private static Visit look(
            Wiring wiring,
            Client client,
            CallHeaders headers,
            Admission.Ask ask,
            CallRequest request,
            Route route,
            byte[] body) {
        Wire wire = wire(request.operation());
        // What a client's own account at the provider may see is nobody else's.
        if (!wiring.cache().keeps(ask.tenant().value())
                || wire == null
                || headers.ownProviderKey()
                || request.hiddenInput()
                || request.choices() > 1) {
            return new Visit.Off();
        }
        return wiring.cache()
                .visit(
                        new CacheRequest(
                                ask.id().value(),
                                ask.tenant().value(),
                                wire,
                                operation(request, route, client.request()),
                                route.provider().name(),
                                route.model(),
                                form(request, client.request()),
                                body,
                                ask.subject().apply(route).values(),
                                headers.cache()),
                        wiring.clock().instant(),
                        leave -> client.onLoop(() -> client.onGone(leave)));
    }

    /// Null where nothing is kept, as nothing is charged.
    private static @Nullable Wire wire(Operation operation) {
        return switch (operation) {
            case CHAT -> Wire.CHAT;
            case RESPONSES -> Wire.RESPONSES;
            case COMPLETIONS -> Wire.COMPLETIONS;
            case EMBEDDINGS -> Wire.EMBEDDINGS;
            case MESSAGES -> Wire.MESSAGES;
            case GENERATE, STREAM_GENERATE -> Wire.GENERATE;
            case EMBED_CONTENT, BATCH_EMBED_CONTENTS -> Wire.EMBED_CONTENT;
            case CONVERSE, CONVERSE_STREAM -> Wire.CONVERSE;
            case COUNT_INPUT, COUNT_TOKENS, COUNT_CONTENT -> null;
        };
    }

    /// How the client wants its answer.
    private static Form form(CallRequest request, HttpServerRequest http) {
        if (!request.stream()) {
            return Form.WHOLE;
        }
        return switch (request.operation().dialect()) {
            case OPENAI, ANTHROPIC -> Form.EVENTS;
            case GEMINI ->
                    GeminiPath.asksForArray(request.operation(), http) ? Form.ARRAY : Form.EVENTS;
            case BEDROCK -> Form.FRAMES;
        };
    }

    /// With everything beside the body that a provider may heed, where the provider is, and what a translated
    /// answer depends on: it names the model as the client has, and a stream has its usage only where the
    /// client asks for it.
    private static String operation(CallRequest request, Route route, HttpServerRequest http) {
        Set<String> heeded = new TreeSet<>();
        for (Map.Entry<String, String> header : http.headers()) {
            String name = header.getKey().toLowerCase(Locale.ROOT);
            if (HEEDED.stream().anyMatch(name::startsWith) && !OF_THE_CLIENT.contains(name)) {
                heeded.add(name + "=" + header.getValue());
            }
        }
        ProviderSettings provider = route.provider();
        boolean translated = provider.dialect() != request.operation().dialect();
        return String.join(
                "\n",
                request.operation().label(),
                query(request.operation(), http.query()),
                heeded.toString(),
                translated ? request.model() + " " + (request.askForUsage() == null) : "",
                provider.dialect().name(),
                provider.baseUrl().toString(),
                provider.nameOf(route.model()));
    }

    /// Without the key of whoever asks.
    private static String query(Operation operation, @Nullable String query) {
        Set<String> beside = operation == Operation.STREAM_GENERATE ? BESIDE : Set.of();
        return query == null
                ? ""
                : Arrays.stream(QueryKey.without(query).split("&", -1))
                        .filter(parameter -> !beside.contains(parameter))
                        .collect(Collectors.joining("&"));
    }

    /// Answers the call, if there is an answer; or ends it, if nobody wants one any more.
    ///
    /// @throws RefusedException when a budget does not have the one call, or the authority cannot answer
    boolean answers() {
        if (!(visit instanceof Visit.Hit hit)) {
            return client.gone();
        }
        charge(hit);
        wiring.cache().served(hit);
        Buffer body = body(hit);
        Map<String, String> headers = headers(hit);
        client.onLoop(() -> client.answer(200, headers, body));
        return true;
    }

    private void charge(Visit.Hit hit) {
        ask.record()
                .route(request.operation(), route)
                .label("status", "200")
                .label("decision", "cached")
                .label("provenance", "cached")
                .label("cache", hit.kind().written())
                .label("cached_call", hit.paid().call())
                .number("cost_avoided_microcents", hit.paid().microcents())
                .number("avoided_tokens", hit.paid().tokens())
                .number("cache_age_millis", hit.age().toMillis())
                .number("latency_millis", (System.nanoTime() - startNanos) / 1_000_000);
        Command.Charge charge =
                new Command.Charge(
                        ask.key(),
                        ask.tenant(),
                        ask.subject().apply(route),
                        ONE_CALL,
                        Command.Overage.REJECT,
                        false,
                        ask.record().attribution());
        Outcome outcome = Admission.answered(() -> wiring.authority().submit(charge));
        if (outcome instanceof Outcome.Refused refused) {
            throw Admission.refused(
                    wiring,
                    ask,
                    request,
                    route,
                    new Estimate(0, 0, true, ONE_CALL),
                    asOfAReserve(refused));
        }
    }

    /// A limit in the way of a charge is in the way of the call.
    private static Outcome.Refused asOfAReserve(Outcome.Refused refused) {
        return refused.blocks().isEmpty()
                ? refused
                : new Outcome.Refused(Reason.BUDGET_EXCEEDED, refused.blocks());
    }

    private Map<String, String> headers(Visit.Hit hit) {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Content-Type", form(request, client.request()).contentType());
        headers.put("X-Bursar-Call", ask.id().value());
        headers.put("X-Bursar-Decision", "cached");
        headers.put("X-Bursar-Cost", "0");
        if (!route.model().equals(request.model())) {
            headers.put("X-Bursar-Model", route.model());
        }
        headers.put("X-Bursar-Cache", hit.kind().written());
        headers.put("Age", Long.toString(hit.age().toSeconds()));
        switch (request.operation().dialect()) {
            case ANTHROPIC -> headers.put("request-id", ask.id().value());
            case BEDROCK -> headers.put("x-amzn-RequestId", ask.id().value());
            case OPENAI, GEMINI -> {}
        }
        return headers;
    }

    /// A client that did not ask for the usage gets none, as from the provider.
    private Buffer body(Visit.Hit hit) {
        Buffer whole = Buffer.buffer(hit.body());
        if (request.askForUsage() == null) {
            return whole;
        }
        Relay relay = new Relay(AnswerReader.of(request.operation()), true);
        return Buffer.buffer().appendBuffer(relay.pass(whole)).appendBuffer(relay.rest());
    }

    /// Takes a copy of what the provider says, or null where nobody needs one.
    @Nullable Recording recording() {
        return recording;
    }

    /// The call was paid for. One whose answer broke off has failed, as far as the cache is concerned.
    ///
    /// @param whole answer, copied only to be kept; or null of a stream, whose recording has it
    void settled(@Nullable Buffer whole, AnswerReader reader, Settlement settlement) {
        boolean brokeOff =
                reader.failed || (whole == null && !reader.finished && reader.stopReason == null);
        if (!(visit instanceof Visit.Miss miss) || recording == null || brokeOff) {
            return;
        }
        byte[] bytes = isWhole(reader, settlement, whole == null) ? kept(whole, recording) : null;
        if (bytes == null) {
            miss.pending().unfit();
            return;
        }
        miss.pending()
                .answered(
                        new Answer(bytes, whole == null ? streamed() : Form.WHOLE),
                        new Answer.Paid(
                                ask.id().value(),
                                settlement.costMicrocents(),
                                settlement.usage().total() + settlement.beside().total()),
                        settlement.toolCalls() > 0,
                        wiring.clock().instant());
    }

    private static byte @Nullable [] kept(@Nullable Buffer whole, Recording recording) {
        if (whole == null) {
            return recording.whole();
        }
        return whole.length() > Answer.MAX_BYTES ? null : whole.getBytes();
    }

    /// Some providers stream although nobody has asked for it.
    private Form streamed() {
        return request.stream() ? form(request, client.request()) : Form.EVENTS;
    }

    /// Vectors come as a whole, without a reason to stop. Gemini does not tell what they took.
    private boolean isWhole(AnswerReader reader, Settlement settlement, boolean stream) {
        return !reader.failed
                && reader.unpriced().isEmpty()
                && (request.operation().producesTokens()
                        ? saysAll(reader, settlement, stream)
                        : settlement.exact() || reader.finished);
    }

    private static boolean saysAll(AnswerReader reader, Settlement settlement, boolean stream) {
        return settlement.exact()
                && (reader.finished || !stream)
                && reader.stopReason != null
                && WHOLE.contains(reader.stopReason);
    }

    /// The call was paid for, but its answer is not one to the question.
    void settledOtherwise() {
        if (visit instanceof Visit.Miss miss) {
            miss.pending().answeredOtherwise();
        }
    }

    /// The call goes to a provider now.
    void begun() {
        if (visit instanceof Visit.Miss miss) {
            miss.pending().begun();
        }
    }

    /// How asking a provider ended. Those who wait for the same ask for themselves at once when there is nothing
    /// for them in it; but the bad luck of a client that hangs up, or whose own budgets have no more, is nobody
    /// else's.
    void ended(Ending ending) {
        boolean itsOwn =
                switch (ending) {
                    case Ending.ClientGone _, Ending.Stopped _ -> true;
                    case Ending.Answered _, Ending.Relayed _, Ending.Failed _ -> false;
                };
        if (visit instanceof Visit.Miss miss && !itsOwn) {
            miss.pending().failed();
        }
    }

    /// Another model is asked, with another key, or for something else: nobody need wait for that.
    void goesElsewhere() {
        if (visit instanceof Visit.Miss miss) {
            miss.pending().goesElsewhere();
        }
    }

    /// Lets the next who waits for the same ask for it, unless a provider was asked.
    @Override
    public void close() {
        if (recording != null) {
            recording.close();
        }
        if (visit instanceof Visit.Miss miss) {
            miss.pending().close();
        }
    }
}
