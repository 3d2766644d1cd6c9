package dev.bursar.server.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bursar.gateway.Identity;
import dev.bursar.ledger.ScopePath;
import dev.bursar.ledger.TenantId;
import dev.bursar.server.config.Config;
import dev.bursar.server.config.Permission;
import dev.bursar.server.directory.DirectoryException.Kind;
import dev.bursar.server.directory.Finding.Why;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.Statement;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryTest {

    private static final TenantId ACME = new TenantId("acme");

    private static final Instant NOW = Instant.parse("2026-03-01T10:00:00Z");

    private Instant now = NOW;

    @TempDir Path data;

    private Directory directory;

    @BeforeEach
    void open() {
        directory = Directory.open(data, "admin-token", () -> now);
        directory.declare(config("declared-secret", "team: core"));
    }

    @AfterEach
    void close() {
        directory.close();
    }

    private static Config config(String secret, String defaults) {
        return Config.parse(
                "test",
                "tenants: { acme: { keys: [{ name: ci, secret: %s, defaults: { %s } }] } }"
                        .formatted(secret, defaults),
                Map.of());
    }

    private static Config withoutKeys(String tenant) {
        return Config.parse("test", "tenants: { " + tenant + ": {} }", Map.of());
    }

    private static SortedMap<String, String> defaults(String... pairs) {
        SortedMap<String, String> defaults = new TreeMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            defaults.put(pairs[i], pairs[i + 1]);
        }
        return defaults;
    }

    @Test
    void identify_aDeclaredKey_isItsCaller() {
        assertThat(directory.identify("declared-secret"))
                .isEqualTo(new Identity.Caller(ACME, "ci", defaults("team", "core")));
        assertThat(directory.identify("declared-secre")).isEqualTo(new Identity.Unknown());
        assertThat(directory.identify("")).isEqualTo(new Identity.Unknown());
    }

    @Test
    void declare_aChangedSecret_replacesTheKey() {
        directory.declare(config("other-secret", "team: core"));

        assertThat(directory.identify("declared-secret")).isInstanceOf(Identity.Suspended.class);
        assertThat(directory.identify("other-secret")).isInstanceOf(Identity.Caller.class);
    }

    @Test
    void declare_changedDefaults_areInForce() {
        directory.declare(config("declared-secret", "team: sales"));

        assertThat(directory.identify("declared-secret"))
                .isEqualTo(new Identity.Caller(ACME, "ci", defaults("team", "sales")));
    }

    @Test
    void declare_theSameAgain_changesNothing() {
        var before = directory.keys(null);

        directory.declare(config("declared-secret", "team: core"));

        assertThat(directory.keys(null)).isEqualTo(before);
    }

    @Test
    void declare_aKeyThatIsGone_revokesIt() {
        directory.declare(withoutKeys("acme"));

        assertThat(directory.identify("declared-secret")).isInstanceOf(Identity.Suspended.class);
    }

    @Test
    void declare_aSecretThatComesBack_isGoodAgain() {
        directory.declare(withoutKeys("acme"));
        directory.declare(config("declared-secret", "team: core"));

        assertThat(directory.identify("declared-secret")).isInstanceOf(Identity.Caller.class);
    }

    @Test
    void tenantThatTheFileDroppedWhileSuspended_isSuspendedWhenItIsMadeAnew() {
        Instant made = Objects.requireNonNull(directory.tenants().get("acme")).created();
        directory.suspend(ACME, Actor.COMMAND_LINE);
        directory.declare(Config.parse("test", "tenants: { other: {} }", Map.of()));
        now = NOW.plusSeconds(60);

        Tenant anew = directory.createTenant(ACME, ZoneId.of("UTC"), Actor.COMMAND_LINE);

        assertThat(anew.status()).isEqualTo(Tenant.Status.SUSPENDED);
        assertThat(anew.created()).isEqualTo(made);
        assertThat(anew.origin()).isEqualTo(Origin.API);
        assertThat(directory.tenants()).containsEntry("acme", anew);
    }

    @Test
    void declare_withoutTheTenant_suspendsItsKeys() {
        String secret =
                directory
                        .create(KeyRequest.runtime(ACME, "worker", defaults()), Actor.COMMAND_LINE)
                        .secret();

        directory.declare(withoutKeys("other"));

        assertThat(directory.identify(secret)).isInstanceOf(Identity.Suspended.class);
    }

    @Test
    void declare_aSuspendedTenantThatComesBack_isStillSuspended() {
        directory.suspend(ACME, Actor.COMMAND_LINE);

        directory.declare(withoutKeys("other"));
        assertThat(directory.tenants()).containsOnlyKeys("other");
        directory.declare(withoutKeys("third"));
        directory.declare(config("declared-secret", "team: core"));

        assertThat(directory.requireTenant(ACME).status()).isEqualTo(Tenant.Status.SUSPENDED);
        assertThat(directory.identify("declared-secret")).isInstanceOf(Identity.Suspended.class);
        directory.activate(ACME, Actor.COMMAND_LINE);
        directory.declare(withoutKeys("other"));
        directory.declare(config("declared-secret", "team: core"));
        assertThat(directory.identify("declared-secret")).isInstanceOf(Identity.Caller.class);
    }

    @Test
    void create_moreKeysThanThereMayBe_isRefused_untilOneIsRevoked() throws Exception {
        directory.close();
        try (Connection file =
                        DriverManager.getConnection("jdbc:sqlite:" + data.resolve(Directory.FILE));
                Statement sql = file.createStatement()) {
            sql.executeUpdate(
                    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < "
                            + (Directory.MAX_KEYS + 10)
                            + ") INSERT INTO api_key (tenant, name, hash, defaults, origin,"
                            + " created_millis, revoked_millis) SELECT 'acme', 'k' || i,"
                            + " randomblob(32), '{}', 'api', 0, iif(i > "
                            // Revoked ones do not count. One is of the file.
                            + (Directory.MAX_KEYS - 2)
                            + ", 1, NULL) FROM n");
        }
        directory = Directory.open(data, "admin-token", () -> now);
        directory.create(KeyRequest.runtime(ACME, "last", defaults()), Actor.COMMAND_LINE);

        KeyRequest more = KeyRequest.runtime(ACME, "more", defaults());
        assertThatThrownBy(() -> directory.create(more, Actor.COMMAND_LINE))
                .isInstanceOfSatisfying(
                        DirectoryException.class, e -> assertThat(e.kind()).isEqualTo(Kind.CALLER))
                .hasMessageContaining("100000 keys");
        directory.revoke(ACME, "k7", Actor.COMMAND_LINE);
        assertThat(directory.create(more, Actor.COMMAND_LINE).key().name()).isEqualTo("more");
    }

    @Test
    void declare_tenants_keepsAnActOfEachThatChanges() {
        List<Act> before = directory.untold();
        directory.declare(config("declared-secret", "team: core"));
        assertThat(directory.untold()).isEqualTo(before);

        directory.declare(
                Config.parse(
                        "test", "tenants: { acme: { timezone: Asia/Tokyo }, b: {} }", Map.of()));
        directory.declare(withoutKeys("b"));

        assertThat(
                        directory.untold().stream()
                                .skip(before.size())
                                .map(act -> act.by().labels())
                                .map(labels -> labels.get("action") + " " + labels.get("target")))
                .containsExactly(
                        "tenant.change acme",
                        "tenant.create b",
                        "key.revoke ci",
                        "tenant.remove acme");
    }

    @Test
    void declare_theNameOfACreatedKey_takesItsPlace() {
        directory.declare(withoutKeys("acme"));
        String secret =
                directory
                        .create(KeyRequest.runtime(ACME, "ci", defaults()), Actor.COMMAND_LINE)
                        .secret();

        directory.declare(config("declared-secret", "team: core"));

        assertThat(directory.identify(secret)).isInstanceOf(Identity.Suspended.class);
        assertThat(directory.identify("declared-secret")).isInstanceOf(Identity.Caller.class);
    }

    @Test
    void create_aKey_isGoodAtOnceAndAfterAReopen() {
        Directory.NewKey made =
                directory.create(
                        KeyRequest.runtime(ACME, "worker", defaults("app", "mail")),
                        Actor.COMMAND_LINE);
        Identity caller = new Identity.Caller(ACME, "worker", defaults("app", "mail"));

        assertThat(directory.identify(made.secret())).isEqualTo(caller);
        directory.close();
        directory = Directory.open(data, "admin-token", () -> now);
        assertThat(directory.identify(made.secret())).isEqualTo(caller);
    }

    @Test
    void create_withAMistake_isRefusedAndChangesNothing() {
        var before = directory.keys(null);

        assertThat(
                        kind(() ->
                                directory.create(
                                        KeyRequest.runtime(new TenantId("nobody"), "a", defaults()),
                                        Actor.COMMAND_LINE)))
                .isEqualTo(Kind.NOT_FOUND);
        assertThat(
                        kind(() ->
                                directory.create(
                                        KeyRequest.runtime(ACME, "ci", defaults()),
                                        Actor.COMMAND_LINE)))
                .isEqualTo(Kind.EXISTS);
        assertThat(
                        kind(() ->
                                directory.create(
                                        KeyRequest.runtime(ACME, "a b", defaults()),
                                        Actor.COMMAND_LINE)))
                .isEqualTo(Kind.CALLER);
        assertThat(
                        kind(() ->
                                directory.create(
                                        KeyRequest.runtime(ACME, "a", defaults("tema", "x")),
                                        Actor.COMMAND_LINE)))
                .isEqualTo(Kind.CALLER);
        assertThat(directory.keys(null)).isEqualTo(before);
    }

    @Test
    void revoke_aCreatedKey_suspendsItAndFreesItsName() {
        String secret =
                directory
                        .create(KeyRequest.runtime(ACME, "worker", defaults()), Actor.COMMAND_LINE)
                        .secret();

        directory.revoke(ACME, "worker", Actor.COMMAND_LINE);

        assertThat(directory.identify(secret)).isInstanceOf(Identity.Suspended.class);
        assertThat(kind(() -> directory.revoke(ACME, "worker", Actor.COMMAND_LINE)))
                .isEqualTo(Kind.NOT_FOUND);
        assertThat(
                        directory.identify(
                                directory
                                        .create(
                                                KeyRequest.runtime(ACME, "worker", defaults()),
                                                Actor.COMMAND_LINE)
                                        .secret()))
                .isInstanceOf(Identity.Caller.class);
    }

    @Test
    void revoke_aDeclaredKey_isLeftToTheFile() {
        assertThat(kind(() -> directory.revoke(ACME, "ci", Actor.COMMAND_LINE)))
                .isEqualTo(Kind.OWNED_BY_FILE);
        assertThat(directory.identify("declared-secret")).isInstanceOf(Identity.Caller.class);
    }

    @Test
    void find_aKey_tellsWhatItMayDo() {
        ScopePath scope = ScopePath.parse("tenant:acme/agent:bot");
        Instant expires = NOW.plusSeconds(60);
        Set<Permission> permissions = Set.of(Permission.BALANCES_READ);
        Directory.NewKey made =
                directory.create(
                        new KeyRequest(ACME, "narrow", defaults(), permissions, scope, expires),
                        Actor.COMMAND_LINE);

        assertThat(directory.find(made.secret())).isEqualTo(new Finding.Good(made.key()));
        assertThat(made.key().permissions()).isEqualTo(permissions);
        assertThat(made.key().scope()).isEqualTo(scope);
        assertThat(directory.identify(made.secret()))
                .isEqualTo(
                        new Identity.Suspended(
                                "the key narrow has not the permission gateway:call"));
        directory.close();
        directory = Directory.open(data, "admin-token", () -> now);
        assertThat(directory.find(made.secret())).isEqualTo(new Finding.Good(made.key()));
    }

    @Test
    void find_aDeclaredKey_hasWhatTheFileSays() {
        directory.declare(
                Config.parse(
                        "test",
                        """
                        tenants:
                          acme:
                            keys:
                              - name: ci
                                secret: declared-secret
                                permissions: [balances:read, gateway:call]
                                scope: tenant:acme/workflow:nightly
                                expires: 2026-03-02
                        """,
                        Map.of()));

        assertThat(directory.find("declared-secret"))
                .isInstanceOfSatisfying(
                        Finding.Good.class,
                        good -> {
                            assertThat(good.key().permissions())
                                    .containsExactlyInAnyOrder(
                                            Permission.BALANCES_READ, Permission.GATEWAY_CALL);
                            assertThat(good.key().scope())
                                    .hasToString("tenant:acme/workflow:nightly");
                            assertThat(good.key().expires())
                                    .isEqualTo(Instant.parse("2026-03-02T00:00:00Z"));
                        });
    }

    @Test
    void find_aKeyPastItsTime_isExpiredFromThatMomentOn() {
        Instant expires = NOW.plusSeconds(60);
        String secret =
                directory
                        .create(
                                new KeyRequest(
                                        ACME,
                                        "brief",
                                        defaults(),
                                        Permission.RUNTIME,
                                        null,
                                        expires),
                                Actor.COMMAND_LINE)
                        .secret();

        now = expires.minusMillis(1);
        assertThat(directory.find(secret)).isInstanceOf(Finding.Good.class);
        assertThat(directory.identify(secret)).isInstanceOf(Identity.Caller.class);
        now = expires;
        assertThat(why(secret)).isEqualTo(Why.KEY_EXPIRED);
        assertThat(directory.identify(secret)).isInstanceOf(Identity.Suspended.class);
    }

    @Test
    void find_aSecretThatOpensNothing_saysWhy() {
        String secret =
                directory
                        .create(KeyRequest.runtime(ACME, "worker", defaults()), Actor.COMMAND_LINE)
                        .secret();
        assertThat(why("nobody's")).isEqualTo(Why.KEY_NOT_FOUND);
        directory.declare(withoutKeys("other"));
        assertThat(why(secret)).isEqualTo(Why.TENANT_SUSPENDED);
        assertThat(why("declared-secret")).isEqualTo(Why.KEY_REVOKED);
    }

    @Test
    void create_aKeyThatCanNeverBeGood_namesTheField() {
        ScopePath foreign = ScopePath.parse("tenant:other/agent:bot");

        assertThatThrownBy(() ->
                        directory.create(
                                new KeyRequest(
                                        ACME, "a", defaults(), Permission.RUNTIME, foreign, null),
                                Actor.COMMAND_LINE))
                .hasMessageStartingWith("scope: ");
        assertThatThrownBy(() ->
                        directory.create(
                                new KeyRequest(
                                        ACME, "a", defaults(), Permission.RUNTIME, null, NOW),
                                Actor.COMMAND_LINE))
                .hasMessageStartingWith("expires: ");
        assertThatThrownBy(() ->
                        directory.create(
                                new KeyRequest(ACME, "a", defaults(), Set.of(), null, null),
                                Actor.COMMAND_LINE))
                .hasMessageStartingWith("permissions: ");
    }

    @Test
    void open_aFileOfTheFirstVersion_keepsItsKeysForAllThatAgentsNeed() throws Exception {
        Path old = Files.createDirectory(data.resolve("old"));
        SecretHash hash = SecretHash.of("old-secret");
        try (Connection connection =
                        DriverManager.getConnection("jdbc:sqlite:" + old.resolve(Directory.FILE));
                Statement statement = connection.createStatement()) {
            for (String sql : DirectorySchema.upTo(1)) {
                statement.execute(sql);
            }
            statement.execute("INSERT INTO tenant VALUES ('acme', 1)");
            try (PreparedStatement insert =
                    connection.prepareStatement(
                            "INSERT INTO api_key (tenant, name, hash, defaults, origin,"
                                    + " created_millis) VALUES ('acme', 'ci', ?, '{}', 'api', 1)")) {
                insert.setBytes(1, hash.bytes());
                insert.executeUpdate();
            }
        }

        try (Directory opened = Directory.open(old, null, () -> now)) {
            assertThat(opened.find("old-secret"))
                    .isInstanceOfSatisfying(
                            Finding.Good.class,
                            good ->
                                    assertThat(good.key().permissions())
                                            .isEqualTo(Permission.RUNTIME));
            assertThat(opened.tenants().values())
                    .extracting(Tenant::origin)
                    .containsExactly(Origin.FILE);
        }
    }

    private Why why(String secret) {
        return ((Finding.Bad) directory.find(secret)).why();
    }

    @Test
    void files_ofADirectory_holdNoSecretAndAreForTheirOwner() throws Exception {
        String secret =
                directory
                        .create(KeyRequest.runtime(ACME, "worker", defaults()), Actor.COMMAND_LINE)
                        .secret();
        directory.close();

        String bytes = Files.readString(data.resolve(Directory.FILE), StandardCharsets.ISO_8859_1);
        assertThat(bytes).doesNotContain(secret, "declared-secret", "admin-token");
        assertThat(
                        PosixFilePermissions.toString(
                                Files.getPosixFilePermissions(data.resolve(Directory.FILE))))
                .isEqualTo("rw-------");
    }

    @Test
    void open_aFileThatIsNoDatabase_saysWhich() throws Exception {
        Path broken = Files.createDirectory(data.resolve("broken"));
        Files.writeString(broken.resolve(Directory.FILE), "this is no database, it is a letter");

        assertThatThrownBy(() -> Directory.open(broken, null, () -> now))
                .isInstanceOf(DirectoryException.class)
                .hasMessageContaining("directory.db");
    }

    static Kind kind(Runnable work) {
        try {
            work.run();
        } catch (DirectoryException e) {
            return e.kind();
        }
        throw new AssertionError("it was carried out");
    }
}
