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
import dev.bursar.gateway.translate.Question.Turn;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Writes requests of Bedrock's Converse. The model and the wish for a stream are in its path.
final class ConverseWriter implements QuestionWriter {

    @Override
    public ObjectNode write(Question question, Target target) {
        ObjectNode body = Trees.object();
        ArrayNode messages = body.putArray("messages");
        for (Turn turn : question.turns()) {
            ObjectNode message = messages.addObject();
            message.put("role", turn.role() == Role.USER ? "user" : "assistant");
            blocks(turn.parts(), message.putArray("content"));
        }
        if (!question.system().isEmpty()) {
            ArrayNode system = body.putArray("system");
            question.system().forEach(text -> system.addObject().put("text", text));
        }
        inference(question, target, body.putObject("inferenceConfig"));
        tools(question, body);
        format(question, body);
        return body;
    }

    private static void blocks(List<? extends Part> parts, ArrayNode blocks) {
        for (Part part : parts) {
            ObjectNode block = blocks.addObject();
            switch (part) {
                case Text(String text) -> block.put("text", text);
                case Picture(String type, String data) ->
                        block.putObject("image")
                                .put("format", type.substring(type.indexOf('/') + 1))
                                .putObject("source")
                                .put("bytes", data);
                case PictureAt picture -> throw Pictures.notByAddress(picture);
                case Call call ->
                        block.putObject("toolUse")
                                .put("toolUseId", CallIds.plain(call.id()))
                                .put("name", call.name())
                                .set("input", call.arguments());
                case Result result -> {
                    ObjectNode told = block.putObject("toolResult");
                    told.put("toolUseId", CallIds.plain(result.id()));
                    blocks(result.content(), told.putArray("content"));
                    told.put("status", result.failed() ? "error" : "success");
                }
            }
        }
    }

    private static void inference(Question question, Target target, ObjectNode config) {
        config.put("maxTokens", target.maxTokens());
        Sampling sampling = question.sampling();
        Trees.set(config, "temperature", sampling.temperature());
        Trees.set(config, "topP", sampling.topP());
        if (!question.stops().isEmpty()) {
            question.stops().forEach(config.putArray("stopSequences")::add);
        }
    }

    /// Converse cannot forbid tools that are there, and wants those that were called before.
    private static void tools(Question question, ObjectNode body) {
        @Nullable Choice choice = question.choice();
        if (choice != null && choice.mode() == Mode.NONE) {
            if (question.turns().stream().anyMatch(turn -> !turn.calls().isEmpty())) {
                throw TranslationException.noCounterpart(choice.place());
            }
            return;
        }
        if (question.tools().isEmpty()) {
            return;
        }
        String oneCall = question.oneCall();
        if (oneCall != null) {
            throw TranslationException.noCounterpart(oneCall);
        }
        ObjectNode config = body.putObject("toolConfig");
        ArrayNode tools = config.putArray("tools");
        for (Tool tool : question.tools()) {
            ObjectNode spec = tools.addObject().putObject("toolSpec").put("name", tool.name());
            if (tool.description() != null && !tool.description().isEmpty()) {
                spec.put("description", tool.description());
            }
            spec.putObject("inputSchema").set("json", Schemas.ofObject(tool.schema()));
        }
        if (choice != null) {
            ObjectNode json = config.putObject("toolChoice");
            switch (choice.mode()) {
                case AUTO -> json.putObject("auto");
                case ANY -> json.putObject("any");
                case NAMED -> json.putObject("tool").put("name", choice.name());
                case NONE -> throw new IllegalStateException("told above");
            }
        }
    }

    private static void format(Question question, ObjectNode body) {
        Format format = question.format();
        if (format == null) {
            return;
        }
        if (format.schema() == null) {
            throw TranslationException.noCounterpart(format.place());
        }
        ObjectNode text = body.putObject("outputConfig").putObject("textFormat");
        text.put("type", "json_schema");
        text.putObject("structure")
                .putObject("jsonSchema")
                .put("name", format.name())
                .put("schema", Trees.text(format.schema()));
    }
}
