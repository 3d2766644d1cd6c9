package dev.bursar.server.http;

import dev.bursar.server.config.Permission;
import dev.bursar.server.directory.ApiKey;
import dev.bursar.server.directory.Directory;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Keys as JSON, the same from `/api/keys` and from `bursar keys --json`.
public final class KeyJson {

    private KeyJson() {}

    public static ObjectNode of(ApiKey key) {
        ObjectNode node = ApiJson.object();
        node.put("tenant", key.tenant().value());
        node.put("name", key.name());
        node.set("defaults", ApiJson.of(key.defaults()));
        node.set("permissions", ApiJson.of(Permission.written(key.permissions())));
        node.put("scope", key.scope() == null ? null : key.scope().toString());
        node.put("expires", key.expires() == null ? null : key.expires().toString());
        node.put("origin", key.origin().name().toLowerCase(Locale.ROOT));
        node.put("created", key.created().toString());
        node.put("revoked", key.revoked() == null ? null : key.revoked().toString());
        return node;
    }

    /// A key that was just made, with its secret.
    public static ObjectNode of(Directory.NewKey made) {
        return of(made.key()).put("secret", made.secret());
    }

    public static ObjectNode of(List<ApiKey> keys) {
        ObjectNode page = ApiJson.object();
        ArrayNode items = page.putArray("items");
        keys.forEach(key -> items.add(of(key)));
        return page;
    }
}
