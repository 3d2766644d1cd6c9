package dev.bursar.server.demo;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Base64;
import java.util.SplittableRandom;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Embeddings of OpenAI and Gemini: vectors of noise, as numbers or, with OpenAI, as the base64 of
/// 32-bit floats.
final class SimulatedEmbeddings {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private static final int DIMENSIONS = 16;

    private SimulatedEmbeddings() {}

    /// The answer to a request of OpenAI's.
    ///
    /// @throws IllegalArgumentException when the body is not a request for embeddings
    static String openAi(byte[] body) {
        JsonNode root = read(body);
        JsonNode input = root.path("input");
        String model = root.path("model").asString("");
        if (model.isEmpty() || !(input.isString() || (input.isArray() && !input.isEmpty()))) {
            throw new IllegalArgumentException("model and input are required.");
        }
        int dimensions = dimensions(root.path("dimensions"));
        boolean base64 = root.path("encoding_format").asString("float").equals("base64");
        ObjectNode answer = JsonNodeFactory.instance.objectNode().put("object", "list");
        ArrayNode data = answer.putArray("data");
        int texts = input.isString() || input.get(0).isIntegralNumber() ? 1 : input.size();
        for (int i = 0; i < texts; i++) {
            ObjectNode one = data.addObject().put("object", "embedding").put("index", i);
            float[] vector = vector((long) input.hashCode() + i, dimensions);
            if (base64) {
                one.put("embedding", base64(vector));
            } else {
                one.set("embedding", JSON.valueToTree(vector));
            }
        }
        answer.put("model", model);
        int tokens = SimulatedCall.tokens(input.toString().length());
        answer.putObject("usage").put("prompt_tokens", tokens).put("total_tokens", tokens);
        return JSON.writeValueAsString(answer);
    }

    /// The answer to one of Gemini's `embedContent` and `batchEmbedContents`, which tell no usage.
    ///
    /// @throws IllegalArgumentException when the body is not a request for embeddings
    static String gemini(byte[] body) {
        JsonNode root = read(body);
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        if (root.has("requests")) {
            ArrayNode all = answer.putArray("embeddings");
            root.path("requests").forEach(one -> all.add(embedding(one)));
        } else {
            answer.set("embedding", embedding(root));
        }
        return JSON.writeValueAsString(answer);
    }

    private static ObjectNode embedding(JsonNode request) {
        JsonNode parts = request.path("content").path("parts");
        if (!parts.isArray() || parts.isEmpty()) {
            throw new IllegalArgumentException("content is required.");
        }
        ObjectNode embedding = JsonNodeFactory.instance.objectNode();
        int dimensions = dimensions(request.path("outputDimensionality"));
        embedding.set("values", JSON.valueToTree(vector(parts.hashCode(), dimensions)));
        return embedding;
    }

    private static int dimensions(JsonNode asked) {
        return Math.clamp(asked.asInt(DIMENSIONS), 1, 4_096);
    }

    private static JsonNode read(byte[] body) {
        try {
            return JSON.readTree(body);
        } catch (JacksonException e) {
            throw new IllegalArgumentException("We could not parse the JSON body of your request.");
        }
    }

    private static float[] vector(long seed, int dimensions) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] vector = new float[dimensions];
        for (int i = 0; i < dimensions; i++) {
            vector[i] = (float) random.nextDouble(-1, 1);
        }
        return vector;
    }

    private static String base64(float[] vector) {
        ByteBuffer bytes =
                ByteBuffer.allocate(vector.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(vector);
        return Base64.getEncoder().encodeToString(bytes.array());
    }
}
