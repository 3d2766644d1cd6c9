package dev.bursar.server.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bursar.ledger.TenantId;
import dev.bursar.server.directory.DirectoryException.Kind;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Access tokens, their tenants, and the one of the first start.
class AccessTokensTest {

    private static final TenantId ACME = new TenantId("acme");

    private static final InstantSource CLOCK =
            InstantSource.fixed(Instant.parse("2026-03-01T10:00:00Z"));

    @TempDir private Path data;

    private Directory directory;

    @BeforeEach
    void open() {
        directory = Directory.open(data, "admin-token", CLOCK);
        directory.createTenant(ACME, ZoneId.of("UTC"), Actor.COMMAND_LINE);
    }

    @AfterEach
    void close() {
        directory.close();
    }

    /// Whoever makes one may have asked for the tenant before it ended.
    @Test
    void token_ofATenantThatHasEnded_isNotMade() {
        TenantId brief = new TenantId("brief");
        directory.createTenant(brief, ZoneId.of("UTC"), Actor.COMMAND_LINE);
        directory.closeTenant(brief, Actor.COMMAND_LINE);

        AccessTokens tokens = directory.tokens();
        assertThat(
                        DirectoryTest.kind(() ->
                                tokens.create(
                                        "late", Role.VIEWER, brief, null, Actor.COMMAND_LINE)))
                .isEqualTo(Kind.CLOSED);
        assertThat(tokens.named("late")).isEmpty();
    }

    /// Both take what the other has: one waits, and none for ever.
    @Test
    @Timeout(60)
    void tenantsThatEnd_besideTokensThatAreMadeAndRevoked_endBoth() throws Exception {
        int rounds = 40;
        for (int i = 0; i < rounds; i++) {
            directory.createTenant(new TenantId("t" + i), ZoneId.of("UTC"), Actor.COMMAND_LINE);
        }
        try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
            Future<?> closing =
                    threads.submit(() -> {
                        for (int i = 0; i < rounds; i++) {
                            directory.closeTenant(new TenantId("t" + i), Actor.COMMAND_LINE);
                        }
                    });
            Future<?> making =
                    threads.submit(() -> {
                        for (int i = 0; i < rounds; i++) {
                            AccessTokens.NewToken made =
                                    directory
                                            .tokens()
                                            .create(
                                                    "n" + i,
                                                    Role.VIEWER,
                                                    ACME,
                                                    null,
                                                    Actor.COMMAND_LINE);
                            directory.tokens().revoke(made.token(), Actor.COMMAND_LINE);
                        }
                    });
            closing.get();
            making.get();
        }
        assertThat(directory.tokens().named("n0")).isEmpty();
    }

    /// A tenant's administrator learns nothing of the tokens of others.
    @Test
    void tokens_ofOtherTenants_mayHaveTheSameName() {
        AccessTokens tokens = directory.tokens();
        TenantId other = new TenantId("other");
        tokens.create("ann", Role.ADMIN, null, null, Actor.COMMAND_LINE);
        tokens.create("ann", Role.ADMIN, ACME, null, Actor.COMMAND_LINE);
        String secret = tokens.create("ann", Role.VIEWER, other, null, Actor.COMMAND_LINE).secret();

        assertThatThrownBy(() -> tokens.create("ann", Role.VIEWER, ACME, null, Actor.COMMAND_LINE))
                .isInstanceOfSatisfying(
                        DirectoryException.class, e -> assertThat(e.kind()).isEqualTo(Kind.EXISTS));
        assertThat(tokens.named("ann")).hasSize(3);
        tokens.revoke(tokens.named("ann", ACME).orElseThrow(), Actor.COMMAND_LINE);
        assertThat(tokens.named("ann")).hasSize(2);
        assertThat(tokens.find(secret).orElseThrow().known()).isEqualTo("other/ann");
    }

    @Test
    void firstAdminToken_isMadeOnceAndIsGoodAfterAReopen() {
        Path fresh = data.resolve("fresh");
        Directory first = Directory.open(fresh, null, CLOCK);

        assertThat(first.tokens().find("")).isEmpty();
        String token = first.tokens().firstAdminToken().orElseThrow();
        assertThat(first.tokens().find(token)).isPresent();
        first.close();
        Directory second = Directory.open(fresh, null, CLOCK);
        assertThat(second.tokens().firstAdminToken()).isEmpty();
        assertThat(second.tokens().find(token)).isPresent();
        assertThat(second.tokens().find(token + "x")).isEmpty();
        second.close();
    }

    @Test
    void adminTokenThatIsTakenOut_leavesTheOneOfTheFirstStart() {
        Path fresh = data.resolve("fresh");
        try (Directory opened = Directory.open(fresh, null, CLOCK)) {
            AccessTokens tokens = opened.tokens();
            String first = tokens.firstAdminToken().orElseThrow();
            tokens.configure("of-the-file");
            assertThat(tokens.find(first)).isEmpty();
            Admission session = tokens.admit("of-the-file").orElseThrow();

            tokens.configure(null);

            assertThat(tokens.find("of-the-file")).isEmpty();
            assertThat(tokens.isGood(session)).isFalse();
            assertThat(tokens.find(first)).isPresent();
        }
    }

    @Test
    void firstAdminToken_whereTheConfigurationHasOne_isNotMade() {
        assertThat(directory.tokens().firstAdminToken()).isEmpty();
        assertThat(directory.tokens().find("admin-token")).isPresent();
    }
}
