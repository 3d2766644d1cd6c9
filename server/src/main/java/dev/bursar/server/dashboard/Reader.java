package dev.bursar.server.dashboard;

import dev.bursar.server.dashboard.view.Notice;
import io.vertx.ext.web.RoutingContext;
import org.jspecify.annotations.Nullable;

/// Who looks at a page.
///
/// @param name whom they are signed in as, empty when they are not
/// @param role that they have, in a word
/// @param tenant the only one that they may see, null for all
/// @param formToken what their forms send along, empty when they may only look
/// @param notice what came of the form that they sent last, null when they were told or sent none
public record Reader(
        String name,
        String role,
        @Nullable String tenant,
        String formToken,
        @Nullable Notice notice) {

    /// Somebody who is not signed in, where that is not asked for.
    public static final Reader VISITOR = new Reader("", "viewer", null, "", null);

    private static final String KEY = "bursar.reader";

    /// Leaves it for the page that answers the request.
    public void attach(RoutingContext context) {
        context.put(KEY, this);
    }

    static Reader of(RoutingContext context) {
        Reader reader = context.get(KEY);
        return reader == null ? VISITOR : reader;
    }

    boolean mayAct() {
        return !formToken.isEmpty();
    }
}
