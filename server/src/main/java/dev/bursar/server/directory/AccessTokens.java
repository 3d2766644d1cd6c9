package dev.bursar.server.directory;

import dev.bursar.ledger.TenantId;
import dev.bursar.server.directory.DirectoryException.Kind;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The tokens of people: the administrator's, and those that were made over `/api`. Answers from memory.
/// All methods may be called by any thread.
public final class AccessTokens {

    /// The most tokens that are not revoked.
    public static final int MAX_TOKENS = 10_000;

    /// Names of actors that have no token.
    private static final Set<String> RESERVED =
            Set.of(
                    Actor.ADMINISTRATOR,
                    Actor.COMMAND_LINE.name(),
                    Actor.CONFIGURATION.name(),
                    Actor.SYSTEM.name(),
                    "breaker",
                    "visitor");

    private static final String SETTING = "admin_token";

    /// Its monitor guards what is here, too: the directory ends tokens within a transaction, and two
    /// monitors would be taken in either order.
    private final Database database;

    private final ActStore acts;
    private final InstantSource clock;

    private volatile Map<SecretHash, AccessToken> tokens = Map.of();
    private volatile @Nullable SecretHash administrator;

    /// A token and its secret, which is told this once.
    public record NewToken(AccessToken token, String secret) {

        /// Without the secret.
        @Override
        public String toString() {
            return "NewToken[" + token + "]";
        }
    }

    AccessTokens(
            Database database, ActStore acts, InstantSource clock, @Nullable String configured) {
        this.database = database;
        this.acts = acts;
        this.clock = clock;
        configure(configured);
        reload();
    }

    /// Makes a token the administrator's instead of the one that was. Who signed in with that is signed in no
    /// more.
    ///
    /// @param configured null for the one that was made at a first start, if there was such a start
    public void configure(@Nullable String configured) {
        administrator = configured == null ? stored() : SecretHash.of(configured);
    }

    /// Whether there is an administrator's token, of the configuration or of a first start.
    public boolean hasAdministrator() {
        return administrator != null;
    }

    private @Nullable SecretHash stored() {
        List<SecretHash> found =
                database.rows(
                        "SELECT value FROM setting WHERE name = '" + SETTING + "'",
                        row -> SecretHash.ofBytes(row.getBytes(1)));
        return found.isEmpty() ? null : found.getFirst();
    }

    /// Makes the administrator's token where there is none yet, and returns it this once. Called when
    /// somebody is there to be told: a token that is stored and was never shown opens nothing.
    public Optional<String> firstAdminToken() {
        synchronized (database) {
            if (administrator != null) {
                return Optional.empty();
            }
            String secret = SecretHash.newSecret("bursar_admin_");
            SecretHash hash = SecretHash.of(secret);
            database.update("INSERT OR REPLACE INTO setting VALUES (?, ?)", SETTING, hash.bytes());
            administrator = hash;
            return Optional.of(secret);
        }
    }

    /// Whose token this is; empty when it is nobody's, or no longer good.
    public Optional<Actor> find(String secret) {
        return find(SecretHash.of(secret));
    }

    /// Like [#find], for somebody who is to be let in again later without the token.
    public Optional<Admission> admit(String secret) {
        SecretHash hash = SecretHash.of(secret);
        return find(hash).map(actor -> new Admission(actor, hash));
    }

    /// Whether the same token still would let in: another one of the same name does not count.
    public boolean isGood(Admission admission) {
        return find(admission.hash()).filter(admission.actor()::equals).isPresent();
    }

    private Optional<Actor> find(SecretHash hash) {
        SecretHash expected = administrator;
        if (expected != null && MessageDigest.isEqual(hash.bytes(), expected.bytes())) {
            return Optional.of(Actor.of(Actor.ADMINISTRATOR, Role.ADMIN));
        }
        AccessToken token = tokens.get(hash);
        return token == null || !token.isGood(clock.instant())
                ? Optional.empty()
                : Optional.of(Actor.of(token));
    }

    /// By name, revoked ones too.
    public List<AccessToken> all() {
        return database.rows(
                "SELECT name, role, tenant, created_millis, expires_millis, revoked_millis"
                        + " FROM access_token ORDER BY name, id",
                row -> {
                    @Nullable String tenant = row.getString("tenant");
                    return new AccessToken(
                            row.getString("name"),
                            Role.of(row.getString("role")).orElseThrow(),
                            tenant == null ? null : new TenantId(tenant),
                            Instant.ofEpochMilli(row.getLong("created_millis")),
                            Database.instant(row, "expires_millis"),
                            Database.instant(row, "revoked_millis"));
                });
    }

    /// Makes a token. Names are unique among the tokens of one tenant, and among those that are bound to
    /// none: nobody learns from a name what others have.
    ///
    /// @param tenant exists, or has existed
    /// @throws DirectoryException `EXISTS` when the name is taken there, `CALLER` naming what is malformed,
    ///     `CLOSED` for a closed tenant
    public NewToken create(
            String name,
            Role role,
            @Nullable TenantId tenant,
            @Nullable Instant expires,
            Actor by) {
        synchronized (database) {
            return createAlone(name, role, tenant, expires, by);
        }
    }

