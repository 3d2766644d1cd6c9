package dev.bursar.gateway.translate;

import dev.bursar.gateway.translate.Question.Call;
import dev.bursar.gateway.translate.Question.Choice;
import dev.bursar.gateway.translate.Question.Format;
import dev.bursar.gateway.translate.Question.Part;
import dev.bursar.gateway.translate.Question.Picture;
import dev.bursar.gateway.translate.Question.PictureAt;
import dev.bursar.gateway.translate.Question.Result;
import dev.bursar.gateway.translate.Question.Sampling;
import dev.bursar.gateway.translate.Question.Text;
import dev.bursar.gateway.translate.Question.Tool;
import dev.bursar.gateway.translate.Question.Turn;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Writes requests of Chat Completions.
final class ChatWriter implements QuestionWriter {

    @Override
    public ObjectNode write(Question question, Target target) {
        ObjectNode body = Trees.object().put("model", target.model());
        ArrayNode messages = body.putArray("messages");
        for (String text : question.system()) {
            messages.addObject().put("role", "system").put("content", text);
        }
        for (Turn turn : question.turns()) {
            switch (turn.role()) {
                case USER -> asked(turn, messages);
                case MODEL -> said(turn, messages);
            }
        }
        tools(question, body);
        body.put(target.boundField(), target.maxTokens());
        sampling(question.sampling(), body);
        if (!question.stops().isEmpty()) {
            question.stops().forEach(body.putArray("stop")::add);
        }
        format(question, body);
        if (target.stream()) {
            body.put("stream", true);
            if (target.asksForUsage()) {
                body.putObject("stream_options").put("include_usage", true);
            }
        }
        return body;
    }

    /// Results are messages of their own, right behind the calls. They are texts: the pictures in them
    /// are shown by the user.
    private static void asked(Turn turn, ArrayNode messages) {
        List<Part> shown = new ArrayList<>();
        for (Part part : turn.parts()) {
            if (part instanceof Result result) {
                messages.addObject()
                        .put("role", "tool")
                        .put("tool_call_id", CallIds.plain(result.id()))
                        .put("content", result.text());
                shown.addAll(result.pictures());
            } else {
                shown.add(part);
            }
        }
        if (!shown.isEmpty()) {
            messages.addObject().put("role", "user").set("content", content(shown));
        }
    }

    private static JsonNode content(List<Part> shown) {
        ArrayNode parts = Trees.array();
        if (shown.size() == 1 && shown.getFirst() instanceof Text(String text)) {
            return parts.stringNode(text);
        }
        for (Part part : shown) {
            switch (part) {
                case Text(String text) -> parts.addObject().put("type", "text").put("text", text);
                case Picture picture -> image(parts, Pictures.url(picture));
                case PictureAt picture -> image(parts, picture.url());
                case Call _, Result _ ->
                        throw new IllegalArgumentException("not in a message of the user");
            }
        }
        return parts;
    }

    private static void image(ArrayNode parts, String url) {
        parts.addObject().put("type", "image_url").putObject("image_url").put("url", url);
    }

    private static void said(Turn turn, ArrayNode messages) {
        ObjectNode message = messages.addObject().put("role", "assistant");
        String text = Question.joined(turn.parts());
        message.put("content", text.isEmpty() ? null : text);
        if (turn.calls().isEmpty()) {
            return;
        }
        ArrayNode calls = message.putArray("tool_calls");
        for (Call call : turn.calls()) {
            calls.addObject()
                    .put("id", CallIds.plain(call.id()))
                    .put("type", "function")
                    .putObject("function")
                    .put("name", call.name())
                    .put("arguments", Trees.text(call.arguments()));
        }
    }

    private static void tools(Question question, ObjectNode body) {
        if (question.tools().isEmpty()) {
            return;
        }
        ArrayNode tools = body.putArray("tools");
        for (Tool tool : question.tools()) {
            ObjectNode function = tools.addObject().put("type", "function").putObject("function");
            function.put("name", tool.name());
            if (tool.description() != null) {
                function.put("description", tool.description());
            }
            function.set("parameters", tool.schema());
        }
        Choice choice = question.choice();
        if (choice != null) {
            switch (choice.mode()) {
                case AUTO -> body.put("tool_choice", "auto");
                case NONE -> body.put("tool_choice", "none");
                case ANY -> body.put("tool_choice", "required");
                case NAMED ->
                        body.putObject("tool_choice")
                                .put("type", "function")
                                .putObject("function")
                                .put("name", choice.name());
            }
        }
        if (question.oneCall() != null) {
            body.put("parallel_tool_calls", false);
        }
    }

    private static void sampling(Sampling sampling, ObjectNode body) {
        Trees.set(body, "temperature", sampling.temperature());
        Trees.set(body, "top_p", sampling.topP());
        Trees.set(body, "frequency_penalty", sampling.frequencyPenalty());
        Trees.set(body, "presence_penalty", sampling.presencePenalty());
        Trees.set(body, "seed", sampling.seed());
    }

    private static void format(Question question, ObjectNode body) {
        Format format = question.format();
        if (format == null) {
            return;
        }
        ObjectNode json = body.putObject("response_format");
        if (format.schema() == null) {
            json.put("type", "json_object");
            return;
        }
        json.put("type", "json_schema")
                .putObject("json_schema")
                .put("name", format.name())
                .set("schema", format.schema());
    }
}
