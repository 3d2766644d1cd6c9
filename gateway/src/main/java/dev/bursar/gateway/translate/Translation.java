package dev.bursar.gateway.translate;

import dev.bursar.gateway.translate.QuestionWriter.Target;
import java.time.InstantSource;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// The way between a client of one form and a provider of another. Immutable; from any thread.
public final class Translation {

    private final Form client;
    private final Form provider;
    private final InstantSource clock;
    private final String boundField;
    private final boolean asksForUsage;

    private Translation(
            Form client,
            Form provider,
            InstantSource clock,
            String boundField,
            boolean asksForUsage) {
        this.client = client;
        this.provider = provider;
        this.clock = clock;
        this.boundField = boundField;
        this.asksForUsage = asksForUsage;
    }

    /// Empty where there is no translation: between the same forms, to providers of Responses, and from
    /// clients of Converse.
    ///
    /// @param clock for forms whose answers tell the time
    public static Optional<Translation> of(Form client, Form provider, InstantSource clock) {
        boolean none = client == provider || client == Form.CONVERSE || provider == Form.RESPONSES;
        return none
                ? Optional.empty()
                : Optional.of(
                        new Translation(client, provider, clock, "max_completion_tokens", true));
    }

    /// The same for a provider of chats in which it differs from OpenAI itself.
    ///
    /// @param bound the name of the bound of the output: `max_tokens` at most, not `max_completion_tokens`
    /// @param askForUsage whether a stream has to be asked to end with its usage
    public Translation forChats(String bound, boolean askForUsage) {
        return new Translation(client, provider, clock, bound, askForUsage);
    }

    /// A request in the provider's form.
    ///
    /// @param body of the client
    /// @param model as the provider names it
    /// @param maxOutputTokens the bound where the client names none
    /// @throws TranslationException when the body has a mistake, or something that has no counterpart and
    ///     cannot be left out silently
    public byte[] request(byte[] body, String model, boolean stream, long maxOutputTokens) {
        return Trees.bytes(tree(body, model, stream, maxOutputTokens));
    }

    /// Whether there is such a request, without writing it down.
    ///
    /// @throws TranslationException as [#request]
    public void requireRequest(byte[] body, String model, boolean stream, long maxOutputTokens) {
        var _ = tree(body, model, stream, maxOutputTokens);
    }

    private ObjectNode tree(byte[] body, String model, boolean stream, long maxOutputTokens) {
        JsonNode json = Trees.read(body, 0, body.length);
        if (!(json instanceof ObjectNode object)) {
            throw new TranslationException("body", "must be a JSON object");
        }
        Question question = questions().read(object);
        Long asked = question.maxTokens();
        long bound = asked == null ? maxOutputTokens : asked;
        return writer().write(question, new Target(model, stream, bound, boundField, asksForUsage));
    }

    /// A whole answer, of status 200, in the client's form.
    ///
    /// @param asked the model as the client named it
    /// @throws TranslationException when it cannot be understood
    public byte[] answer(byte[] json, String asked) {
        if (!(Trees.read(json, 0, json.length) instanceof ObjectNode object)) {
            throw new TranslationException("answer", "is not a JSON object");
        }
        Answer.Builder pieces = new Answer.Builder();
        reader().answer(object, pieces::take);
        Answer answer = pieces.answer();
        Head head = head(asked);
        return Trees.bytes(
                switch (client) {
                    case CHAT -> ChatStream.answer(answer, head);
                    case RESPONSES -> ResponsesStream.answer(answer, head);
                    case MESSAGES -> MessagesStream.answer(answer, head);
                    case GENERATE -> GenerateStream.answer(answer, head);
                    case CONVERSE -> throw noClient();
                });
    }

    /// An error of the provider in the client's envelope. Odd bodies are repeated as text.
    ///
    /// @param status of 300 and above
    /// @param type of the error where a header tells it, else null
    public byte[] error(int status, byte[] body, @Nullable String type) {
        return Trees.bytes(Errors.envelope(client, Errors.read(status, body, type)));
    }

    /// What the provider says in an answer of status 200 that is an error. Odd bodies are repeated as text.
    public String failure(byte[] body) {
        return Errors.read(200, body).message();
    }

    /// A stream of server-sent events.
    ///
    /// @param asked the model as the client named it
    /// @param withUsage whether a client of chats asked for the usage
    public StreamTranslation stream(String asked, boolean withUsage) {
        return stream(asked, withUsage, new Frames(false));
    }

    /// A stream for a client of Gemini's form that did not ask for events: one long JSON array.
    ///
    /// @param asked the model as the client named it
    public StreamTranslation arrayStream(String asked) {
        return stream(asked, true, new Frames(true));
    }

    private StreamTranslation stream(String asked, boolean withUsage, Frames out) {
        Head head = head(asked);
        PieceWriter writer =
                switch (client) {
                    case CHAT -> new ChatStream(out, head, withUsage);
                    case RESPONSES -> new ResponsesStream(out, head);
                    case MESSAGES -> new MessagesStream(out, head);
                    case GENERATE -> new GenerateStream(out, head);
                    case CONVERSE -> throw noClient();
                };
        return new StreamTranslation(client, reader(), writer, out);
    }

    private Head head(String asked) {
        return new Head(asked, clock.instant().getEpochSecond());
    }

    private QuestionReader questions() {
        return switch (client) {
            case CHAT -> new ChatReader();
            case RESPONSES -> new ResponsesReader();
            case MESSAGES -> new MessagesReader();
            case GENERATE -> new GenerateReader();
            case CONVERSE -> throw noClient();
        };
    }

    private QuestionWriter writer() {
        return switch (provider) {
            case CHAT -> new ChatWriter();
            case MESSAGES -> new MessagesWriter();
            case GENERATE -> new GenerateWriter();
            case CONVERSE -> new ConverseWriter();
            case RESPONSES -> throw noProvider();
        };
    }

    private PieceReader reader() {
        return switch (provider) {
            case CHAT -> new ChatPieces();
            case MESSAGES -> new MessagesPieces();
            case GENERATE -> new GeneratePieces();
            case CONVERSE -> new ConversePieces();
            case RESPONSES -> throw noProvider();
        };
    }

    private static IllegalStateException noClient() {
        return new IllegalStateException("no client speaks Converse");
    }

    private static IllegalStateException noProvider() {
        return new IllegalStateException("no provider is asked in the form of Responses");
    }
}
