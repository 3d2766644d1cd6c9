package dev.bursar.gateway;

import dev.bursar.gateway.Routes.Route;
import dev.bursar.gateway.translate.Form;
import dev.bursar.gateway.translate.StreamTranslation;
import dev.bursar.gateway.translate.Translation;
import dev.bursar.gateway.translate.TranslationException;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A call whose provider speaks another dialect than its client: what is asked of the provider, and the
/// translation between the two.
///
/// @param client what the client asks for
/// @param upstream what the provider is asked for
record Crossing(Operation client, Operation upstream, Translation translation) {

    /// The label of an answer that cannot be translated.
    static final String UNREADABLE = "unreadable_answer";

    /// Where Bedrock tells what kind of error it is.
    private static final String ERROR_TYPE = "x-amzn-errortype";

    /// Nothing is told of the time where only a way is looked for.
    private static final InstantSource NO_TIME = InstantSource.fixed(Instant.EPOCH);

    private static final String NO_ANSWER = "no_answer";

    /// What a client can still use of a provider's headers when the body is another.
    private static final List<String> KEPT_HEADERS =
            List.of("retry-after", "x-should-retry", "x-request-id", "request-id");

    /// @return null when both speak the same, or there is no translation
    static @Nullable Crossing of(
            Operation client, ProviderSettings provider, boolean stream, InstantSource clock) {
        Operation upstream = Operation.ofModels(provider.dialect(), stream);
        Form from = client.form();
        Form to = upstream.form();
        if (client.dialect() == provider.dialect() || from == null || to == null) {
            return null;
        }
        String bound = provider.outputBound(upstream);
        boolean ask = provider.wantsToBeAskedForUsage();
        return Translation.of(from, to, clock)
                .map(plain -> bound == null ? plain : plain.forChats(bound, ask))
                .map(translation -> new Crossing(client, upstream, translation))
                .orElse(null);
    }

    /// Whether a provider can serve what a client asks for.
    static boolean isServed(Operation client, ProviderSettings provider) {
        return client.dialect() == provider.dialect()
                || of(client, provider, false, NO_TIME) != null;
    }

    /// @throws RefusedException when a route leads to another dialect, and the call has something that it has
    ///     no word for
    static void require(CallRequest request, Route route, byte[] body, Wiring wiring) {
        Crossing crossing =
                of(request.operation(), route.provider(), request.stream(), wiring.clock());
        if (crossing == null) {
            return;
        }
        long output = wiring.estimator().choiceTokens(request, route);
        try {
            crossing.translation().requireRequest(body, route.model(), request.stream(), output);
        } catch (TranslationException e) {
            throw refused(e);
        }
    }

    /// Where the provider serves it, with the query that makes a stream one of events.
    String path(ProviderSettings provider, String model) {
        String path = provider.path(upstream, model);
        return upstream == Operation.STREAM_GENERATE ? path + "?alt=sse" : path;
    }

    /// The body for the provider.
    ///
    /// @param output the bound of it, where the client names none
    /// @throws RefusedException for what the provider's dialect has no word for
    Buffer request(byte[] body, String model, boolean stream, long output) {
        try {
            return Buffer.buffer(translation.request(body, model, stream, output));
        } catch (TranslationException e) {
            throw refused(e);
        }
    }

    private static RefusedException refused(TranslationException e) {
        return RefusedException.malformed(e.field(), String.valueOf(e.getMessage()));
    }

    /// A stream's way to the client.
    ///
    /// @param reader of the provider's answer
    /// @param array whether the client wants one long JSON array
    /// @param recording gets a copy of what the client gets, or null
    Relay relay(
            CallRequest asked, AnswerReader reader, boolean array, @Nullable Recording recording) {
        StreamTranslation stream =
                array
                        ? translation.arrayStream(asked.model())
                        : translation.stream(asked.model(), asked.askForUsage() == null);
        boolean frames = upstream == Operation.CONVERSE_STREAM;
        return Relay.translating(reader, stream, frames, recording);
    }

    /// What the client is told of an answer that is whole. Others are translated as they come.
    ///
    /// @param asked the model as the client named it
    /// @param nothing whether an answer of a good status says that there was none
    Ending told(Ending ending, String asked, boolean nothing) {
        if (!(ending instanceof Ending.Answered(int status, MultiMap headers, Buffer body))) {
            return ending;
        }
        if (status < Call.ERROR && body.length() == 0) {
            return failed("sent no answer", NO_ANSWER, false);
        }
        if (status < Call.ERROR && nothing) {
            String said = translation.failure(body.getBytes());
            return failed("sent an error in place of an answer: " + said, NO_ANSWER, false);
        }
        try {
            byte[] json =
                    status < Call.ERROR
                            ? translation.answer(body.getBytes(), asked)
                            : translation.error(status, body.getBytes(), headers.get(ERROR_TYPE));
            return new Ending.Answered(status, headers(headers), Buffer.buffer(json));
        } catch (TranslationException e) {
            return failed(unreadable(e), UNREADABLE, true);
        }
    }

    private static Ending failed(String what, String label, boolean answering) {
        return new Ending.Failed(
                Refusal.PROVIDER_UNREACHABLE, label, "the provider " + what, answering, false);
    }

    /// What a provider did whose answer cannot be translated.
    static String unreadable(TranslationException e) {
        return "sent an answer that cannot be read: " + e.getMessage();
    }

    private static MultiMap headers(MultiMap from) {
        MultiMap to = MultiMap.caseInsensitiveMultiMap().set("content-type", "application/json");
        for (String name : KEPT_HEADERS) {
            String value = from.get(name);
            if (value != null) {
                to.set(name, value);
            }
        }
        return to;
    }
}
