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
import dev.bursar.gateway.translate.Question.Shown;
import dev.bursar.gateway.translate.Question.Text;
import dev.bursar.gateway.translate.Question.Tool;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/// Reads requests of Messages.
final class MessagesReader implements QuestionReader {

    private static final Set<String> READ =
            Set.of(
                    "model",
                    "messages",
                    "stream",
                    "system",
                    "tools",
                    "tool_choice",
                    "max_tokens",
                    "stop_sequences",
                    "temperature",
                    "top_p",
                    "top_k",
                    "output_config",
                    "output_format");

    private static final Set<String> HARMLESS =
            Set.of(
                    "cache_control",
                    "context_management",
                    "metadata",
                    "service_tier",
                    "speed",
                    "thinking");

    private static final Set<String> READ_OF_OUTPUT = Set.of("format");
    private static final Set<String> HARMLESS_OF_OUTPUT = Set.of("effort", "task_budget");

    @Override
    public Question read(ObjectNode body) {
        Fields root = Fields.root(body);
        root.refuseOthers(READ, HARMLESS);
        List<String> system = new ArrayList<>(texts(root, "system"));
        Turns turns = new Turns();
        root.objects("messages").forEach(message -> message(message, system, turns));
        Fields choice = root.object("tool_choice");
        return new Question(
                system,
                turns.all("messages"),
                tools(root),
                choice == null ? null : choice(choice),
                choice != null && choice.flag("disable_parallel_tool_use")
                        ? choice.place("disable_parallel_tool_use")
                        : null,
                new Sampling(
                        root.number("temperature"),
                        root.number("top_p"),
                        root.number("top_k"),
                        null,
                        null,
                        null),
                root.count("max_tokens"),
                root.texts("stop_sequences"),
                format(root));
    }

    private static List<String> texts(Fields from, String name) {
        if (from.at(name).isString()) {
            return List.of(from.neededText(name));
        }
        return from.objects(name).stream().map(MessagesReader::text).toList();
    }

    private static String text(Fields block) {
        block.refuseUnless("type", "text");
        return block.neededText("text");
    }

    private static void message(Fields message, List<String> system, Turns turns) {
        switch (message.neededText("role")) {
            case "user" -> turn(Role.USER, message, turns);
            case "assistant" -> turn(Role.MODEL, message, turns);
            case "system" -> system.addAll(texts(message, "content"));
            default -> throw TranslationException.noCounterpart(message.place("role"));
        }
    }

    private static void turn(Role role, Fields message, Turns turns) {
        if (message.at("content").isString()) {
            turns.add(role, List.of(new Text(message.neededText("content"))));
            return;
        }
        List<Part> parts = new ArrayList<>();
        for (Fields block : message.objects("content")) {
            switch (block.neededText("type")) {
                case "tool_use" ->
                        parts.add(
                                new Call(
                                        block.neededText("id"),
                                        block.neededText("name"),
                                        block.tree("input")));
                case "tool_result" ->
                        parts.add(
                                new Result(
                                        block.neededText("tool_use_id"),
                                        result(block),
                                        block.flag("is_error"),
                                        block.place("tool_use_id")));
                case "thinking", "redacted_thinking" -> {
                    // Only the model that thought it can read it.
                }
                default -> parts.add(shown(block));
            }
        }
        turns.add(role, parts);
    }

    private static List<Shown> result(Fields block) {
        if (block.at("content").isString()) {
            return List.of(new Text(block.neededText("content")));
        }
        return block.objects("content").stream().map(MessagesReader::shown).toList();
    }

    private static Shown shown(Fields block) {
        return switch (block.neededText("type")) {
            case "text" -> new Text(block.neededText("text"));
            case "image" -> picture(block.neededObject("source"));
            default -> throw TranslationException.noCounterpart(block.place("type"));
        };
    }

    private static Shown picture(Fields source) {
        return switch (source.neededText("type")) {
            case "base64" ->
                    new Picture(source.neededText("media_type"), source.neededText("data"));
            case "url" -> new PictureAt(source.neededText("url"), source.place("url"));
            default -> throw TranslationException.noCounterpart(source.place("type"));
        };
    }

    private static List<Tool> tools(Fields root) {
        List<Tool> tools = new ArrayList<>();
        for (Fields tool : root.objects("tools")) {
            tool.refuseUnless("type", "custom");
            tools.add(
                    new Tool(
                            tool.neededText("name"),
                            tool.text("description"),
                            tool.tree("input_schema")));
        }
        return tools;
    }

    private static Choice choice(Fields choice) {
        return switch (choice.neededText("type")) {
            case "auto" -> new Choice(Mode.AUTO, "", choice.path());
            case "none" -> new Choice(Mode.NONE, "", choice.path());
            case "any" -> new Choice(Mode.ANY, "", choice.path());
            case "tool" -> new Choice(Mode.NAMED, choice.neededText("name"), choice.path());
            default -> throw TranslationException.noCounterpart(choice.place("type"));
        };
    }

    private static @Nullable Format format(Fields root) {
        Fields format = root.object("output_format");
        Fields config = root.object("output_config");
        if (config != null) {
            config.refuseOthers(READ_OF_OUTPUT, HARMLESS_OF_OUTPUT);
            format = config.has("format") ? config.object("format") : format;
        }
        if (format == null) {
            return null;
        }
        format.refuseUnless("type", "json_schema");
        return new Format("answer", format.tree("schema"), format.path());
    }
}
