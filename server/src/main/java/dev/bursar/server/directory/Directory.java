package dev.bursar.server.directory;

import dev.bursar.gateway.Identities;
import dev.bursar.gateway.Identity;
import dev.bursar.ledger.ScopePath;
import dev.bursar.ledger.TenantId;
import dev.bursar.server.config.Config;
import dev.bursar.server.config.ConfigException;
import dev.bursar.server.config.Permission;
import dev.bursar.server.directory.DirectoryException.Kind;
import dev.bursar.server.directory.Finding.Why;
import dev.bursar.server.directory.Tenant.Status;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Tenants, their API keys, and the tokens of people.
///
/// Lives in `directory.db`, a file beside the journal and not in it: the journal has one writer that
/// syncs batches of money and nothing else, while keys are changed by hand, a few times a day, also
/// when no server runs. Calls are identified from memory alone.
///
/// All methods may be called by any thread.
public final class Directory implements Identities, AutoCloseable {

    /// The file's name in the data directory.
    public static final String FILE = "directory.db";

    /// The most keys of an installation, revoked ones not counted.
    public static final int MAX_KEYS = 100_000;

    /// The most tenants of an installation, closed ones included.
    public static final int MAX_TENANTS = 100_000;

    private static final Finding.Bad UNKNOWN = new Finding.Bad(Why.KEY_NOT_FOUND, "no such key");

    private final Database database;
    private final ActStore acts;
    private final DirectoryStore store;
    private final AccessTokens tokens;
    private final InstantSource clock;

    private volatile Map<SecretHash, Known> known = Map.of();
    private volatile SortedMap<String, Tenant> tenants = new TreeMap<>();

    private Directory(Database database, @Nullable String adminToken, InstantSource source) {
        this.database = database;
        // As it is stored: what was just made and what is read again have the same times.
        clock = () -> source.instant().truncatedTo(ChronoUnit.MILLIS);
        acts = new ActStore(database);
        store = new DirectoryStore(database, acts);
        tokens = new AccessTokens(database, acts, clock, adminToken);
        reload();
    }

    /// What is in memory of a secret, made once so that a call allocates nothing.
    ///
    /// @param expires null when it does not
    private record Known(Finding finding, Identity identity, @Nullable Instant expires) {

        boolean isGood() {
            return finding instanceof Finding.Good;
        }
    }

    /// A key and its secret, which is told this once.
    public record NewKey(ApiKey key, String secret) {

        /// Without the secret.
        @Override
        public String toString() {
            return "NewKey[" + key + "]";
        }
    }

    /// Opens or creates the file in a data directory.
    ///
    /// @param adminToken the one of the configuration, or null for the one that is stored
    /// @throws DirectoryException `EXTERNAL` when the file cannot be opened
    public static Directory open(
            Path dataDirectory, @Nullable String adminToken, InstantSource clock) {
        Database database = Database.open(dataDirectory.resolve(FILE));
        try {
            return new Directory(database, adminToken, clock);
        } catch (DirectoryException e) {
            database.close();
            throw e;
        }
    }

    /// The tokens of people.
    public AccessTokens tokens() {
        return tokens;
    }

    /// Makes tenants and declared keys what the file says: new ones appear, changed ones are replaced,
    /// and those that are gone are revoked. A key of the same name that was not declared gives way.
    ///
    /// @return what changed
    public synchronized List<String> declare(Config config) {
        for (String id : config.tenants().keySet()) {
            Tenant there = tenants.get(id);
            if (there != null && there.status() == Status.CLOSED) {
                throw new ConfigException(
                        "tenants." + id + ": was closed for ever, its name is not used again");
            }
        }
        List<String> changes = store.declare(config.tenants().values(), clock.instant());
        reload();
        return changes;
    }

    /// Who sends this secret, and what for. Answers from memory.
    public Finding find(String secret) {
        Known found = known.get(SecretHash.of(secret));
        if (found == null) {
            return UNKNOWN;
        }
        Instant expires = found.expires();
        return found.isGood() && expires != null && !clock.instant().isBefore(expires)
                ? new Finding.Bad(Why.KEY_EXPIRED, "the key expired at " + expires)
                : found.finding();
    }

    @Override
    public Identity identify(String secret) {
        Known found = known.get(SecretHash.of(secret));
        if (found == null) {
            return new Identity.Unknown();
        }
        Instant expires = found.expires();
        return found.isGood() && expires != null && !clock.instant().isBefore(expires)
                ? new Identity.Suspended("the key expired at " + expires)
                : found.identity();
    }

