package dev.bursar.gateway;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/// Reads `GenerateContentResponse` objects, and the answers to requests for embeddings. In a stream each
/// object tells the usage so far; the last word is in the one with the candidate's reason to finish,
/// and in a later one if there is any.
final class GeminiReader extends AnswerReader {

    private int candidates;

    @Override
    boolean object(JsonParser in) {
        boolean withUsage = false;
        for (String name = in.nextName(); name != null; name = in.nextName()) {
            in.nextToken();
            switch (name) {
                case "candidates" -> candidates(in);
                case "usageMetadata" -> withUsage = usage(in);
                case "responseId" -> id = keep(string(in), id);
                case "modelVersion" -> model = keep(string(in), model);
                case "promptFeedback" -> blocked(in);
                case "embedding", "embeddings" -> {
                    finished |= in.currentToken().isStructStart();
                    in.skipChildren();
                }
                case "error" -> {
                    failed |= in.currentToken() != JsonToken.VALUE_NULL;
                    in.skipChildren();
                }
                default -> in.skipChildren();
            }
        }
        usageFinal |= withUsage && finished;
        return false;
    }

    /// What says why it stopped may be followed by what it took.
    @Override
    boolean isOver() {
        return false;
    }

    private boolean usage(JsonParser in) {
        if (in.currentToken() != JsonToken.START_OBJECT) {
            in.skipChildren();
            return false;
        }
        return told(GeminiUsage.read(in));
    }

    /// A prompt that is blocked is answered by nothing else, and billed as input.
    private void blocked(JsonParser in) {
        if (in.currentToken() != JsonToken.START_OBJECT) {
            in.skipChildren();
            return;
        }
        for (String name = in.nextName(); name != null; name = in.nextName()) {
            in.nextToken();
            if (name.equals("blockReason")) {
                stopReason = keep(string(in), stopReason);
                finished = true;
            } else {
                in.skipChildren();
            }
        }
    }

    private void candidates(JsonParser in) {
        if (in.currentToken() != JsonToken.START_ARRAY) {
            in.skipChildren();
            return;
        }
        while (in.nextToken() != JsonToken.END_ARRAY) {
            candidate(in);
        }
    }

    private void candidate(JsonParser in) {
        if (in.currentToken() != JsonToken.START_OBJECT) {
            in.skipChildren();
            return;
        }
        candidates++;
        for (String name = in.nextName(); name != null; name = in.nextName()) {
            in.nextToken();
            switch (name) {
                case "content" -> content(in);
                case "finishReason" -> {
                    stopReason = keep(string(in), stopReason);
                    finished |= stopReason != null;
                }
                case "groundingMetadata" -> {
                    if (in.currentToken() == JsonToken.START_OBJECT) {
                        seen("grounding_requests");
                    }
                    in.skipChildren();
                }
                default -> in.skipChildren();
            }
        }
    }

    private void content(JsonParser in) {
        if (in.currentToken() != JsonToken.START_OBJECT) {
            in.skipChildren();
            return;
        }
        for (String name = in.nextName(); name != null; name = in.nextName()) {
            in.nextToken();
            if (name.equals("parts") && in.currentToken() == JsonToken.START_ARRAY) {
                for (int place = 0; in.nextToken() != JsonToken.END_ARRAY; place++) {
                    part(in, place);
                }
            } else {
                in.skipChildren();
            }
        }
    }

    private void part(JsonParser in, int place) {
        if (in.currentToken() != JsonToken.START_OBJECT) {
            in.skipChildren();
            return;
        }
        for (String name = in.nextName(); name != null; name = in.nextName()) {
            in.nextToken();
            switch (name) {
                case "text" -> produced(in);
                case "functionCall" -> function(in, place);
                default -> in.skipChildren();
            }
        }
    }

    /// A call comes whole in one object, and most have no id.
    private void function(JsonParser in, int place) {
        String id = "";
        if (in.currentToken() != JsonToken.START_OBJECT) {
            in.skipChildren();
            return;
        }
        for (String name = in.nextName(); name != null; name = in.nextName()) {
            in.nextToken();
            switch (name) {
                case "id" -> id = keep(string(in), id);
                case "name" -> tool(toolName(in));
                case "args" -> strings(in);
                default -> in.skipChildren();
            }
        }
        toolCall(id == null || id.isEmpty() ? candidates + "." + place : id);
    }

    private static @Nullable String keep(@Nullable String newer, @Nullable String older) {
        return newer == null || newer.isEmpty() ? older : newer;
    }
}
