package dev.bursar.gateway.translate;

import dev.bursar.pricing.TokenUsage;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Writes streams and answers of Responses. The last event repeats all of the answer, and clients read it
/// there, so the answer is kept until then.
final class ResponsesStream implements PieceWriter {

    private final Frames out;
    private final Head head;
    private final ArrayNode output = Trees.array();
    private final StringBuilder open = new StringBuilder();
    private String id = "";
    private long sequence;

    /// The item that is open, as it began, or null.
    private @Nullable ObjectNode item;

    /// The call that is open, or -1.
    private int call = -1;

    /// Chars in the items that are closed.
    private long closedChars;

    ResponsesStream(Frames out, Head head) {
        this.out = out;
        this.head = head;
    }

    @Override
    public void begin(Piece.Begin begin) {
        id = responseId(begin.id());
        for (String type : new String[] {"response.created", "response.in_progress"}) {
            ObjectNode event = Trees.object();
            event.set("response", response(id, head, "in_progress", Trees.array()));
            write(type, event);
        }
    }

    @Override
    public void text(String text) {
        ObjectNode message = item;
        if (message == null || call >= 0) {
            close("completed");
            message = message(id, output.size(), "in_progress");
            add(message);
            ObjectNode event = inContent(message);
            event.set("part", part(""));
            write("response.content_part.added", event);
        }
        Limits.keep(open, text);
        ObjectNode event = inContent(message).put("delta", text);
        event.putArray("logprobs");
        write("response.output_text.delta", event);
    }

    @Override
    public void call(Piece.CallBegin begin) {
        close("completed");
        add(called(id, output.size(), begin.id(), begin.name(), "", "in_progress"));
        call = begin.call();
    }

    @Override
    public void arguments(Piece.Arguments arguments) {
        ObjectNode called = item;
        if (called == null || arguments.call() != call) {
            throw new TranslationException(
                    "answer", "more of a tool call comes after another one began");
        }
        Limits.keep(open, arguments.json());
        write(
                "response.function_call_arguments.delta",
                inItem(called).put("delta", arguments.json()));
    }

    @Override
    public void end(Piece.Stop stop, @Nullable TokenUsage usage) {
        String status = status(stop.reason());
        close(status);
        ObjectNode event = Trees.object();
        ObjectNode response = response(id, head, status, output);
        ended(response, stop.reason(), usage);
        event.set("response", response);
        write("response." + status, event);
    }

    @Override
    public void failure(Piece.Failure failure) {
        ObjectNode error = (ObjectNode) Errors.envelope(Form.RESPONSES, failure).path("error");
        ObjectNode event = Trees.object();
        event.put("message", failure.message());
        event.putNull("param");
        event.set("code", error.path("code"));
        event.set("error", error);
        event.put("type", "error");
        event.put("sequence_number", sequence++);
        out.event("error", event);
    }

    private void add(ObjectNode begun) {
        item = begun;
        ObjectNode event = Trees.object().put("output_index", output.size());
        event.set("item", begun.deepCopy());
        write("response.output_item.added", event);
    }

    /// Closes the item that is open.
    private void close(String status) {
        ObjectNode closed = item;
        if (closed == null) {
            return;
        }
        String all = open.toString();
        if (call >= 0) {
            closed.put("arguments", all);
            ObjectNode event = inItem(closed).put("arguments", all);
            event.put("name", closed.path("name").asString());
            write("response.function_call_arguments.done", event);
        } else {
            ObjectNode text = inContent(closed).put("text", all);
            text.putArray("logprobs");
            write("response.output_text.done", text);
            ObjectNode event = inContent(closed);
            event.set("part", part(all));
            write("response.content_part.done", event);
            closed.putArray("content").add(part(all));
        }
        closed.put("status", status);
        ObjectNode event = Trees.object().put("output_index", output.size());
        event.set("item", closed);
        write("response.output_item.done", event);
        output.add(closed);
        closedChars += all.length();
        if (closedChars > Limits.MAX_OPEN_CHARS) {
            throw Limits.tooLong();
        }
        item = null;
        call = -1;
        open.setLength(0);
    }

    private ObjectNode inItem(ObjectNode item) {
        return Trees.object()
                .put("item_id", item.path("id").asString())
                .put("output_index", output.size());
    }

    private ObjectNode inContent(ObjectNode item) {
        return inItem(item).put("content_index", 0);
    }

    private void write(String type, ObjectNode event) {
        event.put("type", type);
        event.put("sequence_number", sequence++);
        out.event(type, event);
    }

    /// A whole answer.
    static ObjectNode answer(Answer answer, Head head) {
        String id = responseId(answer.id());
        Piece.Reason reason = answer.stop().reason();
        ArrayNode output = Trees.array();
        for (Answer.Block block : answer.blocks()) {
            switch (block) {
                case Answer.Said(String text) -> {
                    ObjectNode message = message(id, output.size(), "completed");
                    message.putArray("content").add(part(text));
                    output.add(message);
                }
                case Answer.Called called ->
                        output.add(
                                called(
                                        id,
                                        output.size(),
                                        called.id(),
                                        called.name(),
                                        called.arguments(),
                                        "completed"));
            }
        }
        ObjectNode response = response(id, head, status(reason), output);
        ended(response, reason, answer.usage());
        return response;
    }

    private static String responseId(String id) {
        return id.startsWith("resp_") ? id : "resp_" + id;
    }

    /// All fields that the official clients take for granted.
    private static ObjectNode response(String id, Head head, String status, ArrayNode output) {
        ObjectNode response = Trees.object();
        response.put("id", id);
        response.put("object", "response");
        response.put("created_at", head.seconds());
        response.put("status", status);
        response.putNull("error");
        response.putNull("incomplete_details");
        response.putNull("instructions");
        response.putObject("metadata");
        response.put("model", head.model());
        response.set("output", output);
        response.put("parallel_tool_calls", true);
        response.putNull("temperature");
        response.put("tool_choice", "auto");
        response.putArray("tools");
        response.putNull("top_p");
        response.putNull("usage");
        return response;
    }

    private static void ended(
            ObjectNode response, Piece.Reason reason, @Nullable TokenUsage usage) {
        String why =
                switch (reason) {
                    case LENGTH -> "max_output_tokens";
                    case FILTERED -> "content_filter";
                    case END, SEQUENCE, CALLS -> null;
                };
        if (why != null) {
            response.putObject("incomplete_details").put("reason", why);
        }
        if (usage != null) {
            response.set("usage", Usages.responses(usage));
        }
    }

    private static String status(Piece.Reason reason) {
        return switch (reason) {
            case LENGTH, FILTERED -> "incomplete";
            case END, SEQUENCE, CALLS -> "completed";
        };
    }

    private static ObjectNode message(String response, int at, String status) {
        ObjectNode message = Trees.object();
        message.put("id", "msg_" + response + "_" + at);
        message.put("type", "message");
        message.put("role", "assistant");
        message.put("status", status);
        message.putArray("content");
        return message;
    }

    private static ObjectNode called(
            String response, int at, String id, String name, String arguments, String status) {
        return Trees.object()
                .put("id", "fc_" + response + "_" + at)
                .put("type", "function_call")
                .put("call_id", id)
                .put("name", name)
                .put("arguments", arguments)
                .put("status", status);
    }

    private static ObjectNode part(String text) {
        ObjectNode part = Trees.object().put("type", "output_text").put("text", text);
        part.putArray("annotations");
        part.putArray("logprobs");
        return part;
    }
}