    private NewToken createAlone(
            String name,
            Role role,
            @Nullable TenantId tenant,
            @Nullable Instant expires,
            Actor by) {
        Instant now = clock.instant();
        if (!KeyRequest.NAME.matcher(name).matches() || RESERVED.contains(name)) {
            throw new DirectoryException(
                    Kind.CALLER,
                    "name: has 1 to 64 letters, digits, '.', '_' or '-', and is none of "
                            + String.join(", ", RESERVED));
        }
        if (expires != null && !expires.isAfter(now)) {
            throw new DirectoryException(Kind.CALLER, "expires: has passed: " + expires);
        }
        if (tenant != null) {
            requireNotClosed(tenant);
        }
        if (named(name, tenant).isPresent()) {
            throw new DirectoryException(Kind.EXISTS, "there is a token " + name + " already");
        }
        if (tokens.size() >= MAX_TOKENS) {
            throw new DirectoryException(
                    Kind.CALLER, "there are " + MAX_TOKENS + " tokens already");
        }
        String secret = SecretHash.newSecret("bursar_access_");
        AccessToken token = new AccessToken(name, role, tenant, now, expires, null);
        database.inTransaction(() -> {
            database.update(
                    "INSERT INTO access_token (name, hash, role, tenant, created_millis,"
                            + " expires_millis) VALUES (?, ?, ?, ?, ?, ?)",
                    name,
                    SecretHash.of(secret).bytes(),
                    role.written(),
                    tenant == null ? null : tenant.value(),
                    now.toEpochMilli(),
                    Database.millis(expires));
            acts.add(by.and(facts(token)), Action.TOKEN_CREATE, tenant, name, now);
        });
        reload();
        return new NewToken(token, secret);
    }

    /// Asks the database, under its monitor: a tenant that is just ending has revoked the tokens that there
    /// were, and would leave one that is made now.
    private void requireNotClosed(TenantId tenant) {
        List<String> closed =
                database.rows(
                        "SELECT id FROM tenant WHERE status = 'closed'", row -> row.getString(1));
        if (closed.contains(tenant.value())) {
            throw DirectoryException.closed(tenant);
        }
    }

    /// What the audit log says of a token.
    private static Map<String, String> facts(AccessToken token) {
        return token.expires() == null
                ? Map.of("token_role", token.role().written())
                : Map.of(
                        "token_role",
                        token.role().written(),
                        "expires",
                        token.expires().toString());
    }

    /// The token of this name that was not revoked.
    ///
    /// @param tenant whom it is bound to, null for none
    public Optional<AccessToken> named(String name, @Nullable TenantId tenant) {
        return named(name).stream()
                .filter(token -> Objects.equals(token.tenant(), tenant))
                .findFirst();
    }

    /// The tokens of this name that were not revoked, one of each tenant at most.
    public List<AccessToken> named(String name) {
        return tokens.values().stream().filter(token -> token.name().equals(name)).toList();
    }

    /// Ends a token for good.
    ///
    /// @throws DirectoryException `NOT_FOUND` when it has ended
    public AccessToken revoke(AccessToken token, Actor by) {
        synchronized (database) {
            return revokeAlone(token, by);
        }
    }

    private AccessToken revokeAlone(AccessToken token, Actor by) {
        // Another one of the same name may have been made since it was found.
        if (named(token.name(), token.tenant()).filter(token::equals).isEmpty()) {
            throw new DirectoryException(Kind.NOT_FOUND, "no token " + token.name());
        }
        Instant now = clock.instant();
        database.inTransaction(() -> {
            database.update(
                    "UPDATE access_token SET revoked_millis = ?"
                            + " WHERE name = ? AND coalesce(tenant, '') = ?"
                            + " AND revoked_millis IS NULL",
                    now.toEpochMilli(),
                    token.name(),
                    token.tenant() == null ? "" : token.tenant().value());
            acts.add(by, Action.TOKEN_REVOKE, token.tenant(), token.name(), now);
        });
        reload();
        return token.revokedAt(now);
    }

    /// Revokes the tokens that are bound to a tenant which ended. They are good until [#reload], which is for
    /// after the transaction that this is part of.
    ///
    /// @param by who has ended it
    void revokeOf(TenantId tenant, Actor by, Instant now) {
        all().stream()
                .filter(token -> tenant.equals(token.tenant()) && token.revoked() == null)
                .forEach(token ->
                        acts.addFollowing(by, Action.TOKEN_REVOKE, tenant, token.name(), now));
        database.update(
                "UPDATE access_token SET revoked_millis = ?"
                        + " WHERE tenant = ? AND revoked_millis IS NULL",
                now.toEpochMilli(),
                tenant.value());
    }

    /// Reads anew which tokens are good.
    void reload() {
        synchronized (database) {
            tokens = good();
        }
    }

    private Map<SecretHash, AccessToken> good() {
        Map<SecretHash, AccessToken> fresh = new HashMap<>();
        List<AccessToken> all = all();
        List<SecretHash> hashes =
                database.rows(
                        "SELECT hash FROM access_token ORDER BY name, id",
                        row -> SecretHash.ofBytes(row.getBytes(1)));
        for (int i = 0; i < all.size(); i++) {
            if (all.get(i).revoked() == null) {
                fresh.put(hashes.get(i), all.get(i));
            }
        }
        return Map.copyOf(fresh);
    }
}
