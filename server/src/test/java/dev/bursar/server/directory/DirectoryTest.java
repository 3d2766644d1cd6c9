package dev.bursar.server.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bursar.gateway.Identity;
import dev.bursar.ledger.TenantId;
import dev.bursar.server.config.Config;
import dev.bursar.server.directory.DirectoryException.Kind;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryTest {

    private static final TenantId ACME = new TenantId("acme");

    private static final InstantSource CLOCK =
            InstantSource.fixed(Instant.parse("2026-03-01T10:00:00Z"));

    @TempDir Path data;

    private Directory directory;

    @BeforeEach
    void open() {
        directory = Directory.open(data, "admin-token", CLOCK);
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
    void declare_withoutTheTenant_suspendsItsKeys() {
        String secret = directory.create(ACME, "worker", defaults()).secret();

        directory.declare(withoutKeys("other"));

        assertThat(directory.identify(secret)).isInstanceOf(Identity.Suspended.class);
    }

    @Test
    void declare_theNameOfACreatedKey_takesItsPlace() {
        directory.declare(withoutKeys("acme"));
        String secret = directory.create(ACME, "ci", defaults()).secret();

        directory.declare(config("declared-secret", "team: core"));

        assertThat(directory.identify(secret)).isInstanceOf(Identity.Suspended.class);
        assertThat(directory.identify("declared-secret")).isInstanceOf(Identity.Caller.class);
    }

    @Test
    void create_aKey_isGoodAtOnceAndAfterAReopen() {
        Directory.NewKey made = directory.create(ACME, "worker", defaults("app", "mail"));
        Identity caller = new Identity.Caller(ACME, "worker", defaults("app", "mail"));

        assertThat(directory.identify(made.secret())).isEqualTo(caller);
        directory.close();
        directory = Directory.open(data, "admin-token", CLOCK);
        assertThat(directory.identify(made.secret())).isEqualTo(caller);
    }

    @Test
    void create_withAMistake_isRefusedAndChangesNothing() {
        var before = directory.keys(null);

        assertThat(kind(() -> directory.create(new TenantId("nobody"), "a", defaults())))
                .isEqualTo(Kind.NOT_FOUND);
        assertThat(kind(() -> directory.create(ACME, "ci", defaults()))).isEqualTo(Kind.EXISTS);
        assertThat(kind(() -> directory.create(ACME, "a b", defaults()))).isEqualTo(Kind.CALLER);
        assertThat(kind(() -> directory.create(ACME, "a", defaults("tema", "x"))))
                .isEqualTo(Kind.CALLER);
        assertThat(directory.keys(null)).isEqualTo(before);
    }

    @Test
    void revoke_aCreatedKey_suspendsItAndFreesItsName() {
        String secret = directory.create(ACME, "worker", defaults()).secret();

        directory.revoke(ACME, "worker");

        assertThat(directory.identify(secret)).isInstanceOf(Identity.Suspended.class);
        assertThat(kind(() -> directory.revoke(ACME, "worker"))).isEqualTo(Kind.NOT_FOUND);
        assertThat(directory.identify(directory.create(ACME, "worker", defaults()).secret()))
                .isInstanceOf(Identity.Caller.class);
    }

    @Test
    void revoke_aDeclaredKey_isLeftToTheFile() {
        assertThat(kind(() -> directory.revoke(ACME, "ci"))).isEqualTo(Kind.OWNED_BY_FILE);
        assertThat(directory.identify("declared-secret")).isInstanceOf(Identity.Caller.class);
    }

    @Test
    void firstAdminToken_isMadeOnceAndIsGoodAfterAReopen() {
        Path fresh = data.resolve("fresh");
        Directory first = Directory.open(fresh, null, CLOCK);

        assertThat(first.isAdmin("")).isFalse();
        String token = first.firstAdminToken().orElseThrow();
        assertThat(first.isAdmin(token)).isTrue();
        first.close();
        Directory second = Directory.open(fresh, null, CLOCK);
        assertThat(second.firstAdminToken()).isEmpty();
        assertThat(second.isAdmin(token)).isTrue();
        assertThat(second.isAdmin(token + "x")).isFalse();
        second.close();
    }

    @Test
    void firstAdminToken_whereTheConfigurationHasOne_isNotMade() {
        assertThat(directory.firstAdminToken()).isEmpty();
        assertThat(directory.isAdmin("admin-token")).isTrue();
    }

    @Test
    void files_ofADirectory_holdNoSecretAndAreForTheirOwner() throws Exception {
        String secret = directory.create(ACME, "worker", defaults()).secret();
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

        assertThatThrownBy(() -> Directory.open(broken, null, CLOCK))
                .isInstanceOf(DirectoryException.class)
                .hasMessageContaining("directory.db");
    }

    private static Kind kind(Runnable work) {
        try {
            work.run();
        } catch (DirectoryException e) {
            return e.kind();
        }
        throw new AssertionError("it was carried out");
    }
}