    /// Makes a key.
    ///
    /// @throws DirectoryException `NOT_FOUND` for an unknown tenant, `EXISTS` when the name is taken,
    ///     `CALLER` for anything malformed, `CLOSED` for a closed tenant
    public synchronized NewKey create(KeyRequest wanted, Actor by) {
        TenantId tenant = wanted.tenant();
        requireOpen(tenant);
        Instant now = clock.instant();
        wanted.requireSound(now);
        if (find(tenant, wanted.name()).isPresent()) {
            throw new DirectoryException(
                    Kind.EXISTS, "tenant " + tenant + " has a key " + wanted.name() + " already");
        }
        if (keys(null).stream().filter(key -> key.revoked() == null).count() >= MAX_KEYS) {
            throw new DirectoryException(Kind.CALLER, "there are " + MAX_KEYS + " keys already");
        }
        String secret = SecretHash.newSecret("bursar_");
        ApiKey key = wanted.made(now);
        database.inTransaction(() -> {
            store.insert(key, SecretHash.of(secret));
            acts.add(by.and(wanted.facts()), Action.KEY_CREATE, tenant, key.name(), now);
        });
        reload();
        return new NewKey(key, secret);
    }

    /// Ends a key for good.
    ///
    /// @throws DirectoryException `NOT_FOUND` when there is none of this name that is good,
    ///     `OWNED_BY_FILE` when the file declares it
    public synchronized ApiKey revoke(TenantId tenant, String name, Actor by) {
        ApiKey key =
                find(tenant, name)
                        .orElseThrow(() ->
                                new DirectoryException(
                                        Kind.NOT_FOUND,
                                        "tenant " + tenant + " has no key " + name));
        if (key.origin() == Origin.FILE) {
            throw new DirectoryException(
                    Kind.OWNED_BY_FILE,
                    "the key " + name + " is declared in the configuration file: remove it there");
        }
        Instant now = clock.instant();
        database.inTransaction(() -> {
            store.revoke(tenant, name, now);
            acts.add(by, Action.KEY_REVOKE, tenant, name, now);
        });
        reload();
        return key.revokedAt(now);
    }

    /// Keys by tenant and name, revoked ones too.
    ///
    /// @param tenant null for all
    public List<ApiKey> keys(@Nullable TenantId tenant) {
        List<ApiKey> keys = new ArrayList<>();
        for (DirectoryStore.Row row : store.rows()) {
            if (tenant == null || row.key().tenant().equals(tenant)) {
                keys.add(row.key());
            }
        }
        return keys;
    }

    /// The tenants, by id; closed ones too.
    public SortedMap<String, Tenant> tenants() {
        return tenants;
    }

    /// Makes a tenant.
    ///
    /// @throws DirectoryException `EXISTS` when there is one of this id, or was; `CALLER` for a malformed
    ///     id
    public synchronized Tenant createTenant(TenantId id, ZoneId zone, Actor by) {
        if (!KeyRequest.NAME.matcher(id.value()).matches()) {
            throw new DirectoryException(
                    Kind.CALLER, "id: a tenant's has 1 to 64 letters, digits, '.', '_' or '-'");
        }
        Tenant there = tenants.get(id.value());
        if (there != null) {
            String when = there.status() == Status.CLOSED ? " was, and is closed for ever" : " is";
            throw new DirectoryException(Kind.EXISTS, "a tenant " + id + when + " there already");
        }
        if (tenants.size() >= MAX_TENANTS) {
            throw new DirectoryException(
                    Kind.CALLER, "there are " + MAX_TENANTS + " tenants already");
        }
        // One that the file has dropped while it was suspended comes back as it left.
        Tenant gone = store.gone().get(id.value());
        return put(
                new Tenant(
                        id,
                        zone,
                        Origin.API,
                        gone == null ? Status.ACTIVE : gone.status(),
                        gone == null ? clock.instant() : gone.created()),
                Action.TENANT_CREATE,
                by);
    }

    /// Changes the time zone that budgets defined from now on follow.
    ///
    /// @throws DirectoryException `NOT_FOUND`, `CLOSED`, or `OWNED_BY_FILE`
    public synchronized Tenant changeTenant(TenantId id, ZoneId zone, Actor by) {
        return put(requireOwn(id).movedTo(zone), Action.TENANT_CHANGE, by);
    }

    /// Makes the keys of a tenant good for nothing, until it is active again.
    ///
    /// @throws DirectoryException `NOT_FOUND` or `CLOSED`
    public synchronized Tenant suspend(TenantId id, Actor by) {
        return become(requireOpen(id), Status.SUSPENDED, Action.TENANT_SUSPEND, by);
    }

    /// @throws DirectoryException `NOT_FOUND` or `CLOSED`
    public synchronized Tenant activate(TenantId id, Actor by) {
        return become(requireOpen(id), Status.ACTIVE, Action.TENANT_ACTIVATE, by);
    }

