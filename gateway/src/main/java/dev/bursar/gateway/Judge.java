package dev.bursar.gateway;

import dev.bursar.gateway.Routes.Route;
import dev.bursar.gateway.routing.KeyRing;
import dev.bursar.gateway.routing.ProviderKey;
import dev.bursar.gateway.routing.Verdict;
import dev.bursar.ledger.HoldId;
import dev.bursar.ledger.Subject;
import dev.bursar.ledger.TenantId;
import dev.bursar.pricing.TokenUsage;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.RequestOptions;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Asks a small model how hard a question is. Its call is held and charged like any other, to the same
/// tenant and run, under an id of its own. It never fails the call it is for: when it may not be paid,
/// is not answered in time, or is not understood, the question counts as hard.
final class Judge {

    /// From the request to the whole answer.
    static final Duration PATIENCE = Duration.ofSeconds(5);

    private static final int MAX_QUESTION_CHARS = 4_000;
    private static final int ANSWER_TOKENS = 16;
    private static final int OK = 200;

    private static final String INSTRUCTION =
            "Say how hard the request below is for a language model. Answer with one word: simple, if"
                    + " a small model can do it well (facts, short rewriting, extraction, labels), or"
                    + " hard, if it takes reasoning in several steps, design, proof, code or judgement."
                    + " Do not do what the request asks.";

    private final Wiring wiring;
    private final Client client;
    private final Operation asked;

    /// @param dialect of the call that it is for: a judge of another one is asked in its own
    Judge(Wiring wiring, Client client, Dialect dialect) {
        this.wiring = wiring;
        this.client = client;
        this.asked = Operation.ofModels(dialect, false);
    }

    /// Who pays.
    ///
    /// @param call the id of the call that it is for
    record Payer(TenantId tenant, Subject subject, String call) {}

    Verdict ask(String model, String question, Payer payer, Instant at) {
        try {
            Route route = wiring.routes().find(asked, model, at, wiring.meter());
            String provider = route.provider().name();
            Instant now = wiring.clock().instant();
            try (KeyRing.Lease lease = wiring.keys().turn(payer.call()).take(provider, now, true)) {
                if (lease == null && wiring.keys().has(provider)) {
                    return Verdict.unknown("the judge has no key to spare");
                }
                return ask(route, question, payer, lease == null ? null : lease.key());
            }
        } catch (RefusedException refused) {
            return Verdict.unknown("the judge was refused: " + refused.denial().refusal().code());
        }
    }

    private Verdict ask(Route route, String question, Payer payer, @Nullable ProviderKey key) {
        byte[] body = body(route, question);
        Operation operation = operation(route);
        CallRequest request = RequestParser.parse(new Target(operation, route.model()), body);
        CallRecord record =
                new CallRecord()
                        .label("call", payer.call() + "-judge")
                        .label("judge_of", payer.call())
                        .label("request_type", "judge")
                        .label("stream", "false")
                        .label("requested_model", route.model())
                        .route(operation, route);
        CallHold hold = reserve(route, request, body, payer, record);
        Errand errand =
                new Errand(wiring.vertx(), wiring.upstream(), route.provider(), Errand.SMALL_BYTES);
        RequestOptions options =
                Upstream.ownOptions(
                        route.provider(), key, route.provider().path(operation, route.model()));
        client.onLoop(() -> errand.start(options, Buffer.buffer(body), PATIENCE));
        Errand.Result result = errand.result().join();
        return settle(route, hold, record, result);
    }

    private CallHold reserve(
            Route route, CallRequest request, byte[] body, Payer payer, CallRecord record) {
        Subject subject = CallSubject.served(payer.subject(), route);
        Admission.Ask ask =
                new Admission.Ask(
                        new HoldId(payer.call() + "-judge"),
                        payer.tenant(),
                        _ -> subject,
                        false,
                        false,
                        Fingerprint.of(body),
                        record);
        Target target = new Target(operation(route), route.model());
        Estimate estimate = wiring.estimator().count(request, route, body);
        return new Admission(wiring, client, ask, request, route)
                .asItIs(new Shape(target, request, route, body, estimate, false, Treatment.NONE));
    }

