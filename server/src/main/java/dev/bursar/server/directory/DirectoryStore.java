package dev.bursar.server.directory;

import dev.bursar.ledger.ScopePath;
import dev.bursar.ledger.TenantId;
import dev.bursar.server.config.Config;
import dev.bursar.server.config.Permission;
import dev.bursar.server.directory.DirectoryException.Kind;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
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
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/// The tables of the directory. One connection, one statement at a time.
final class DirectoryStore implements AutoCloseable {

    private static final JsonMapper JSON = new JsonMapper();

    private static final String ADMIN_TOKEN = "admin_token";

    private final Path file;
    private final Connection connection;

    /// A key as it is stored.
    record Row(ApiKey key, SecretHash hash) {}

    private DirectoryStore(Path file, Connection connection) {
        this.file = file;
        this.connection = connection;
    }

    static DirectoryStore open(Path file) {
        try {
            createForOwnerOnly(file);
            Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
            DirectoryStore store = new DirectoryStore(file, connection);
            try {
                store.prepare();
            } catch (SQLException | DirectoryException e) {
                connection.close();
                throw e;
            }
            return store;
        } catch (IOException | SQLException e) {
            throw new DirectoryException(
                    Kind.EXTERNAL, file + ": cannot be opened: " + e.getMessage(), e);
        }
    }

