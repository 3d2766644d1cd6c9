package dev.bursar.gateway.translate;

import dev.bursar.pricing.TokenUsage;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Writes streams and answers of Gemini, which tells a function call as a whole: its arguments are kept until
/// they are complete.
final class GenerateStream implements PieceWriter {

    private final Frames out;
    private final Head head;
    private String id = "";
    private Piece.@Nullable CallBegin call;
    private final StringBuilder arguments = new StringBuilder();

    GenerateStream(Frames out, Head head) {
        this.out = out;
        this.head = head;
    }

    @Override
    public void begin(Piece.Begin begin) {
        id = begin.id();
    }

    @Override
    public void text(String text) {
        close();
        write(content(part(text)));
    }

    @Override
    public void call(Piece.CallBegin begin) {
        close();
        call = begin;
    }

    @Override
    public void arguments(Piece.Arguments more) {
        Piece.CallBegin open = call;
        if (open == null || open.call() != more.call()) {
            throw new TranslationException(
                    "answer", "more of a tool call comes after another one began");
        }
        Limits.keep(arguments, more.json());
    }

    @Override
    public void end(Piece.Stop stop, @Nullable TokenUsage usage) {
        if (!stop.cutsShort(arguments.toString())) {
            close();
        }
        ObjectNode candidate = content(part(""));
        candidate.put("finishReason", reason(stop.reason()));
        ObjectNode answer = answer(candidate);
        if (usage != null) {
            answer.set("usageMetadata", Usages.generate(usage));
        }
        out.event(null, answer);
    }

    @Override
    public void failure(Piece.Failure failure) {
        out.event(null, Errors.envelope(Form.GENERATE, failure));
    }

    private void close() {
        Piece.CallBegin open = call;
        if (open != null) {
            call = null;
            write(content(part(new Answer.Called(open.id(), open.name(), arguments.toString()))));
            arguments.setLength(0);
        }
    }

    private void write(ObjectNode candidate) {
        out.event(null, answer(candidate));
    }

    private ObjectNode answer(ObjectNode candidate) {
        ObjectNode answer = Trees.object();
        answer.putArray("candidates").add(candidate);
        answer.put("modelVersion", head.model());
        answer.put("responseId", id);
        return answer;
    }

    /// A whole answer.
    static ObjectNode answer(Answer answer, Head head) {
        ArrayNode parts = Trees.array();
        for (Answer.Block block : answer.blocks()) {
            switch (block) {
                case Answer.Said(String text) -> parts.add(part(text));
                case Answer.Called called -> parts.add(part(called));
            }
        }
        ObjectNode json = Trees.object();
        ObjectNode candidate = json.putArray("candidates").addObject();
        candidate.putObject("content").put("role", "model").set("parts", parts);
        candidate.put("finishReason", reason(answer.stop().reason()));
        candidate.put("index", 0);
        if (answer.usage() != null) {
            json.set("usageMetadata", Usages.generate(answer.usage()));
        }
        json.put("modelVersion", head.model());
        json.put("responseId", answer.id());
        return json;
    }

    private static ObjectNode content(ObjectNode part) {
        ObjectNode candidate = Trees.object();
        candidate.putObject("content").put("role", "model").putArray("parts").add(part);
        candidate.put("index", 0);
        return candidate;
    }

    private static ObjectNode part(String text) {
        return Trees.object().put("text", text);
    }

    private static ObjectNode part(Answer.Called called) {
        ObjectNode part = Trees.object();
        part.putObject("functionCall")
                .put("id", called.id())
                .put("name", called.name())
                .set("args", called.parsed());
        return part;
    }

    private static String reason(Piece.Reason reason) {
        return switch (reason) {
            case END, SEQUENCE, CALLS -> "STOP";
            case LENGTH -> "MAX_TOKENS";
            case FILTERED -> "SAFETY";
        };
    }
}
