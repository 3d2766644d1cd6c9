package dev.bursar.server.directory;

import dev.bursar.ledger.ScopePath;
import dev.bursar.ledger.TenantId;
import dev.bursar.server.config.Config;
import dev.bursar.server.config.Permission;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/// The tables of tenants and their keys.
final class DirectoryStore {

    private static final JsonMapper JSON = new JsonMapper();

    private final Database database;
    private final ActStore acts;

    /// A key as it is stored.
    record Row(ApiKey key, SecretHash hash) {}

    DirectoryStore(Database database, ActStore acts) {
        this.database = database;
        this.acts = acts;
    }

    /// Every tenant, by id.
    SortedMap<String, Tenant> tenants() {
        return tenants(false);
    }

    /// Those that the file names no more and that were suspended: they come back as they left.
    SortedMap<String, Tenant> gone() {
        return tenants(true);
    }

    private SortedMap<String, Tenant> tenants(boolean gone) {
        SortedMap<String, Tenant> tenants = new TreeMap<>();
        database.rows(
                        "SELECT id, timezone, origin, status, created_millis FROM tenant"
                                + " WHERE gone = "
                                + (gone ? 1 : 0),
                        row ->
                                new Tenant(
                                        new TenantId(row.getString("id")),
                                        ZoneId.of(row.getString("timezone")),
                                        Origin.valueOf(upperCase(row.getString("origin"))),
                                        Tenant.Status.valueOf(upperCase(row.getString("status"))),
                                        Instant.ofEpochMilli(row.getLong("created_millis"))))
                .forEach(tenant -> tenants.put(tenant.id().value(), tenant));
        return tenants;
    }

    /// Adds a tenant, or replaces the one of the same id.
    void put(Tenant tenant) {
        database.update(
                "INSERT OR REPLACE INTO tenant (id, timezone, origin, status, created_millis)"
                        + " VALUES (?, ?, ?, ?, ?)",
                tenant.id().value(),
                tenant.zone().getId(),
                lowerCase(tenant.origin()),
                lowerCase(tenant.status()),
                tenant.created().toEpochMilli());
    }

    /// Revokes the keys of a tenant that ended.
    ///
    /// @param by who has ended it
    void revokeAll(TenantId tenant, Actor by, Instant now) {
        for (Row row : rows()) {
            ApiKey key = row.key();
            if (key.tenant().equals(tenant) && key.revoked() == null) {
                acts.addFollowing(by, Action.KEY_REVOKE, tenant, key.name(), now);
            }
        }
        database.update(
                "UPDATE api_key SET revoked_millis = ?"
                        + " WHERE tenant = ? AND revoked_millis IS NULL",
                now.toEpochMilli(),
                tenant.value());
    }

    /// Every key, by tenant, name and age.
    List<Row> rows() {
        return database.rows(
                "SELECT tenant, name, hash, defaults, permissions, scope, expires_millis, origin,"
                        + " created_millis, revoked_millis FROM api_key ORDER BY tenant, name, id",
                row -> new Row(key(row), SecretHash.ofBytes(row.getBytes("hash"))));
    }

    private static ApiKey key(ResultSet row) throws SQLException {
        @Nullable String permissions = row.getString("permissions");
        @Nullable String scope = row.getString("scope");
        return new ApiKey(
                new TenantId(row.getString("tenant")),
                row.getString("name"),
                JSON.readValue(
                        row.getString("defaults"), new TypeReference<TreeMap<String, String>>() {}),
                permissions == null ? Permission.RUNTIME : permissions(permissions),
                scope == null ? null : ScopePath.parse(scope),
                Database.instant(row, "expires_millis"),
                Origin.valueOf(upperCase(row.getString("origin"))),
                Instant.ofEpochMilli(row.getLong("created_millis")),
                Database.instant(row, "revoked_millis"));
    }

    private static Set<Permission> permissions(String stored) {
        Set<Permission> permissions = EnumSet.noneOf(Permission.class);
        for (String name : stored.split(" ", -1)) {
            permissions.add(Permission.of(name).orElseThrow());
        }
        return permissions;
    }