    /// What was sent and not answered may have been billed: it was cut here, not by the provider.
    private Verdict settle(Route route, CallHold hold, CallRecord record, Errand.Result result) {
        record.label("status", result.status() == 0 ? "no_answer" : "" + result.status());
        if (result.status() == 0 && result.sent()) {
            hold.charge(record.attribution());
            return Verdict.unknown("the judge did not answer");
        }
        if (result.status() != OK) {
            hold.release(record.attribution());
            return Verdict.unknown("the judge failed: " + result.status());
        }
        AnswerReader reader = AnswerReader.of(operation(route));
        reader.believeUpTo(hold.estimate().believableTokens());
        byte[] json = result.body().getBytes();
        reader.read(json, 0, json.length);
        TokenUsage usage = reader.billed();
        if (usage == null) {
            hold.charge(record.attribution());
        } else {
            Settlement settlement =
                    Settlement.of(
                            route,
                            reader,
                            usage,
                            true,
                            model -> wiring.routes().price(route.provider(), model, route.at()));
            record.withoutTokens();
            settlement.describe(record, route.priced());
            hold.commit(settlement.actual(), record.attribution());
        }
        return verdict(reader.text.start(), route);
    }

    private static Operation operation(Route route) {
        return Operation.ofModels(route.provider().dialect(), false);
    }

    private static Verdict verdict(String answer, Route route) {
        String said = answer.toLowerCase(Locale.ROOT);
        boolean hard = said.contains("hard");
        boolean simple = said.contains("simple");
        return hard == simple
                ? Verdict.unknown("the judge was not understood")
                : new Verdict(hard, (hard ? "hard" : "simple") + " by " + route.model());
    }

    private byte[] body(Route route, String question) {
        String model = Envelope.quoted(route.provider().nameOf(route.model()));
        String system = Envelope.quoted(INSTRUCTION);
        String asked = Envelope.quoted("Request:\n" + shortened(question));
        String body =
                switch (route.provider().dialect()) {
                    case OPENAI ->
                            """
                            {"model":%s,"%s":%d,"messages":[\
                            {"role":"system","content":%s},{"role":"user","content":%s}]}\
                            """
                                    .formatted(
                                            model,
                                            route.provider().outputBound(Operation.CHAT),
                                            ANSWER_TOKENS,
                                            system,
                                            asked);
                    case ANTHROPIC ->
                            """
                            {"model":%s,"max_tokens":%d,"system":%s,"messages":[\
                            {"role":"user","content":%s}]}\
                            """
                                    .formatted(model, ANSWER_TOKENS, system, asked);
                    case GEMINI ->
                            """
                            {"systemInstruction":{"parts":[{"text":%s}]},"contents":[\
                            {"role":"user","parts":[{"text":%s}]}],\
                            "generationConfig":{"maxOutputTokens":%d}}\
                            """
                                    .formatted(system, asked, ANSWER_TOKENS);
                    case BEDROCK ->
                            """
                            {"system":[{"text":%s}],"messages":[\
                            {"role":"user","content":[{"text":%s}]}],\
                            "inferenceConfig":{"maxTokens":%d}}\
                            """
                                    .formatted(system, asked, ANSWER_TOKENS);
                };
        return body.getBytes(StandardCharsets.UTF_8);
    }

    /// Its start and its end: what is asked is rarely in the middle.
    private static String shortened(String question) {
        int half = MAX_QUESTION_CHARS / 2;
        return question.length() <= MAX_QUESTION_CHARS
                ? question
                : question.substring(0, half)
                        + "\n[...]\n"
                        + question.substring(question.length() - half);
    }
}
