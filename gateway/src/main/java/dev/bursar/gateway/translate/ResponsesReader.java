package dev.bursar.gateway.translate;

import dev.bursar.gateway.translate.Question.Call;
import dev.bursar.gateway.translate.Question.Choice;
import dev.bursar.gateway.translate.Question.Format;
import dev.bursar.gateway.translate.Question.Mode;
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
import tools.jackson.databind.node.ObjectNode;

/// Reads requests of Responses: only what is in the body, nothing that is kept by a provider.
final class ResponsesReader implements QuestionReader {

    private static final Set<String> READ =
            Set.of(
                    "model",
                    "input",
                    "stream",
                    "instructions",
                    "tools",
                    "tool_choice",
                    "parallel_tool_calls",
                    "max_output_tokens",
                    "temperature",
                    "top_p",
                    "top_logprobs",
                    "include",
                    "text");

    private static final Set<String> HARMLESS =
            Set.of(
                    "client_metadata",
                    "max_tool_calls",
                    "metadata",
                    "prompt_cache_key",
                    "prompt_cache_options",
                    "prompt_cache_retention",
                    "reasoning",
                    "safety_identifier",
                    "service_tier",
                    "store",
                    "stream_options",
                    "truncation",
                    "user");

    @Override
    public Question read(ObjectNode body) {
        Fields root = Fields.root(body);
        root.refuseOthers(READ, HARMLESS);
        Long logprobs = root.count("top_logprobs");
        if (logprobs != null && logprobs != 0) {
            throw TranslationException.noCounterpart("top_logprobs");
        }
        if (!Set.of("reasoning.encrypted_content").containsAll(root.texts("include"))) {
            throw TranslationException.noCounterpart("include");
        }
        List<String> system = new ArrayList<>();
        system.add(root.textOr("instructions", ""));
        Turns turns = new Turns();
        if (root.at("input").isString()) {
            turns.add(Role.USER, List.of(new Text(root.neededText("input"))));
        } else {
            root.objects("input").forEach(item -> item(item, system, turns));
        }
        return new Question(
                system,
                turns.all("input"),
                tools(root),
                choice(root),
                ChatReader.oneCall(root),
                new Sampling(
                        root.number("temperature"), root.number("top_p"), null, null, null, null),
                root.count("max_output_tokens"),
                List.of(),
                format(root));
    }

    private static void item(Fields item, List<String> system, Turns turns) {
        switch (item.textOr("type", "message")) {
            case "message" -> message(item, system, turns);
            case "function_call" -> {
                ObjectNode arguments = Trees.object(item.textOr("arguments", ""));
                if (arguments == null) {
                    throw item.wrong("arguments", "must be a JSON object");
                }
                String id = item.neededText("call_id");
                turns.add(Role.MODEL, List.of(new Call(id, item.neededText("name"), arguments)));
            }
            case "function_call_output" ->
                    turns.add(
                            Role.USER,
                            List.of(
                                    new Result(
                                            item.neededText("call_id"),
                                            content(item, "output"),
                                            false,
                                            item.place("call_id"))));
            case "reasoning" -> {
                // Only the model that thought it can read it.
            }
            default -> throw TranslationException.noCounterpart(item.place("type"));
        }
    }

    private static void message(Fields item, List<String> system, Turns turns) {
        List<Shown> content = content(item, "content");
        switch (item.neededText("role")) {
            case "system", "developer" -> system.add(Question.joined(content));
            case "user" -> turns.add(Role.USER, content);
            case "assistant" -> turns.add(Role.MODEL, content);
            default -> throw TranslationException.noCounterpart(item.place("role"));
        }
    }

    private static List<Shown> content(Fields item, String name) {
        if (item.at(name).isString()) {
            return List.of(new Text(item.neededText(name)));
        }
        List<Shown> parts = new ArrayList<>();
        for (Fields part : item.objects(name)) {
            switch (part.neededText("type")) {
                case "input_text", "output_text", "text" ->
                        parts.add(new Text(part.neededText("text")));
                case "refusal" -> parts.add(new Text(part.neededText("refusal")));
                case "input_image" -> {
                    part.refuse("file_id");
                    parts.add(Pictures.read(part.neededText("image_url"), part.place("image_url")));
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
            tools.add(
                    new Tool(
                            tool.neededText("name"),
                            tool.text("description"),
                            tool.tree("parameters")));
        }
        return tools;
    }

    private static @Nullable Choice choice(Fields root) {
        if (root.at("tool_choice").isString()) {
            return ChatReader.choice(root.neededText("tool_choice"));
        }
        Fields choice = root.object("tool_choice");
        if (choice == null) {
            return null;
        }
        choice.refuseUnless("type", "function");
        return new Choice(Mode.NAMED, choice.neededText("name"), "tool_choice");
    }

    private static @Nullable Format format(Fields root) {
        Fields text = root.object("text");
        Fields format = text == null ? null : text.object("format");
        if (format == null) {
            return null;
        }
        return switch (format.neededText("type")) {
            case "text" -> null;
            case "json_object" -> new Format("answer", null, format.place("type"));
            case "json_schema" ->
                    new Format(
                            format.textOr("name", "answer"), format.tree("schema"), format.path());
            default -> throw TranslationException.noCounterpart(format.place("type"));
        };
    }
}
