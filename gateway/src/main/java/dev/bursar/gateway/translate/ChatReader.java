package dev.bursar.gateway.translate;

import dev.bursar.gateway.translate.Question.Call;
import dev.bursar.gateway.translate.Question.Choice;
import dev.bursar.gateway.translate.Question.Format;
import dev.bursar.gateway.translate.Question.Mode;
import dev.bursar.gateway.translate.Question.Part;
import dev.bursar.gateway.translate.Question.Result;
import dev.bursar.gateway.translate.Question.Role;
import dev.bursar.gateway.translate.Question.Sampling;
import dev.bursar.gateway.translate.Question.Shown;
import dev.bursar.gateway.translate.Question.Text;
import dev.bursar.gateway.translate.Question.Tool;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Reads requests of Chat Completions.
final class ChatReader implements QuestionReader {

    private static final Set<String> READ =
            Set.of(
                    "model",
                    "messages",
                    "stream",
                    "tools",
                    "tool_choice",
                    "parallel_tool_calls",
                    "max_tokens",
                    "max_completion_tokens",
                    "stop",
                    "n",
                    "temperature",
                    "top_p",
                    "frequency_penalty",
                    "presence_penalty",
                    "seed",
                    "response_format",
                    "modalities");

    private static final Set<String> HARMLESS =
            Set.of(
                    "metadata",
                    "prompt_cache_key",
                    "prompt_cache_options",
                    "prompt_cache_retention",
                    "reasoning",
                    "reasoning_effort",
                    "reasoning_format",
                    "safety_identifier",
                    "service_tier",
                    "store",
                    "stream_options",
                    "thinking",
                    "usage",
                    "user",
                    "verbosity");

    @Override
    public Question read(ObjectNode body) {
        Fields root = Fields.root(body);
        root.refuseOthers(READ, HARMLESS);
        Long choices = root.count("n");
        if (choices != null && choices != 1) {
            throw TranslationException.noCounterpart("n");
        }
        if (root.texts("modalities").stream().anyMatch(each -> !each.equals("text"))) {
            throw TranslationException.noCounterpart("modalities");
        }
        Long bound = root.count("max_completion_tokens");
        List<String> system = new ArrayList<>();
        Turns turns = new Turns();
        root.objects("messages").forEach(message -> message(message, system, turns));
        return new Question(
                system,
                turns.all("messages"),
                tools(root),
                choice(root),
                oneCall(root),
                new Sampling(
                        root.number("temperature"),
                        root.number("top_p"),
                        null,
                        root.number("frequency_penalty"),
                        root.number("presence_penalty"),
                        root.number("seed")),
                bound == null ? root.count("max_tokens") : bound,
                root.at("stop").isString() ? List.of(root.neededText("stop")) : root.texts("stop"),
                format(root));
    }

    private static void message(Fields message, List<String> system, Turns turns) {
        String role = message.neededText("role");
        switch (role) {
            case "system", "developer" -> system.add(Question.joined(content(message)));
            case "user" -> turns.add(Role.USER, content(message));
            case "assistant" -> turns.add(Role.MODEL, said(message));
            case "tool" ->
                    turns.add(
                            Role.USER,
                            List.of(
                                    new Result(
                                            message.neededText("tool_call_id"),
                                            content(message),
                                            false,
                                            message.place("tool_call_id"))));
            default -> throw TranslationException.noCounterpart(message.place("role"));
        }
    }

    private static List<Part> said(Fields message) {
        message.refuse("function_call", "audio");
        List<Part> parts = new ArrayList<>(content(message));
        for (Fields call : message.objects("tool_calls")) {
            call.refuseUnless("type", "function");
            Fields function = call.neededObject("function");
            ObjectNode arguments = Trees.object(function.textOr("arguments", ""));
            if (arguments == null) {
                throw function.wrong("arguments", "must be a JSON object");
            }
            parts.add(new Call(call.neededText("id"), function.neededText("name"), arguments));
        }
        return parts;
    }

    private static List<Shown> content(Fields message) {
        JsonNode content = message.at("content");
        if (content.isMissingNode()) {
            return List.of();
        }
        if (content.isString()) {
            return List.of(new Text(content.asString()));
        }
        List<Shown> parts = new ArrayList<>();
        for (Fields part : message.objects("content")) {
            switch (part.neededText("type")) {
                case "text" -> parts.add(new Text(part.neededText("text")));
                case "refusal" -> parts.add(new Text(part.neededText("refusal")));
                case "image_url" -> {
                    Fields image = part.neededObject("image_url");
                    parts.add(Pictures.read(image.neededText("url"), image.place("url")));
                }
                default -> throw TranslationException.noCounterpart(part.place("type"));
            }
        }
        return parts;
    }

    private static List<Tool> tools(Fields root) {
        List<Tool> tools = new ArrayList<>();
        for (Fields tool : root.objects("tools")) {
            tool.refuseUnless("type", "function");
            Fields function = tool.neededObject("function");
            tools.add(
                    new Tool(
                            function.neededText("name"),
                            function.text("description"),
                            function.tree("parameters")));
        }
        return tools;
    }

    private static @Nullable Choice choice(Fields root) {
        if (root.at("tool_choice").isString()) {
            return choice(root.neededText("tool_choice"));
        }
        Fields choice = root.object("tool_choice");
        if (choice == null) {
            return null;
        }
        choice.refuseUnless("type", "function");
        String name = choice.neededObject("function").neededText("name");
        return new Choice(Mode.NAMED, name, "tool_choice");
    }

    /// The words of OpenAI for a choice.
    static Choice choice(String word) {
        Mode mode =
                switch (word) {
                    case "auto" -> Mode.AUTO;
                    case "none" -> Mode.NONE;
                    case "required" -> Mode.ANY;
                    default -> throw TranslationException.noCounterpart("tool_choice");
                };
        return new Choice(mode, "", "tool_choice");
    }

    /// Several calls at a time are the default.
    static @Nullable String oneCall(Fields root) {
        boolean said = root.has("parallel_tool_calls");
        return said && !root.flag("parallel_tool_calls") ? "parallel_tool_calls" : null;
    }

    private static @Nullable Format format(Fields root) {
        Fields format = root.object("response_format");
        if (format == null) {
            return null;
        }
        return switch (format.neededText("type")) {
            case "text" -> null;
            case "json_object" -> new Format("answer", null, format.place("type"));
            case "json_schema" -> {
                Fields schema = format.neededObject("json_schema");
                yield new Format(
                        schema.textOr("name", "answer"), schema.tree("schema"), format.path());
            }
            default -> throw TranslationException.noCounterpart(format.place("type"));
        };
    }
}
