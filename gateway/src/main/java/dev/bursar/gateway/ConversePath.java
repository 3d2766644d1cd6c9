package dev.bursar.gateway;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The paths of Bedrock's Converse API, which name the model: `/model/{id}/converse`. The id may be that of
/// an inference profile, or an ARN, whose slashes and colons clients encode.
final class ConversePath {

    static final String MODELS = "/model";

    private static final List<Operation> OPERATIONS =
            List.of(Operation.CONVERSE, Operation.CONVERSE_STREAM);

    private ConversePath() {}

    /// @return null where nothing is served
    /// @throws RefusedException when the id is not a URL's path
    static @Nullable Target read(String path) {
        int method = path.lastIndexOf('/');
        int id = MODELS.length() + 1;
        if (!path.startsWith(MODELS + "/") || method <= id) {
            return null;
        }
        for (Operation operation : OPERATIONS) {
            if (path.substring(method).equals(method(operation))) {
                return new Target(operation, GeminiPath.decoded(path.substring(id, method)));
            }
        }
        return null;
    }

    static String of(Operation operation, String model) {
        String id = URLEncoder.encode(model, StandardCharsets.UTF_8).replace("+", "%20");
        return MODELS + "/" + id + method(operation);
    }

    private static String method(Operation operation) {
        return operation == Operation.CONVERSE ? "/converse" : "/converse-stream";
    }
}
