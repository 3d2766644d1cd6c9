package dev.bursar.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bursar.authority.Authority;
import dev.bursar.authority.AuthorityException;
import dev.bursar.authority.AuthoritySettings;
import dev.bursar.gateway.Identity;
import dev.bursar.ledger.Amounts;
import dev.bursar.ledger.Attribution;
import dev.bursar.ledger.Command;
import dev.bursar.ledger.CommandKey;
import dev.bursar.ledger.HoldId;
import dev.bursar.ledger.Outcome;
import dev.bursar.ledger.Reason;
import dev.bursar.ledger.Subject;
import dev.bursar.ledger.TenantId;
import dev.bursar.ledger.Unit;
import dev.bursar.server.config.Config;
import dev.bursar.server.config.Permission;
import dev.bursar.server.directory.Actor;
import dev.bursar.server.directory.Directory;
import dev.bursar.server.directory.KeyRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A tenant that is closed in the directory, while the ledger takes no commands.
class TenantsTest {

    private static final TenantId NEW = new TenantId("new");

    @TempDir Path data;

    private Directory directory;
    private Authority authority;
    private String secret;

    @BeforeEach
    void open() {
        directory = Directory.open(data, "admin-token", Instant::now);
        directory.declare(Config.parse("test", "tenants: {}", Map.of()));
        directory.createTenant(NEW, ZoneId.of("UTC"), Actor.SYSTEM);
        secret =
                directory
                        .create(
                                new KeyRequest(
                                        NEW,
                                        "app",
                                        new TreeMap<>(),
                                        Set.of(Permission.values()),
                                        null,
                                        null),
                                Actor.SYSTEM)
                        .secret();
        authority = ledger();
        reserve("h1");
        reserve("h2");
    }

    @AfterEach
    void close() {
        authority.close();
        directory.close();
    }

    private Authority ledger() {
        return Authority.open(data.resolve("ledger"), AuthoritySettings.DEFAULT, Instant::now);
    }

    private Outcome reserve(String hold) {
        return authority.submit(
                new Command.Reserve(
                        new CommandKey(hold, 1),
                        new HoldId(hold),
                        NEW,
                        Subject.of(Map.of()),
                        Amounts.of(Unit.TOKENS, 5),
                        Amounts.NONE,
                        Duration.ofHours(1),
                        Command.OnExpiry.RELEASE,
                        Command.Overage.REJECT,
                        Attribution.NONE));
    }

    @Test
    void close_whileTheLedgerIsOut_stopsTheKeysAndIsHealedByRepeating() {
        authority.close();
        assertThatThrownBy(() -> new Tenants(directory, authority).close(NEW, Actor.SYSTEM))
                .isInstanceOf(AuthorityException.class);

        assertThat(directory.identify(secret)).isNotInstanceOf(Identity.Caller.class);

        authority = ledger();
        assertThat(authority.leftToClose(Set.of(NEW))).containsExactly(NEW);
        assertThat(authority.hold(new HoldId("h2"))).isPresent();
        Tenants tenants = new Tenants(directory, authority);
        assertThat(tenants.close(NEW, Actor.SYSTEM)).isEqualTo(2);
        assertThat(authority.leftToClose(Set.of(NEW))).isEmpty();
        assertThat(authority.hold(new HoldId("h2"))).isEmpty();
        assertThat(reserve("h3"))
                .isInstanceOfSatisfying(
                        Outcome.Refused.class,
                        refused -> assertThat(refused.reason()).isEqualTo(Reason.TENANT_CLOSED));
        assertThat(tenants.close(NEW, Actor.SYSTEM)).isZero();
    }

    @Test
    void close_whileTheLedgerIsOut_isHealedByTheNextStart() {
        authority.close();
        assertThatThrownBy(() -> new Tenants(directory, authority).close(NEW, Actor.SYSTEM))
                .isInstanceOf(AuthorityException.class);
        authority = ledger();

        new Tenants(directory, authority).finish();

        assertThat(authority.leftToClose(Set.of(NEW))).isEmpty();
        assertThat(authority.hold(new HoldId("h2"))).isEmpty();
    }

    @Test
    void close_thatWasCutShortInTheLedger_isFinishedByTheNextStart() {
        directory.closeTenant(NEW, Actor.SYSTEM);
        assertThat(authority.submit(new Command.CloseTenant(NEW, 1, Attribution.NONE)))
                .isEqualTo(new Outcome.TenantClosed(NEW, 1, true));

        new Tenants(directory, authority).finish();

        assertThat(authority.hold(new HoldId("h1"))).isEmpty();
        assertThat(authority.hold(new HoldId("h2"))).isEmpty();
    }
}
