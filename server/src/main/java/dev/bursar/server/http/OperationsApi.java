package dev.bursar.server.http;

import dev.bursar.server.directory.Action;
import dev.bursar.server.directory.Actor;
import dev.bursar.usage.Usage;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import tools.jackson.databind.node.ObjectNode;

/// What an operator asks of a running server: `POST /api/reload` and `POST /api/rebuild`.
final class OperationsApi {

    private final Function<Actor, List<String>> reload;
    private final Usage usage;
    private final Notary notary;

    /// @param reload reads the configuration again, writes down that it did, and says what changed
    OperationsApi(Function<Actor, List<String>> reload, Usage usage, Notary notary) {
        this.reload = reload;
        this.usage = usage;
        this.notary = notary;
    }

    void mount(ApiRouter api) {
        api.on(
                ApiRoute.RELOAD,
                context ->
                        Answers.json(context, 200, changes(reload.apply(Access.saying(context)))));
        api.on(ApiRoute.REBUILD, this::rebuild);
    }

    private void rebuild(RoutingContext context) {
        notary.note(Access.saying(context), null, Action.USAGE_REBUILD, "read model", Map.of());
        usage.rebuild();
        ObjectNode body = ApiJson.object();
        body.put("entries", usage.lag());
        Answers.json(context, 202, body);
    }

    private static ObjectNode changes(List<String> changes) {
        ObjectNode body = ApiJson.object();
        body.set("changes", ApiJson.of(changes));
        return body;
    }
}
