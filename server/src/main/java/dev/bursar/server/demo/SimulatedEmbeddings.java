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

/// Embeddings of OpenAI: vectors of noise, as numbers or as the base64 of 32-bit floats.
final class SimulatedEmbeddings {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private static final int DIMENSIONS = 16;

    private SimulatedEmbeddings() {}

    /// The answer to a request.
    ///
    /// @throws IllegalArgumentException when the body is not a request for embeddings
    static String answer(byte[] body) {
        JsonNode root = read(body);
        JsonNode input = root.path("input");
        String model = root.path("model").asString("");
        if (model.isEmpty() || !(input.isString() || (input.isArray() && !input.isEmpty()))) {
            throw new IllegalArgumentException("model and input are required.");
        }
        int dimensions = Math.clamp(root.path("dimensions").asInt(DIMENSIONS), 1, 4_096);
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
