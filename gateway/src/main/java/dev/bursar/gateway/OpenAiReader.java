package dev.bursar.gateway;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/// Reads `chat.completion` and `chat.completion.chunk` objects.
///
/// Some providers tell with each chunk what was used so far. It is the last word where no choice is left
/// that could go on: in the extra chunk without choices, in a whole answer, and after the last choice's
/// reason to stop.
final class OpenAiReader extends AnswerReader {

    /// Nearly every answer has one choice.
    private static final int FEW_CHOICES = 2;

    private final Set<Long> open = new HashSet<>(FEW_CHOICES);
    private Set<Long> stopped = Set.of();

    @Override
    boolean object(JsonParser in) {
        int choices = -1;
        boolean withUsage = false;
        boolean nestedUsage = false;
        for (String name = in.nextName(); name != null; name = in.nextName()) {
            in.nextToken();
            switch (name) {
                case "id" -> id = keep(string(in), id);
                case "model" -> model = keep(string(in), model);
                case "service_tier" -> {
                    serviceTier = keep(string(in), serviceTier);
                    tier("service_tier", serviceTier);
                }
                case "choices" -> choices = choices(in);
                case "usage" -> withUsage = usage(in);
                case "x_groq" -> nestedUsage = groq(in);
                case "error" -> {
                    failed |= in.currentToken() != JsonToken.VALUE_NULL;
                    in.skipChildren();
                }
                default -> in.skipChildren();
            }
        }
        if (withUsage || nestedUsage) {
            usageFinal = choices <= 0 || open.isEmpty();
        }
        return choices == 0 && withUsage;
    }

    @Override
    List<Long> openPlaces() {
        return open.stream().sorted().toList();
    }

    @Override
    void finish() {
        super.finish();
        usageFinal |= usage != null;
    }

    private boolean usage(JsonParser in) {
        if (in.currentToken() != JsonToken.START_OBJECT) {
            in.skipChildren();
            return false;
        }
        return told(OpenAiUsage.read(in, this));
    }

    /// Groq repeats the usage here, and in older streams only here.
    private boolean groq(JsonParser in) {
        if (in.currentToken() != JsonToken.START_OBJECT) {
            in.skipChildren();
            return false;
        }
        boolean withUsage = false;
        for (String name = in.nextName(); name != null; name = in.nextName()) {
            in.nextToken();
            if (name.equals("usage")) {
                withUsage = usage(in);
            } else {
                in.skipChildren();
            }
        }
        return withUsage;
    }

    /// @return how many there are, or -1 when it is no list
    private int choices(JsonParser in) {
        if (in.currentToken() != JsonToken.START_ARRAY) {
            in.skipChildren();
            return -1;
        }
        int count = 0;
        while (in.nextToken() != JsonToken.END_ARRAY) {
            if (in.currentToken() == JsonToken.START_OBJECT) {
                choice(in, count);
            } else {
                in.skipChildren();
            }
            count++;
        }
        return count;
    }

    /// @param place stands for the index that some providers leave out
    private void choice(JsonParser in, int place) {
        long index = place;
        boolean ended = false;
        for (String name = in.nextName(); name != null; name = in.nextName()) {
            in.nextToken();
            switch (name) {
                case "index" -> index = Json.count(in);
                case "finish_reason" -> {
                    String reason = string(in);
                    ended |= reason != null && !reason.isEmpty();
                    stopReason = keep(reason, stopReason);
                }
                case "message" -> {
                    ended = true;
                    message(in, index);
                }
                case "delta" -> message(in, index);
                case "text" -> produced(in);
                default -> in.skipChildren();
            }
        }
        note(index, ended);
    }

    /// What a provider sends beyond any number of choices that can be asked for is not told apart.
    private void note(long choice, boolean ended) {
        if (ended) {
            open.remove(choice);
            if (stopped.size() < RequestParser.MAX_CHOICES) {
                stopped = stopped.isEmpty() ? new HashSet<>() : stopped;
                stopped.add(choice);
            }
        } else if (open.size() < RequestParser.MAX_CHOICES && !stopped.contains(choice)) {
            open.add(choice);
        }
    }

    private void message(JsonParser in, long choice) {
        if (in.currentToken() != JsonToken.START_OBJECT) {
            in.skipChildren();
            return;
        }
        for (String name = in.nextName(); name != null; name = in.nextName()) {
            in.nextToken();
            switch (name) {
                case "content", "thinking" -> content(in);
                case "reasoning_content", "reasoning", "refusal" -> produced(in);
                case "tool_calls" -> toolCalls(in, choice);
                case "annotations" -> citations(in);
                case "function_call" -> {
                    if (in.currentToken() == JsonToken.START_OBJECT) {
                        toolCall("function of " + choice);
                        function(in);
                    }
                }
                default -> in.skipChildren();
            }
        }
    }

    /// A string, or parts with text in them (Mistral).
    private void content(JsonParser in) {
        if (in.currentToken() != JsonToken.START_ARRAY) {
            produced(in);
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
                    case "text" -> produced(in);
                    case "thinking" -> content(in);
                    default -> in.skipChildren();
                }
            }
        }
    }

    /// Only a search cites pages, and no usage of this dialect counts OpenAI's own.
    private void citations(JsonParser in) {
        if (in.currentToken() == JsonToken.START_ARRAY && in.nextToken() != JsonToken.END_ARRAY) {
            seen("web_search_requests");
            while (in.currentToken() != JsonToken.END_ARRAY) {
                in.skipChildren();
                in.nextToken();
            }
        } else {
            in.skipChildren();
        }
    }

    private void toolCalls(JsonParser in, long choice) {
        if (in.currentToken() != JsonToken.START_ARRAY) {
            in.skipChildren();
            return;
        }
        for (int place = 0; in.nextToken() != JsonToken.END_ARRAY; place++) {
            if (in.currentToken() == JsonToken.START_OBJECT) {
                oneToolCall(in, choice, place);
            } else {
                in.skipChildren();
            }
        }
    }

    /// In a stream, a tool call comes in several deltas that share its index, and only the first is
    /// sure to carry its id.
    private void oneToolCall(JsonParser in, long choice, int place) {
        String id = null;
        long index = -1;
        for (String name = in.nextName(); name != null; name = in.nextName()) {
            in.nextToken();
            switch (name) {
                case "id" -> id = string(in);
                case "index" -> index = Json.count(in);
                case "function", "custom" -> function(in);
                default -> in.skipChildren();
            }
        }
        if (index >= 0) {
            toolCall(choice + "." + index);
        } else {
            toolCall(id == null || id.isEmpty() ? choice + "." + place : id);
        }
    }

    private void function(JsonParser in) {
        if (in.currentToken() != JsonToken.START_OBJECT) {
            in.skipChildren();
            return;
        }
        for (String name = in.nextName(); name != null; name = in.nextName()) {
            in.nextToken();
            if (name.equals("name")) {
                tool(toolName(in));
            } else {
                produced(in);
            }
        }
    }

    private static @Nullable String keep(@Nullable String newer, @Nullable String older) {
        return newer == null || newer.isEmpty() ? older : newer;
    }
}
