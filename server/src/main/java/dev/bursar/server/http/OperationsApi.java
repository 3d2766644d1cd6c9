package dev.bursar.server.http;

import dev.bursar.usage.Usage;
import java.util.List;
import java.util.function.Supplier;
import tools.jackson.databind.node.ObjectNode;

/// What an operator asks of a running server: `POST /api/reload` and `POST /api/rebuild`.
final class OperationsApi {

    private final Supplier<List<String>> reload;
    private final Usage usage;

    /// @param reload reads the configuration again and says what changed
    OperationsApi(Supplier<List<String>> reload, Usage usage) {
        this.reload = reload;
        this.usage = usage;
    }

    void mount(ApiRouter api) {
        api.on(ApiRoute.RELOAD, context -> Answers.json(context, 200, changes(reload.get())));
        api.on(
                ApiRoute.REBUILD,
                context -> {
                    usage.rebuild();
                    ObjectNode body = ApiJson.object();
                    body.put("entries", usage.lag());
                    Answers.json(context, 202, body);
                });
    }

    private static ObjectNode changes(List<String> changes) {
        ObjectNode body = ApiJson.object();
        body.set("changes", ApiJson.of(changes));
        return body;
    }
}
