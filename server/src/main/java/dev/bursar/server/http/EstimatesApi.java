package dev.bursar.server.http;

import dev.bursar.gateway.Margins;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// `/api/estimates`: what providers billed for the input of calls, compared with what was counted before
/// them, and the margin that follows from it.
final class EstimatesApi {

    private final Margins margins;

    EstimatesApi(Margins margins) {
        this.margins = margins;
    }

    void mount(ApiRouter api) {
        api.on(ApiRoute.ESTIMATES, this::list);
    }

    private void list(RoutingContext context) {
        Parameters.of(context, List.of());
        ObjectNode body = ApiJson.object();
        ArrayNode items = body.putArray("items");
        margins.learned()
                .forEach((name, learned) -> {
                    int slash = name.indexOf('/');
                    ObjectNode item = items.addObject();
                    item.put("provider", name.substring(0, slash));
                    item.put("model", name.substring(slash + 1));
                    item.put("calls", learned.samples());
                    item.put("median_percent", learned.medianPercent());
                    item.put("most_percent", learned.mostPercent());
                    if (learned.marginPercent() > 0) {
                        item.put("margin_percent", learned.marginPercent());
                    }
                });
        Answers.json(context, 200, body);
    }
}
