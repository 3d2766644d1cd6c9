package dev.bursar.server.directory;

import dev.bursar.ledger.Attribution;
import dev.bursar.ledger.TenantId;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/// Acts that wait to be told to the journal. Each is written in the transaction of what it is about, so
/// none is lost, also when no server runs.
final class ActStore {

    private static final JsonMapper JSON = new JsonMapper();

    private final Database database;

    ActStore(Database database) {
        this.database = database;
    }

    void add(Actor by, Action action, @Nullable TenantId tenant, String target, Instant now) {
        SortedMap<String, String> labels =
                new TreeMap<>(by.did(action, target, new TreeMap<>()).labels());
        labels.putIfAbsent("act", UUID.randomUUID().toString());
        labels.put("done_at", now.toString());
        database.update(
                "INSERT INTO act (tenant, labels) VALUES (?, ?)",
                tenant == null ? null : tenant.value(),
                JSON.writeValueAsString(labels));
    }

    /// What the end of a tenant, which `by` has put, ends too: an act of its own.
    void addFollowing(
            Actor by, Action action, @Nullable TenantId tenant, String target, Instant now) {
        Actor own =
                by.and(
                        Map.of(
                                "act",
                                UUID.randomUUID().toString(),
                                "with",
                                Action.TENANT_CLOSE.written()));
        add(own, action, tenant, target, now);
    }

    /// The oldest first.
    List<Act> untold() {
        return database.rows(
                "SELECT id, tenant, labels FROM act ORDER BY id",
                row -> {
                    @Nullable String tenant = row.getString("tenant");
                    return new Act(
                            row.getLong("id"),
                            tenant == null ? null : new TenantId(tenant),
                            new Attribution(
                                    JSON.readValue(
                                            row.getString("labels"),
                                            new TypeReference<TreeMap<String, String>>() {}),
                                    new TreeMap<>()));
                });
    }

    void told(List<Act> acts) {
        database.inTransaction(() ->
                acts.forEach(act -> database.update("DELETE FROM act WHERE id = ?", act.number())));
    }
}
