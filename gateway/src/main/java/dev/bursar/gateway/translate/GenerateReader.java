package dev.bursar.gateway.translate;

import dev.bursar.gateway.translate.Question.Call;
import dev.bursar.gateway.translate.Question.Choice;
import dev.bursar.gateway.translate.Question.Format;
import dev.bursar.gateway.translate.Question.Mode;
import dev.bursar.gateway.translate.Question.Part;
import dev.bursar.gateway.translate.Question.Picture;
import dev.bursar.gateway.translate.Question.PictureAt;
import dev.bursar.gateway.translate.Question.Result;
import dev.bursar.gateway.translate.Question.Role;
import dev.bursar.gateway.translate.Question.Sampling;
import dev.bursar.gateway.translate.Question.Text;
import dev.bursar.gateway.translate.Question.Tool;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Reads requests of Gemini. Calls may have no ids: a result then belongs to the first call of its function
/// that has none yet. One for each request.
final class GenerateReader implements QuestionReader {

    private static final Set<String> READ =
            Set.of("contents", "systemInstruction", "tools", "toolConfig", "generationConfig");

    private static final Set<String> HARMLESS =
            Set.of("model", "labels", "safetySettings", "serviceTier", "store");

    private static final Set<String> READ_OF_CONFIG =
            Set.of(
                    "candidateCount",
                    "frequencyPenalty",
                    "maxOutputTokens",
                    "presencePenalty",
                    "responseJsonSchema",
                    "responseMimeType",
                    "responseModalities",
                    "responseSchema",
                    "seed",
                    "stopSequences",
                    "temperature",
                    "topK",
                    "topP");

    private static final Set<String> HARMLESS_OF_CONFIG =
            Set.of("thinkingConfig", "mediaResolution");

    private static final Set<String> READ_OF_PART =
            Set.of("text", "thought", "inlineData", "fileData", "functionCall", "functionResponse");

    private static final Set<String> HARMLESS_OF_PART = Set.of("thoughtSignature", "partMetadata");

    /// The ids of calls without a result so far, by their functions.
    private final Map<String, Deque<String>> unanswered = new HashMap<>();

    private int calls;

    @Override
    public Question read(ObjectNode body) {
        Fields root = Fields.rootSpelledBothWays(body);
        root.refuseOthers(READ, HARMLESS);
        Fields config = root.object("generationConfig");
        if (config == null) {
            config = Fields.rootSpelledBothWays(Trees.object());
        }
        config.refuseOthers(READ_OF_CONFIG, HARMLESS_OF_CONFIG);
        Long candidates = config.count("candidateCount");
        if (candidates != null && candidates != 1) {
            throw TranslationException.noCounterpart(config.place("candidateCount"));
        }
        if (config.texts("responseModalities").stream()
                .anyMatch(each -> !each.equalsIgnoreCase("TEXT"))) {
            throw TranslationException.noCounterpart(config.place("responseModalities"));
        }
        Turns turns = new Turns();
        root.objects("contents").forEach(content -> content(content, turns));
        return new Question(
                system(root),
                turns.all("contents"),
                tools(root),
                choice(root),
                null,
                new Sampling(
                        config.number("temperature"),
                        config.number("topP"),
                        config.number("topK"),
                        config.number("frequencyPenalty"),
                        config.number("presencePenalty"),
                        config.number("seed")),
                config.count("maxOutputTokens"),
                config.texts("stopSequences"),
                format(config));
    }

    private static List<String> system(Fields root) {
        if (root.at("systemInstruction").isString()) {
            return List.of(root.neededText("systemInstruction"));
        }
        Fields instruction = root.object("systemInstruction");
        return instruction == null
                ? List.of()
                : instruction.objects("parts").stream()
                        .map(part -> part.neededText("text"))
                        .toList();
    }

    private void content(Fields content, Turns turns) {
        Role role =
                switch (content.textOr("role", "user")) {
                    case "user", "function" -> Role.USER;
                    case "model" -> Role.MODEL;
                    default -> throw TranslationException.noCounterpart(content.place("role"));
                };
        List<Part> parts = new ArrayList<>();
        for (Fields part : content.objects("parts")) {
            part.refuseOthers(READ_OF_PART, HARMLESS_OF_PART);
            if (!part.flag("thought")) {
                part(part, parts);
            }
        }
        turns.add(role, parts);
    }

