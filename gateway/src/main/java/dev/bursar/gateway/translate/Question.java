package dev.bursar.gateway.translate;

import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// What is asked of a model, in no form of its own. Places are paths in the client's body: they name the
/// field when it turns out that a provider has no counterpart for it.
///
/// @param system what holds for all turns, in order; no text is empty
/// @param turns of the user and the model in alternation
/// @param choice of tools, or null when nothing is said of it
/// @param oneCall where at most one call at a time is asked for, or null when it is not
/// @param maxTokens that may be produced, or null when the client names no bound
/// @param format that the answer must have, or null for any
record Question(
        List<String> system,
        List<Turn> turns,
        List<Tool> tools,
        @Nullable Choice choice,
        @Nullable String oneCall,
        Sampling sampling,
        @Nullable Long maxTokens,
        List<String> stops,
        @Nullable Format format) {

    Question {
        system = system.stream().filter(text -> !text.isEmpty()).toList();
        turns = List.copyOf(turns);
        tools = List.copyOf(tools);
        stops = List.copyOf(stops);
    }

    enum Role {
        USER,
        MODEL
    }

    /// @param parts at least one; in a turn of the user the results of tools come first
    record Turn(Role role, List<Part> parts) {
        Turn {
            parts = List.copyOf(parts);
        }

        List<Result> results() {
            return parts.stream().filter(Result.class::isInstance).map(Result.class::cast).toList();
        }

        List<Call> calls() {
            return parts.stream().filter(Call.class::isInstance).map(Call.class::cast).toList();
        }
    }

    sealed interface Part {}

    /// What a person, a model or a tool shows.
    sealed interface Shown extends Part {}

    record Text(String text) implements Shown {}

    /// @param type of the media, such as `image/png`
    /// @param data in base64
    record Picture(String type, String data) implements Shown {}

    record PictureAt(String url, String place) implements Shown {}

    /// The model calls a tool.
    record Call(String id, String name, ObjectNode arguments) implements Part {}

    /// What came of the call with this id.
    record Result(String id, List<Shown> content, boolean failed, String place) implements Part {
        Result {
            content = List.copyOf(content);
        }

        /// All that is text in it.
        String text() {
            return joined(content);
        }

        List<Shown> pictures() {
            return content.stream().filter(shown -> !(shown instanceof Text)).toList();
        }
    }

    /// @param schema of the arguments, a JSON schema
    record Tool(String name, @Nullable String description, ObjectNode schema) {}

    enum Mode {
        AUTO,
        NONE,
        ANY,
        NAMED
    }

    /// @param name of the tool for [Mode#NAMED], else empty
    record Choice(Mode mode, String name, String place) {}

    /// Numbers as the client wrote them; each is null when it is not set.
    record Sampling(
            @Nullable JsonNode temperature,
            @Nullable JsonNode topP,
            @Nullable JsonNode topK,
            @Nullable JsonNode frequencyPenalty,
            @Nullable JsonNode presencePenalty,
            @Nullable JsonNode seed) {}

    /// JSON is asked for.
    ///
    /// @param schema that it must have, or null for any object
    record Format(String name, @Nullable ObjectNode schema, String place) {}

    static String joined(List<? extends Part> parts) {
        StringBuilder all = new StringBuilder();
        for (Part part : parts) {
            if (part instanceof Text(String text)) {
                all.append(text);
            }
        }
        return all.toString();
    }
}