    private static String lowerCase(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    private static String upperCase(String stored) {
        return stored.toUpperCase(Locale.ROOT);
    }

    void insert(ApiKey key, SecretHash hash) {
        database.update(
                "INSERT INTO api_key (tenant, name, hash, defaults, permissions, scope,"
                        + " expires_millis, origin, created_millis)"
                        + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                key.tenant().value(),
                key.name(),
                hash.bytes(),
                JSON.writeValueAsString(key.defaults()),
                String.join(" ", Permission.written(key.permissions())),
                key.scope() == null ? null : key.scope().toString(),
                Database.millis(key.expires()),
                lowerCase(key.origin()),
                key.created().toEpochMilli());
    }

    void revoke(TenantId tenant, String name, Instant now) {
        database.update(
                "UPDATE api_key SET revoked_millis = ?"
                        + " WHERE tenant = ? AND name = ? AND revoked_millis IS NULL",
                now.toEpochMilli(),
                tenant.value(),
                name);
    }

    /// Makes the declared tenants and keys what is given, in one transaction.
    ///
    /// @return what changed
    List<String> declare(Collection<Config.Tenant> tenants, Instant now) {
        Map<String, Row> good = new HashMap<>();
        for (Row row : rows()) {
            if (row.key().revoked() == null) {
                good.put(row.key().tenant() + "/" + row.key().name(), row);
            }
        }
        Map<String, Tenant> known = tenants();
        List<String> changes = new ArrayList<>();
        database.inTransaction(() -> {
            List<Row> wanted = new ArrayList<>();
            declareTenants(tenants, known, now);
            changes.addAll(differences(known, tenants(), now));
            for (Config.Tenant tenant : tenants) {
                tenant.keys().forEach(key -> wanted.add(row(tenant, key, now)));
            }
            wanted.removeIf(row -> unchanged(row, good));
            for (Row gone : good.values()) {
                if (gone.key().origin() == Origin.FILE || replaced(gone, wanted)) {
                    revoke(gone.key().tenant(), gone.key().name(), now);
                    note(Action.KEY_REVOKE, gone.key(), now);
                    changes.add("revoked key " + gone.key().tenant() + "/" + gone.key().name());
                }
            }
            for (Row row : wanted) {
                insert(row.key(), row.hash());
                note(Action.KEY_CREATE, row.key(), now);
                changes.add("made key " + row.key().tenant() + "/" + row.key().name());
            }
        });
        return changes;
    }

    /// A suspension outlives that the file does not name its tenant for a while.
    private void declareTenants(
            Collection<Config.Tenant> tenants, Map<String, Tenant> known, Instant now) {
        Map<String, Tenant> before = new HashMap<>(gone());
        before.putAll(known);
        String file = lowerCase(Origin.FILE);
        database.update(
                "UPDATE tenant SET gone = 1 WHERE origin = ? AND status = ?",
                file,
                lowerCase(Tenant.Status.SUSPENDED));
        database.update("DELETE FROM tenant WHERE origin = ? AND gone = 0", file);
        for (Config.Tenant tenant : tenants) {
            Tenant there = before.get(tenant.id().value());
            put(
                    new Tenant(
                            tenant.id(),
                            tenant.zone(),
                            Origin.FILE,
                            there == null ? Tenant.Status.ACTIVE : there.status(),
                            there == null ? now : there.created()));
        }
    }

    private List<String> differences(
            Map<String, Tenant> before, Map<String, Tenant> after, Instant now) {
        List<String> differences = new ArrayList<>();
        before.forEach((id, tenant) -> {
            if (!after.containsKey(id)) {
                note(Action.TENANT_REMOVE, tenant, now);
                differences.add("removed tenant " + id);
            }
        });
        after.forEach((id, tenant) -> {
            Tenant there = before.get(id);
            if (there == null) {
                note(Action.TENANT_CREATE, tenant, now);
                differences.add("added tenant " + id);
            } else if (!there.equals(tenant)) {
                note(Action.TENANT_CHANGE, tenant, now);
                differences.add("changed tenant " + id);
            }
        });
        return differences;
    }

    private void note(Action action, Tenant tenant, Instant now) {
        Map<String, String> facts =
                Map.of("timezone", tenant.zone().getId(), "status", lowerCase(tenant.status()));
        acts.add(Actor.CONFIGURATION.and(facts), action, tenant.id(), tenant.id().value(), now);
    }

    private void note(Action action, ApiKey key, Instant now) {
        acts.add(Actor.CONFIGURATION, action, key.tenant(), key.name(), now);
    }

    /// Whether the key is there already; it is then taken off the list of those to go.
    private static boolean unchanged(Row wanted, Map<String, Row> good) {
        String id = wanted.key().tenant() + "/" + wanted.key().name();
        Row there = good.get(id);
        boolean same =
                there != null
                        && there.key().origin() == Origin.FILE
                        && there.hash().equals(wanted.hash())
                        && there.key().defaults().equals(wanted.key().defaults())
                        && there.key().permissions().equals(wanted.key().permissions())
                        && Objects.equals(there.key().scope(), wanted.key().scope())
                        && Objects.equals(there.key().expires(), wanted.key().expires());
        if (same) {
            good.remove(id);
        }
        return same;
    }

    private static boolean replaced(Row there, List<Row> wanted) {
        return wanted.stream()
                .anyMatch(row ->
                        row.hash().equals(there.hash())
                                || (row.key().tenant().equals(there.key().tenant())
                                        && row.key().name().equals(there.key().name())));
    }

    private static Row row(Config.Tenant tenant, Config.Key key, Instant now) {
        return new Row(
                new ApiKey(
                        tenant.id(),
                        key.name(),
                        key.defaults(),
                        key.permissions(),
                        key.scope(),
                        key.expires(),
                        Origin.FILE,
                        now,
                        null),
                SecretHash.of(key.secret()));
    }
}