    private static void createForOwnerOnly(Path file) throws IOException {
        Path parent = file.toAbsolutePath().getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        try {
            Files.createFile(
                    file,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rw-------")));
        } catch (FileAlreadyExistsException e) {
            // It is there from an earlier start, with the permissions it was given.
        }
    }

    private void prepare() throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("PRAGMA busy_timeout = 5000");
            statement.execute("PRAGMA journal_mode = WAL");
            statement.execute("PRAGMA synchronous = FULL");
            int version = version(statement);
            if (version > DirectorySchema.VERSION) {
                throw new DirectoryException(
                        Kind.EXTERNAL, file + ": made by a newer version: " + version);
            }
            if (version < DirectorySchema.VERSION) {
                inTransaction(() -> {
                    for (String sql : DirectorySchema.since(version)) {
                        statement.execute(sql);
                    }
                });
            }
        }
    }

    private static int version(Statement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery("PRAGMA user_version")) {
            row.next();
            return row.getInt(1);
        }
    }

    synchronized Optional<SecretHash> adminToken() {
        try (PreparedStatement statement =
                connection.prepareStatement("SELECT value FROM setting WHERE name = ?")) {
            statement.setString(1, ADMIN_TOKEN);
            try (ResultSet row = statement.executeQuery()) {
                return row.next()
                        ? Optional.of(SecretHash.ofBytes(row.getBytes(1)))
                        : Optional.empty();
            }
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    synchronized void saveAdminToken(SecretHash hash) {
        update("INSERT OR REPLACE INTO setting VALUES (?, ?)", ADMIN_TOKEN, hash.bytes());
    }

    /// Every tenant, by id.
    synchronized SortedMap<String, Tenant> tenants() {
        SortedMap<String, Tenant> tenants = new TreeMap<>();
        try (Statement statement = connection.createStatement();
                ResultSet row =
                        statement.executeQuery(
                                "SELECT id, timezone, origin, status, created_millis"
                                        + " FROM tenant")) {
            while (row.next()) {
                Tenant tenant =
                        new Tenant(
                                new TenantId(row.getString("id")),
                                ZoneId.of(row.getString("timezone")),
                                Origin.valueOf(upperCase(row.getString("origin"))),
                                Tenant.Status.valueOf(upperCase(row.getString("status"))),
                                Instant.ofEpochMilli(row.getLong("created_millis")));
                tenants.put(tenant.id().value(), tenant);
            }
            return tenants;
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    /// Adds a tenant, or replaces the one of the same id.
    synchronized void put(Tenant tenant) {
        update(
                "INSERT OR REPLACE INTO tenant (id, timezone, origin, status, created_millis)"
                        + " VALUES (?, ?, ?, ?, ?)",
                tenant.id().value(),
                tenant.zone().getId(),
                lowerCase(tenant.origin()),
                lowerCase(tenant.status()),
                tenant.created().toEpochMilli());
    }

    /// Puts a closed tenant and revokes what keys it has, together.
    synchronized void close(Tenant tenant, Instant now) {
        inTransaction(() -> {
            put(tenant);
            update(
                    "UPDATE api_key SET revoked_millis = ?"
                            + " WHERE tenant = ? AND revoked_millis IS NULL",
                    now.toEpochMilli(),
                    tenant.id().value());
        });
    }

    /// Every key, by tenant, name and age.
    synchronized List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet row =
                        statement.executeQuery(
                                "SELECT tenant, name, hash, defaults, permissions, scope,"
                                        + " expires_millis, origin, created_millis,"
                                        + " revoked_millis FROM api_key"
                                        + " ORDER BY tenant, name, id")) {
            while (row.next()) {
                rows.add(new Row(key(row), SecretHash.ofBytes(row.getBytes("hash"))));
            }
            return rows;
        } catch (SQLException e) {
            throw failed(e);
        }
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
                instant(row, "expires_millis"),
                Origin.valueOf(upperCase(row.getString("origin"))),
                Instant.ofEpochMilli(row.getLong("created_millis")),
                instant(row, "revoked_millis"));
    }

    private static Set<Permission> permissions(String stored) {
        Set<Permission> permissions = EnumSet.noneOf(Permission.class);
        for (String name : stored.split(" ", -1)) {
            permissions.add(Permission.of(name).orElseThrow());
        }
        return permissions;
    }

    private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        long millis = row.getLong(column);
        return row.wasNull() ? null : Instant.ofEpochMilli(millis);
    }

    private static @Nullable Long millis(@Nullable Instant instant) {
        return instant == null ? null : instant.toEpochMilli();
    }

    private static String lowerCase(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    private static String upperCase(String stored) {
        return stored.toUpperCase(Locale.ROOT);
    }

    synchronized void insert(ApiKey key, SecretHash hash) {
        update(
                "INSERT INTO api_key (tenant, name, hash, defaults, permissions, scope,"
                        + " expires_millis, origin, created_millis)"
                        + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                key.tenant().value(),
                key.name(),
                hash.bytes(),
                JSON.writeValueAsString(key.defaults()),
                String.join(" ", Permission.written(key.permissions())),
                key.scope() == null ? null : key.scope().toString(),
                millis(key.expires()),
                lowerCase(key.origin()),
                key.created().toEpochMilli());
    }

    synchronized void revoke(TenantId tenant, String name, Instant now) {
        update(
                "UPDATE api_key SET revoked_millis = ?"
                        + " WHERE tenant = ? AND name = ? AND revoked_millis IS NULL",
                now.toEpochMilli(),
                tenant.value(),
                name);
    }

    /// Makes the declared tenants and keys what is given, in one transaction.
    synchronized void declare(Collection<Config.Tenant> tenants, Instant now) {
        Map<String, Row> good = new HashMap<>();
        for (Row row : rows()) {
            if (row.key().revoked() == null) {
                good.put(row.key().tenant() + "/" + row.key().name(), row);
            }
        }
        Map<String, Tenant> known = tenants();
        inTransaction(() -> {
            update("DELETE FROM tenant WHERE origin = ?", lowerCase(Origin.FILE));
            List<Row> wanted = new ArrayList<>();
            for (Config.Tenant tenant : tenants) {
                Tenant before = known.get(tenant.id().value());
                put(
                        new Tenant(
                                tenant.id(),
                                tenant.zone(),
                                Origin.FILE,
                                before == null ? Tenant.Status.ACTIVE : before.status(),
                                before == null ? now : before.created()));
                tenant.keys().forEach(key -> wanted.add(row(tenant, key, now)));
            }
            wanted.removeIf(row -> unchanged(row, good));
            for (Row gone : good.values()) {
                if (gone.key().origin() == Origin.FILE || replaced(gone, wanted)) {
                    revoke(gone.key().tenant(), gone.key().name(), now);
                }
            }
            wanted.forEach(row -> insert(row.key(), row.hash()));
        });
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

    @Override
    public synchronized void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    /// Something that talks to the database.
    private interface Work {
        void run() throws SQLException;
    }

    private void inTransaction(Work work) {
        try {
            connection.setAutoCommit(false);
            try {
                work.run();
                connection.commit();
            } catch (SQLException | RuntimeException e) {
                connection.rollback();
                throw e;
            } finally {
                connection.setAutoCommit(true);
            }
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    private void update(String sql, @Nullable Object... values) {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                statement.setObject(i + 1, values[i]);
            }
            statement.executeUpdate();
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    private DirectoryException failed(SQLException cause) {
        return new DirectoryException(Kind.EXTERNAL, file + ": " + cause.getMessage(), cause);
    }
}