    private void part(Fields part, List<Part> parts) {
        String text = part.text("text");
        if (text != null) {
            parts.add(new Text(text));
        }
        Fields data = part.object("inlineData");
        if (data != null) {
            parts.add(new Picture(requirePicture(data), data.neededText("data")));
        }
        Fields file = part.object("fileData");
        if (file != null) {
            requirePicture(file);
            String uri = file.neededText("fileUri");
            if (!uri.startsWith("https://") && !uri.startsWith("http://")) {
                throw TranslationException.noCounterpart(file.place("fileUri"));
            }
            parts.add(new PictureAt(uri, file.place("fileUri")));
        }
        Fields call = part.object("functionCall");
        if (call != null) {
            String name = call.neededText("name");
            String id = call.textOr("id", "call_" + calls++);
            unanswered.computeIfAbsent(name, _ -> new ArrayDeque<>()).add(id);
            parts.add(new Call(id, name, call.tree("args")));
        }
        Fields response = part.object("functionResponse");
        if (response != null) {
            parts.add(result(response));
        }
    }

    /// The type of a picture: other media have no counterpart.
    private static String requirePicture(Fields data) {
        String type = data.textOr("mimeType", "");
        if (!type.startsWith("image/")) {
            throw TranslationException.noCounterpart(data.place("mimeType"));
        }
        return type;
    }

    private Result result(Fields response) {
        response.refuse("parts");
        String name = response.neededText("name");
        Deque<String> open = unanswered.getOrDefault(name, new ArrayDeque<>());
        String id = response.text("id");
        if (id == null) {
            id = open.poll();
        } else {
            open.remove(id);
        }
        if (id == null) {
            throw response.wrong("name", "no call before it is of this function");
        }
        ObjectNode told = response.tree("response");
        boolean failed = told.size() == 1 && told.has("error");
        return new Result(id, List.of(new Text(text(told))), failed, response.place("id"));
    }

    /// A response that is nothing but one text is that text.
    private static String text(ObjectNode response) {
        if (response.size() == 1) {
            JsonNode only = response.iterator().next();
            if (only.isString() && (response.has("output") || response.has("error"))) {
                return only.asString();
            }
        }
        return Trees.text(response);
    }

    /// Where only some functions may be called, these are all that there are. A single one is the choice.
    private static List<Tool> tools(Fields root) {
        Fields calling = calling(root);
        List<String> allowed = calling == null ? List.of() : calling.texts("allowedFunctionNames");
        List<Tool> tools = new ArrayList<>();
        for (Fields tool : root.objects("tools")) {
            tool.refuseOthers(Set.of("functionDeclarations"), Set.of());
            for (Fields function : tool.objects("functionDeclarations")) {
                ObjectNode schema =
                        function.has("parametersJsonSchema")
                                ? function.tree("parametersJsonSchema")
                                : Schemas.fromGemini(function.tree("parameters"));
                String name = function.neededText("name");
                if (allowed.size() < 2 || allowed.contains(name)) {
                    tools.add(new Tool(name, function.text("description"), schema));
                }
            }
        }
        return tools;
    }

    private static @Nullable Choice choice(Fields root) {
        Fields calling = calling(root);
        if (calling == null) {
            return null;
        }
        return switch (calling.textOr("mode", "AUTO")) {
            case "ANY" -> {
                List<String> allowed = calling.texts("allowedFunctionNames");
                yield allowed.size() == 1
                        ? new Choice(Mode.NAMED, allowed.getFirst(), calling.path())
                        : new Choice(Mode.ANY, "", calling.path());
            }
            case "NONE" -> new Choice(Mode.NONE, "", calling.path());
            case "AUTO", "VALIDATED", "MODE_UNSPECIFIED" ->
                    new Choice(Mode.AUTO, "", calling.path());
            default -> throw TranslationException.noCounterpart(calling.place("mode"));
        };
    }

    private static @Nullable Fields calling(Fields root) {
        Fields config = root.object("toolConfig");
        if (config == null) {
            return null;
        }
        config.refuseOthers(Set.of("functionCallingConfig"), Set.of());
        return config.object("functionCallingConfig");
    }

    private static @Nullable Format format(Fields config) {
        String type = config.text("responseMimeType");
        if (type == null || type.equals("text/plain")) {
            config.refuse("responseSchema", "responseJsonSchema");
            return null;
        }
        if (!type.equals("application/json")) {
            throw TranslationException.noCounterpart(config.place("responseMimeType"));
        }
        if (config.has("responseJsonSchema")) {
            return new Format(
                    "answer",
                    config.tree("responseJsonSchema"),
                    config.place("responseJsonSchema"));
        }
        if (config.has("responseSchema")) {
            return new Format(
                    "answer",
                    Schemas.fromGemini(config.tree("responseSchema")),
                    config.place("responseSchema"));
        }
        return new Format("answer", null, config.place("responseMimeType"));
    }
}
