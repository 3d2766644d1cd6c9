package dev.bursar.gateway;

import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/// Reads `response` objects and the events of a Responses stream. A stream ends in an event with the
/// whole response in it: `response.completed`, `response.incomplete` or `response.failed`.
final class ResponsesReader extends AnswerReader {

    /// The words for a response that will not change any more.
    private static final Set<String> OVER =
            Set.of("completed", "incomplete", "failed", "cancelled");

    /// Calls that the client answers, with what is in its next request.
    private static final Set<String> OF_THE_CLIENT =
            Set.of(
                    "function_call",
                    "custom_tool_call",
                    "local_shell_call",
                    "shell_call",
                    "apply_patch_call",
                    "computer_call");

    private final ShownText shown = new ShownText();
    private long createdAt;
    private @Nullable String status;
    private long sequence = -1;
    private @Nullable Consumer<String> named;
    private boolean ownTools;

    /// @param named told the id of the response, once, as soon as it is read
    void onNamed(Consumer<String> named) {
        this.named = named;
    }

    /// What the stream has shown of its messages.
    ShownText shown() {
        return shown;
    }

    /// When the response was made, in seconds since the epoch; 0 when nothing says so.
    long createdAt() {
        return createdAt;
    }

    /// The number of the next event.
    long nextSequence() {
        return sequence + 1;
    }

    /// Whether the provider goes on working after this answer.
    boolean isPending() {
        return "queued".equals(status) || "in_progress".equals(status);
    }

    /// How the response ended, in the provider's word; null while it goes on, or when nothing says so.
    @Nullable String end() {
        return status != null && OVER.contains(status) ? status : null;
    }

    @Override
    boolean usesOwnTools() {
        return ownTools;
    }

    @Override
    boolean object(JsonParser in) {
        String type = "";
        String kind = "";
        String item = "";
        String delta = "";
        long index = 0;
        long part = 0;
        for (String name = in.nextName(); name != null; name = in.nextName()) {
            in.nextToken();
            switch (name) {
                case "type" -> type = orEmpty(string(in));
                case "object" -> kind = orEmpty(string(in));
                case "response" -> response(in);
                case "item" -> item(in, false);
                case "item_id" -> item = orEmpty(string(in));
                case "output_index" -> index = Json.count(in);
                case "content_index" -> part = Json.count(in);
                case "delta" -> {
                    delta = in.currentToken() == JsonToken.VALUE_STRING ? in.getString() : "";
                    produced(in);
                }
                case "sequence_number" -> sequence = Math.max(sequence, Json.count(in));
                default -> field(in, name, true);
            }
        }
        switch (type) {
            case "response.output_text.delta" -> shown.add(index, item, part, delta);
            case "response.output_item.done" -> shown.done(index);
            case "error" -> failed = true;
            default -> {}
        }
        if (kind.equals("response") || type.startsWith("response.")) {
            end(type);
        }
        return false;
    }

    private void response(JsonParser in) {
        if (in.currentToken() != JsonToken.START_OBJECT) {
            in.skipChildren();
            return;
        }
        for (String name = in.nextName(); name != null; name = in.nextName()) {
            in.nextToken();
            field(in, name, false);
        }
    }

    /// @param whole whether the response is all of the answer, so that its text was not seen before
    private void field(JsonParser in, String name, boolean whole) {
        switch (name) {
            case "id" -> named(string(in));
            case "status" -> status = keep(string(in), status);
            case "model" -> model = keep(string(in), model);
            case "created_at" -> createdAt = Math.max(createdAt, Json.count(in));
            case "service_tier" -> {
                serviceTier = keep(string(in), serviceTier);
                tier("service_tier", serviceTier);
            }
            case "usage" -> usage(in);
            case "output" -> output(in, whole);
            case "incomplete_details" -> details(in);
            case "error" -> {
                failed |= in.currentToken() != JsonToken.VALUE_NULL;
                in.skipChildren();
            }
            default -> in.skipChildren();
        }
    }

    private void named(@Nullable String read) {
        boolean first = id == null;
        id = keep(read, id);
        if (first && id != null && named != null) {
            named.accept(id);
        }
    }

    /// The status decides, not the event: some servers end every stream with `response.completed`.
    private void end(String event) {
        boolean last =
                event.isEmpty()
                        || event.equals("response.completed")
                        || event.equals("response.incomplete")
                        || event.equals("response.failed");
        if (!last || isPending()) {
            return;
        }
        usageFinal = usage != null;
        finished = true;
        failed |= "failed".equals(status) || event.equals("response.failed");
        stopReason = keep(stopReason, status);
    }

    private void usage(JsonParser in) {
        if (in.currentToken() != JsonToken.START_OBJECT) {
            in.skipChildren();
            return;
        }
        told(OpenAiUsage.read(in, this));
    }

    private void details(JsonParser in) {
        if (in.currentToken() != JsonToken.START_OBJECT) {
            in.skipChildren();
            return;
        }
        for (String name = in.nextName(); name != null; name = in.nextName()) {
            in.nextToken();
            if (name.equals("reason")) {
                stopReason = keep(string(in), stopReason);
            } else {
                in.skipChildren();
            }
        }
    }

    private void output(JsonParser in, boolean whole) {
        if (in.currentToken() != JsonToken.START_ARRAY) {
            in.skipChildren();
            return;
        }
        while (in.nextToken() != JsonToken.END_ARRAY) {
            item(in, whole);
        }
    }

    /// A message, reasoning, or the call of a tool: everything that ends in `_call`.
    private void item(JsonParser in, boolean whole) {
        if (in.currentToken() != JsonToken.START_OBJECT) {
            in.skipChildren();
            return;
        }
        String type = "";
        String item = "";
        String tool = null;
        for (String name = in.nextName(); name != null; name = in.nextName()) {
            in.nextToken();
            switch (name) {
                case "type" -> type = orEmpty(string(in));
                case "id" -> item = orEmpty(string(in));
                case "content", "summary" -> content(in, whole);
                case "name" -> tool = whole ? toolName(in) : string(in);
                case "arguments", "input" -> {
                    if (whole) {
                        produced(in);
                    } else {
                        in.skipChildren();
                    }
                }
                default -> in.skipChildren();
            }
        }
        if (type.endsWith("_call")) {
            toolCall(item.isEmpty() ? type : item);
            tool(tool == null ? type.replace("_call", "") : tool);
            billed(type);
            ownTools |= !OF_THE_CLIENT.contains(type);
        }
        ownTools |= type.equals("mcp_list_tools");
    }

    /// Some of the provider's own tools are billed by the call.
    private void billed(String type) {
        switch (type) {
            case "web_search_call", "file_search_call", "code_interpreter_call" -> {
                String name = type.toLowerCase(Locale.ROOT).replace("_call", "_requests");
                seen(name);
            }
            default -> {}
        }
    }

    private void content(JsonParser in, boolean whole) {
        if (!whole || in.currentToken() != JsonToken.START_ARRAY) {
            in.skipChildren();
            return;
        }
        while (in.nextToken() != JsonToken.END_ARRAY) {
            if (in.currentToken() != JsonToken.START_OBJECT) {
                in.skipChildren();
                continue;
            }
            for (String name = in.nextName(); name != null; name = in.nextName()) {
                in.nextToken();
                switch (name) {
                    case "text", "refusal" -> produced(in);
                    default -> in.skipChildren();
                }
            }
        }
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }

    private static @Nullable String keep(@Nullable String newer, @Nullable String older) {
        return newer == null || newer.isEmpty() ? older : newer;
    }
}
