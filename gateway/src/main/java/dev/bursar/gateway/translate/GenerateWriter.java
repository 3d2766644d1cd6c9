package dev.bursar.gateway.translate;

import dev.bursar.gateway.translate.Question.Call;
import dev.bursar.gateway.translate.Question.Choice;
import dev.bursar.gateway.translate.Question.Format;
import dev.bursar.gateway.translate.Question.Part;
import dev.bursar.gateway.translate.Question.Picture;
import dev.bursar.gateway.translate.Question.PictureAt;
import dev.bursar.gateway.translate.Question.Result;
import dev.bursar.gateway.translate.Question.Role;
import dev.bursar.gateway.translate.Question.Sampling;
import dev.bursar.gateway.translate.Question.Text;
import dev.bursar.gateway.translate.Question.Tool;
import dev.bursar.gateway.translate.Question.Turn;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Writes requests of Gemini. The model and the wish for a stream are in its path.
final class GenerateWriter implements QuestionWriter {

    /// Stands for the signature of a call that no Gemini made: Gemini 3 refuses calls of the current turn
    /// without one. Source: "Thought signatures" in the documentation of the Gemini API.
    private static final String NO_SIGNATURE = "skip_thought_signature_validator";

    /// The names of the functions, by the ids of their calls: results are told by both.
    private final Map<String, String> names = new HashMap<>();

    @Override
    public ObjectNode write(Question question, Target target) {
        ObjectNode body = Trees.object();
        if (!question.system().isEmpty()) {
            ArrayNode parts = body.putObject("systemInstruction").putArray("parts");
            question.system().forEach(text -> parts.addObject().put("text", text));
        }
        ArrayNode contents = body.putArray("contents");
        for (Turn turn : question.turns()) {
            ObjectNode content = contents.addObject();
            content.put("role", turn.role() == Role.USER ? "user" : "model");
            parts(turn.parts(), content.putArray("parts"), signs(target.model()));
        }
        tools(question, body);
        generation(question, target, body.putObject("generationConfig"));
        return body;
    }

    /// Whether the model asks for signatures, as those since Gemini 3 do.
    private static boolean signs(String model) {
        return !model.startsWith("gemini-1") && !model.startsWith("gemini-2");
    }

    private void parts(List<? extends Part> turn, ArrayNode parts, boolean signs) {
        boolean first = true;
        for (Part part : turn) {
            switch (part) {
                case Text(String text) -> parts.addObject().put("text", text);
                case Picture picture -> picture(picture, parts);
                case PictureAt picture -> throw Pictures.notByAddress(picture);
                case Call call -> {
                    call(call, parts.addObject(), signs && first);
                    first = false;
                }
                case Result result -> {
                    result(result, parts.addObject());
                    parts(result.pictures(), parts, signs);
                }
            }
        }
    }

    private static void picture(Picture picture, ArrayNode parts) {
        parts.addObject()
                .putObject("inlineData")
                .put("mimeType", picture.type())
                .put("data", picture.data());
    }

    /// @param sign whether the call needs a signature: of calls side by side only the first has one
    private void call(Call call, ObjectNode part, boolean sign) {
        String id = CallIds.plain(call.id());
        names.put(id, call.name());
        part.putObject("functionCall")
                .put("id", id)
                .put("name", call.name())
                .set("args", call.arguments());
        String signature = CallIds.signature(call.id());
        if (signature != null || sign) {
            part.put("thoughtSignature", signature == null ? NO_SIGNATURE : signature);
        }
    }

    private void result(Result result, ObjectNode part) {
        String id = CallIds.plain(result.id());
        String name = names.get(id);
        if (name == null) {
            throw new TranslationException(result.place(), "no call before it has this id");
        }
        part.putObject("functionResponse")
                .put("id", id)
                .put("name", name)
                .putObject("response")
                .put(result.failed() ? "error" : "output", result.text());
    }

    private static void tools(Question question, ObjectNode body) {
        if (question.tools().isEmpty()) {
            return;
        }
        String oneCall = question.oneCall();
        if (oneCall != null) {
            throw TranslationException.noCounterpart(oneCall);
        }
        ArrayNode functions = body.putArray("tools").addObject().putArray("functionDeclarations");
        for (Tool tool : question.tools()) {
            ObjectNode function = functions.addObject().put("name", tool.name());
            if (tool.description() != null) {
                function.put("description", tool.description());
            }
            if (!tool.schema().isEmpty()) {
                function.set("parametersJsonSchema", tool.schema());
            }
        }
        Choice choice = question.choice();
        if (choice != null) {
            ObjectNode calling = body.putObject("toolConfig").putObject("functionCallingConfig");
            switch (choice.mode()) {
                case AUTO -> calling.put("mode", "AUTO");
                case NONE -> calling.put("mode", "NONE");
                case ANY -> calling.put("mode", "ANY");
                case NAMED ->
                        calling.put("mode", "ANY")
                                .putArray("allowedFunctionNames")
                                .add(choice.name());
            }
        }
    }

    private static void generation(Question question, Target target, ObjectNode config) {
        config.put("maxOutputTokens", target.maxTokens());
        Sampling sampling = question.sampling();
        Trees.set(config, "temperature", sampling.temperature());
        Trees.set(config, "topP", sampling.topP());
        Trees.set(config, "topK", sampling.topK());
        Trees.set(config, "frequencyPenalty", sampling.frequencyPenalty());
        Trees.set(config, "presencePenalty", sampling.presencePenalty());
        Trees.set(config, "seed", sampling.seed());
        if (!question.stops().isEmpty()) {
            question.stops().forEach(config.putArray("stopSequences")::add);
        }
        Format format = question.format();
        if (format != null) {
            config.put("responseMimeType", "application/json");
            Trees.set(config, "responseJsonSchema", format.schema());
        }
    }
}