    /// Ends a tenant for ever, and its keys and the tokens that are bound to it. Once more is no mistake.
    ///
    /// @throws DirectoryException `NOT_FOUND` or `OWNED_BY_FILE`
    public synchronized Tenant closeTenant(TenantId id, Actor by) {
        Tenant tenant = requireTenant(id);
        if (tenant.status() == Status.CLOSED) {
            return tenant;
        }
        requireOwn(id);
        Instant now = clock.instant();
        Tenant closed = tenant.become(Status.CLOSED);
        database.inTransaction(() -> {
            store.put(closed);
            acts.add(by, Action.TENANT_CLOSE, id, id.value(), now);
            store.revokeAll(id, by, now);
            tokens.revokeOf(id, by, now);
        });
        reload();
        tokens.reload();
        return closed;
    }

    /// Keeps an act about the whole place until the journal has it.
    public void note(Actor by, Action action, String target) {
        acts.add(by, action, null, target, clock.instant());
    }

    /// What the journal was not told yet, the oldest first.
    public List<Act> untold() {
        return acts.untold();
    }

    /// The journal has them.
    public void told(List<Act> written) {
        acts.told(written);
    }

    @Override
    public void close() {
        database.close();
    }

    private Tenant become(Tenant tenant, Status status, Action action, Actor by) {
        return tenant.status() == status ? tenant : put(tenant.become(status), action, by);
    }

    private Tenant put(Tenant tenant, Action action, Actor by) {
        database.inTransaction(() -> {
            store.put(tenant);
            acts.add(by, action, tenant.id(), tenant.id().value(), clock.instant());
        });
        reload();
        return tenant;
    }

    private Tenant requireOwn(TenantId id) {
        Tenant tenant = requireOpen(id);
        if (tenant.origin() == Origin.FILE) {
            throw new DirectoryException(
                    Kind.OWNED_BY_FILE,
                    "the tenant " + id + " is declared in the configuration file: change it there");
        }
        return tenant;
    }

    /// @throws DirectoryException `NOT_FOUND`
    public Tenant requireTenant(TenantId id) {
        Tenant tenant = tenants.get(id.value());
        if (tenant == null) {
            throw new DirectoryException(Kind.NOT_FOUND, "no tenant " + id);
        }
        return tenant;
    }

    /// @throws DirectoryException `NOT_FOUND` or `CLOSED`
    public Tenant requireOpen(TenantId id) {
        Tenant tenant = requireTenant(id);
        if (tenant.status() == Status.CLOSED) {
            throw DirectoryException.closed(id);
        }
        return tenant;
    }

    private Optional<ApiKey> find(TenantId tenant, String name) {
        return keys(tenant).stream()
                .filter(key -> key.name().equals(name) && key.revoked() == null)
                .findFirst();
    }

    private void reload() {
        tenants = Collections.unmodifiableSortedMap(store.tenants());
        Map<SecretHash, Known> fresh = new HashMap<>();
        for (DirectoryStore.Row row : store.rows()) {
            Known one = known(row.key());
            if (one.isGood()) {
                fresh.put(row.hash(), one);
            } else {
                fresh.putIfAbsent(row.hash(), one);
            }
        }
        known = Map.copyOf(fresh);
    }

    private Known known(ApiKey key) {
        Tenant tenant = tenants.get(key.tenant().value());
        if (tenant != null && tenant.status() == Status.CLOSED) {
            return bad(Why.TENANT_CLOSED, "the tenant " + key.tenant() + " is closed");
        }
        if (key.revoked() != null) {
            return bad(Why.KEY_REVOKED, "the key " + key.name() + " was revoked");
        }
        if (tenant == null) {
            return bad(
                    Why.TENANT_SUSPENDED,
                    "the tenant " + key.tenant() + " is not in the configuration");
        }
        if (tenant.status() == Status.SUSPENDED) {
            return bad(Why.TENANT_SUSPENDED, "the tenant " + key.tenant() + " is suspended");
        }
        Identity identity =
                key.may(Permission.GATEWAY_CALL)
                        ? caller(key)
                        : new Identity.Suspended(
                                "the key "
                                        + key.name()
                                        + " has not the permission "
                                        + Permission.GATEWAY_CALL.written());
        return new Known(new Finding.Good(key), identity, key.expires());
    }

    /// What the scope of a key names need not be said of each call.
    private static Identity.Caller caller(ApiKey key) {
        SortedMap<String, String> defaults = new TreeMap<>(key.defaults());
        ScopePath scope = key.scope();
        if (scope != null) {
            scope.segments().stream()
                    .skip(1)
                    .forEach(segment -> defaults.put(segment.level(), segment.value()));
        }
        return new Identity.Caller(key.tenant(), key.name(), defaults, scope);
    }

    private static Known bad(Why why, String message) {
        return new Known(new Finding.Bad(why, message), new Identity.Suspended(message), null);
    }
}
