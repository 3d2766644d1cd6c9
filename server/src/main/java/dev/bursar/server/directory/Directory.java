package dev.bursar.server.directory;

import dev.bursar.gateway.Identities;
import dev.bursar.gateway.Identity;
import dev.bursar.ledger.Subject;
import dev.bursar.ledger.TenantId;
import dev.bursar.server.config.Config;
import dev.bursar.server.directory.ApiKey.Origin;
import dev.bursar.server.directory.DirectoryException.Kind;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Tenants and their API keys, and the administrator's token.
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

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,63}");

    private static final Identity.Unknown UNKNOWN = new Identity.Unknown();

    private final DirectoryStore store;
    private final InstantSource clock;

    private volatile Map<SecretHash, Identity> identities = Map.of();
    private volatile Set<String> tenants = Set.of();
    private volatile @Nullable SecretHash adminToken;

    private Directory(DirectoryStore store, InstantSource clock, @Nullable SecretHash adminToken) {
        this.store = store;
        this.clock = clock;
        this.adminToken = adminToken;
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
        DirectoryStore store = DirectoryStore.open(dataDirectory.resolve(FILE));
        try {
            SecretHash token =
                    adminToken == null
                            ? store.adminToken().orElse(null)
                            : SecretHash.of(adminToken);
            Directory directory = new Directory(store, clock, token);
            directory.tenants = store.tenants();
            directory.reload();
            return directory;
        } catch (DirectoryException e) {
            store.close();
            throw e;
        }
    }

    /// Makes the administrator's token where there is none yet, and returns it this once. Called when
    /// somebody is there to be told: a token that is stored and was never shown opens nothing.
    public synchronized Optional<String> firstAdminToken() {
        if (adminToken != null) {
            return Optional.empty();
        }
        String token = SecretHash.newSecret("bursar_admin_");
        store.saveAdminToken(SecretHash.of(token));
        adminToken = SecretHash.of(token);
        return Optional.of(token);
    }

    /// Makes tenants and declared keys what the file says: new ones appear, changed ones are replaced,
    /// and those that are gone are revoked. A key of the same name that was not declared gives way.
    public synchronized void declare(Config config) {
        store.declare(config.tenants().values(), clock.instant());
        tenants = Set.copyOf(config.tenants().keySet());
        String token = config.adminToken();
        if (token != null) {
            adminToken = SecretHash.of(token);
        }
        reload();
    }

    @Override
    public Identity identify(String secret) {
        return identities.getOrDefault(SecretHash.of(secret), UNKNOWN);
    }

    /// Whether this is the administrator's token.
    public boolean isAdmin(String token) {
        SecretHash expected = adminToken;
        return expected != null
                && MessageDigest.isEqual(SecretHash.of(token).bytes(), expected.bytes());
    }

    /// Makes a key.
    ///
    /// @throws DirectoryException `NOT_FOUND` for an unknown tenant, `EXISTS` when the name is taken,
    ///     `CALLER` for a malformed name or default
    public synchronized NewKey create(
            TenantId tenant, String name, SortedMap<String, String> defaults) {
        requireTenant(tenant);
        if (!NAME.matcher(name).matches()) {
            throw new DirectoryException(
                    Kind.CALLER, "a key's name has 1 to 64 letters, digits, '.', '_' or '-'");
        }
        try {
            Subject.of(defaults);
        } catch (IllegalArgumentException e) {
            throw new DirectoryException(Kind.CALLER, "defaults: " + e.getMessage(), e);
        }
        if (find(tenant, name).isPresent()) {
            throw new DirectoryException(
                    Kind.EXISTS, "tenant " + tenant + " has a key " + name + " already");
        }
        if (identities.size() >= MAX_KEYS) {
            throw new DirectoryException(Kind.CALLER, "there are " + MAX_KEYS + " keys already");
        }
        String secret = SecretHash.newSecret("bursar_");
        ApiKey key = new ApiKey(tenant, name, defaults, Origin.API, clock.instant(), null);
        store.insert(key, SecretHash.of(secret));
        reload();
        return new NewKey(key, secret);
    }

    /// Ends a key for good.
    ///
    /// @throws DirectoryException `NOT_FOUND` when there is none of this name that is good,
    ///     `OWNED_BY_FILE` when the file declares it
    public synchronized ApiKey revoke(TenantId tenant, String name) {
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
        store.revoke(tenant, name, now);
        reload();
        return new ApiKey(tenant, name, key.defaults(), key.origin(), key.created(), now);
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

    /// The tenants of the configuration, sorted.
    public Set<String> tenants() {
        return new TreeSet<>(tenants);
    }

    @Override
    public void close() {
        store.close();
    }

    private void requireTenant(TenantId tenant) {
        if (!tenants.contains(tenant.value())) {
            throw new DirectoryException(
                    Kind.NOT_FOUND, "no tenant " + tenant + ", there are " + tenants());
        }
    }

    private Optional<ApiKey> find(TenantId tenant, String name) {
        return keys(tenant).stream()
                .filter(key -> key.name().equals(name) && key.revoked() == null)
                .findFirst();
    }

    private void reload() {
        Map<SecretHash, Identity> fresh = new HashMap<>();
        for (DirectoryStore.Row row : store.rows()) {
            Identity identity = identity(row.key());
            if (identity instanceof Identity.Caller) {
                fresh.put(row.hash(), identity);
            } else {
                fresh.putIfAbsent(row.hash(), identity);
            }
        }
        identities = Map.copyOf(fresh);
    }

    private Identity identity(ApiKey key) {
        if (key.revoked() != null) {
            return new Identity.Suspended("the key " + key.name() + " was revoked");
        }
        if (!tenants.contains(key.tenant().value())) {
            return new Identity.Suspended(
                    "the tenant " + key.tenant() + " is not in the configuration");
        }
        return new Identity.Caller(key.tenant(), key.name(), new TreeMap<>(key.defaults()));
    }
}
