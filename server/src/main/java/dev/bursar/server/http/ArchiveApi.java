package dev.bursar.server.http;

import dev.bursar.authority.Archived;
import dev.bursar.authority.Authority;
import dev.bursar.authority.AuthorityException;
import dev.bursar.server.directory.Actor;
import io.vertx.ext.web.RoutingContext;
import java.time.Instant;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/// `POST /api/archive`: moves old entries out of the journal, one file of them at a time, so that no
/// request takes longer than some seconds.
final class ArchiveApi {

    private final Authority authority;
    private final Notary notary;

    ArchiveApi(Authority authority, Notary notary) {
        this.authority = authority;
        this.notary = notary;
    }

    void mount(ApiRouter api) {
        api.onJson(ApiRoute.ARCHIVE, this::archive);
    }

    private void archive(RoutingContext context) {
        Body body = Body.of(context, List.of("before", "reason"));
        Instant before = body.time("before");
        if (before == null) {
            throw ApiException.badRequest("before: must be a time; what is older is archived");
        }
        Actor by = Access.actor(context).and(body.reason());
        Archived archived = archive(before);
        if (archived.entries() > 0) {
            notary.archived(by, archived);
        }
        Answers.json(context, 200, json(archived));
    }

    private Archived archive(Instant before) {
        try {
            return authority.archive(before);
        } catch (AuthorityException e) {
            if (e.kind() == AuthorityException.Kind.CAPACITY) {
                throw new ApiException(409, "archive_running", String.valueOf(e.getMessage()));
            }
            throw e;
        }
    }

    private static ObjectNode json(Archived archived) {
        ObjectNode body = ApiJson.object();
        body.put("entries", archived.entries());
        if (archived.entries() > 0) {
            body.put("first", archived.first());
            body.put("last", archived.last());
        }
        body.put("more", archived.more());
        if (!archived.more()) {
            body.put("kept", archived.kept());
        }
        return body;
    }
}
