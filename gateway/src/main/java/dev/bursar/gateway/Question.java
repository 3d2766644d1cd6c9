package dev.bursar.gateway;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/// What a person asked last in the body of a request: the text of the last message of the user that has
/// one. In the loop of an agent that is its task, as results of tools are no text of the user's.
final class Question {

    /// Of the text, from its start.
    static final int MAX_CHARS = 16 * 1024;

    private final JsonParser in;
    private String last = "";

    private Question(JsonParser in) {
        this.in = in;
    }

    /// Empty when there is none.
    static String of(byte[] body) {
        try (JsonParser in = Json.parser(body, 0, body.length)) {
            Question question = new Question(in);
            in.nextToken();
            question.body();
            return question.last;
        } catch (JacksonException e) {
            return "";
        }
    }

    /// Chat Completions and Messages have `messages`, Responses `input`, Gemini `contents`.
    private void body() {
        for (String name = in.nextName(); name != null; name = in.nextName()) {
            JsonToken value = in.nextToken();
            switch (name) {
                case "messages", "input", "contents" -> {
                    if (value == JsonToken.START_ARRAY) {
                        while (in.nextToken() != JsonToken.END_ARRAY) {
                            message();
                        }
                    } else {
                        said("user", string());
                    }
                }
                default -> in.skipChildren();
            }
        }
    }

    private void message() {
        if (in.currentToken() != JsonToken.START_OBJECT) {
            in.skipChildren();
            return;
        }
        String role = null;
        String text = null;
        for (String name = in.nextName(); name != null; name = in.nextName()) {
            JsonToken value = in.nextToken();
            switch (name) {
                case "role" -> role = string();
                case "content", "parts" ->
                        text = value == JsonToken.START_ARRAY ? parts() : string();
                default -> in.skipChildren();
            }
        }
        said(role, text);
    }

    private String parts() {
        StringBuilder all = new StringBuilder();
        while (in.nextToken() != JsonToken.END_ARRAY) {
            String text = in.currentToken() == JsonToken.START_OBJECT ? part() : string();
            if (text != null && all.length() < MAX_CHARS) {
                all.append(all.isEmpty() ? "" : "\n").append(text);
            }
        }
        return all.toString();
    }

    private @Nullable String part() {
        String text = null;
        for (String name = in.nextName(); name != null; name = in.nextName()) {
            in.nextToken();
            if (name.equals("text")) {
                text = string();
            } else {
                in.skipChildren();
            }
        }
        return text;
    }

    private @Nullable String string() {
        return AnswerReader.string(in);
    }

    private void said(@Nullable String role, @Nullable String text) {
        if ("user".equals(role) && text != null && !text.isBlank()) {
            last = text.length() > MAX_CHARS ? text.substring(0, MAX_CHARS) : text;
        }
    }
}
