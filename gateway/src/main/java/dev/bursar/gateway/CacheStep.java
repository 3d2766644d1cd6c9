package dev.bursar.gateway;

import dev.bursar.gateway.Routes.Route;
import dev.bursar.gateway.cache.Answer;
import dev.bursar.gateway.cache.CacheRequest;
import dev.bursar.gateway.cache.CacheRequest.Wire;
import dev.bursar.gateway.cache.Visit;
import dev.bursar.ledger.Amounts;
import dev.bursar.ledger.Command;
import dev.bursar.ledger.Outcome;
import dev.bursar.ledger.Reason;
import dev.bursar.ledger.Unit;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// What the cache has to do with a call. One that finds an answer takes one call of its budgets, and
/// nothing else: no money, no tokens, no slot. One that finds none keeps its own for others, when it is
/// the whole answer to a question that always has the same.
final class CacheStep implements AutoCloseable {

    /// Of a call that takes nothing but its place among calls.
    private static final Amounts ONE_CALL = Amounts.of(Map.of(Unit.CALLS, 1L));

    /// Why an answer stopped that says all it wanted to.
    private static final Set<String> WHOLE =
            Set.of("stop", "end_turn", "stop_sequence", "tool_calls", "function_call", "tool_use");

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
        this.recording = visit instanceof Visit.Miss ? new Recording(Answer.MAX_BYTES) : null;
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
                || wire == Wire.OTHER
                || route.provider().dialect() != request.operation().dialect()
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
                                operation(request.operation(), client.request()),
                                route.provider().name(),
                                route.model(),
                                request.stream(),
                                body,
                                ask.subject().apply(route).values(),
                                headers.cache()),
                        wiring.clock().instant(),
                        leave -> client.onLoop(() -> client.onGone(leave)));
    }

    /// Of the others it is not known what makes two questions the same.
    private static Wire wire(Operation operation) {
        return switch (operation) {
            case CHAT -> Wire.CHAT;
            case MESSAGES -> Wire.MESSAGES;
            case RESPONSES,
                    COUNT_INPUT,
                    COMPLETIONS,
                    EMBEDDINGS,
                    COUNT_TOKENS,
                    GENERATE,
                    STREAM_GENERATE,
                    COUNT_CONTENT,
                    EMBED_CONTENT,
                    BATCH_EMBED_CONTENTS,
                    CONVERSE,
                    CONVERSE_STREAM ->
                    Wire.OTHER;
        };
    }

    /// With everything beside the body that a provider may heed.
    private static String operation(Operation operation, HttpServerRequest request) {
        Set<String> heeded = new TreeSet<>();
        for (Map.Entry<String, String> header : request.headers()) {
            String name = header.getKey().toLowerCase(Locale.ROOT);
            if (name.startsWith("openai-") || name.startsWith("anthropic-")) {
                heeded.add(name + "=" + header.getValue());
            }
        }
        return operation.label() + "?" + request.query() + heeded;
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
                    wiring, route, new Estimate(0, 0, true, ONE_CALL), asOfAReserve(refused));
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
        headers.put(
                "Content-Type",
                request.stream() ? "text/event-stream; charset=utf-8" : "application/json");
        headers.put("X-Bursar-Call", ask.id().value());
        headers.put("X-Bursar-Decision", "cached");
        headers.put("X-Bursar-Cost", "0");
        if (!route.model().equals(request.model())) {
            headers.put("X-Bursar-Model", route.model());
        }
        headers.put("X-Bursar-Cache", hit.kind().written());
        headers.put("Age", Long.toString(hit.age().toSeconds()));
        if (request.operation() == Operation.MESSAGES) {
            headers.put("request-id", ask.id().value());
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

    /// The call was paid for.
    ///
    /// @param json of a whole answer, or null of a stream, whose recording has it
    void settled(byte @Nullable [] json, AnswerReader reader, Settlement settlement) {
        if (!(visit instanceof Visit.Miss miss) || recording == null) {
            return;
        }
        boolean stream = json == null;
        byte[] bytes = stream ? recording.whole() : json;
        if (bytes == null || !isWhole(reader, settlement, stream)) {
            miss.pending().unfit();
            return;
        }
        miss.pending()
                .answered(
                        new Answer(bytes, stream),
                        new Answer.Paid(
                                ask.id().value(),
                                settlement.costMicrocents(),
                                settlement.usage().total() + settlement.beside().total()),
                        settlement.toolCalls() > 0,
                        wiring.clock().instant());
    }

    private static boolean isWhole(AnswerReader reader, Settlement settlement, boolean stream) {
        return settlement.exact()
                && !reader.failed
                && (reader.finished || !stream)
                && reader.unpriced.isEmpty()
                && reader.stopReason != null
                && WHOLE.contains(reader.stopReason);
    }

    /// Lets the next who waits for the same ask for it, unless this call had an answer.
    @Override
    public void close() {
        if (visit instanceof Visit.Miss miss) {
            miss.pending().close();
        }
    }
}
