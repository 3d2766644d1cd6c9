package dev.bursar.server.http;

import io.vertx.ext.web.RoutingContext;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/// What people do over `/api` with a JSON body, and with a form of the pages alike.
///
/// @param fields that its body may have
record FormAct(ApiRoute route, List<String> fields, Effect effect) {

    interface Effect {

        /// @throws ApiException when it cannot be done
        Done on(RoutingContext context, Body body);
    }

    /// That it is done.
    ///
    /// @param answer as `/api` gives it
    /// @param said to the person who sent a form
    record Done(ObjectNode answer, String said) {}
}
