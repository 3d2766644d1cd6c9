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
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Writes requests of Messages.
final class MessagesWriter implements QuestionWriter {

    @Override
    public ObjectNode write(Question question, Target target) {
        ObjectNode body = Trees.object().put("model", target.model());
        body.put("max_tokens", target.maxTokens());
        if (!question.system().isEmpty()) {
            ArrayNode system = body.putArray("system");
            for (String text : question.system()) {
                system.addObject().put("type", "text").put("text", text);
            }
        }
        ArrayNode messages = body.putArray("messages");
        for (Turn turn : question.turns()) {
            ObjectNode message = messages.addObject();
            message.put("role", turn.role() == Role.USER ? "user" : "assistant");
            blocks(turn.parts(), message.putArray("content"));
        }
        tools(question, body);
        Sampling sampling = question.sampling();
        Trees.set(body, "temperature", sampling.temperature());
        Trees.set(body, "top_p", sampling.topP());
        Trees.set(body, "top_k", sampling.topK());
        if (!question.stops().isEmpty()) {
            question.stops().forEach(body.putArray("stop_sequences")::add);
        }
        format(question, body);
        if (target.stream()) {
            body.put("stream", true);
        }
        return body;
    }

    private static void blocks(List<? extends Part> parts, ArrayNode blocks) {
        for (Part part : parts) {
            ObjectNode block = blocks.addObject();
            switch (part) {
                case Text(String text) -> block.put("type", "text").put("text", text);
                case Picture(String type, String data) ->
                        block.put("type", "image")
                                .putObject("source")
                                .put("type", "base64")
                                .put("media_type", type)
                                .put("data", data);
                case PictureAt(String url, String _) ->
                        block.put("type", "image")
                                .putObject("source")
                                .put("type", "url")
                                .put("url", url);
                case Call call ->
                        block.put("type", "tool_use")
                                .put("id", CallIds.plain(call.id()))
                                .put("name", call.name())
                                .set("input", call.arguments());
                case Result result -> {
                    block.put("type", "tool_result").put("tool_use_id", CallIds.plain(result.id()));
                    blocks(result.content(), block.putArray("content"));
                    if (result.failed()) {
                        block.put("is_error", true);
                    }
                }
            }
        }
    }

    private static void tools(Question question, ObjectNode body) {
        if (question.tools().isEmpty()) {
            return;
        }
        ArrayNode tools = body.putArray("tools");
        for (Tool tool : question.tools()) {
            ObjectNode json = tools.addObject().put("name", tool.name());
            if (tool.description() != null) {
                json.put("description", tool.description());
            }
            json.set("input_schema", Schemas.ofObject(tool.schema()));
        }
        boolean oneCall = question.oneCall() != null;
        Choice choice = question.choice();
        if (choice == null) {
            if (!oneCall) {
                return;
            }
            choice = new Choice(Mode.AUTO, "", "");
        }
        ObjectNode json = body.putObject("tool_choice");
        switch (choice.mode()) {
            case AUTO -> json.put("type", "auto");
            case NONE -> json.put("type", "none");
            case ANY -> json.put("type", "any");
            case NAMED -> json.put("type", "tool").put("name", choice.name());
        }
        if (oneCall && choice.mode() != Mode.NONE) {
            json.put("disable_parallel_tool_use", true);
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
        body.putObject("output_config")
                .putObject("format")
                .put("type", "json_schema")
                .set("schema", format.schema());
    }
}
