package dev.bursar.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.authority.Authority;
import dev.bursar.authority.AuthoritySettings;
import dev.bursar.authority.JournalVerifier;
import dev.bursar.ledger.Attribution;
import dev.bursar.ledger.Command;
import dev.bursar.ledger.LedgerLimits;
import dev.bursar.ledger.TenantId;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

final class ArchiveKeeperTest {

    private static final Instant THEN = Instant.parse("2026-01-01T00:00:00Z");
    private static final InstantSource NOW = InstantSource.fixed(THEN.plus(Duration.ofDays(91)));

    @TempDir Path data;

    @Test
    @Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void keeper_byItself_archivesWhatIsOldEnough() {
        try (Authority authority =
                Authority.open(data, AuthoritySettings.DEFAULT, InstantSource.fixed(THEN))) {
            for (int i = 0; i < 10; i++) {
                authority.submit(new Command.Note(new TenantId("acme"), Attribution.NONE));
            }
            Path archived = data.resolve("archive/journal-1-9.db");
            try (ArchiveKeeper _ =
                    new ArchiveKeeper(authority, Duration.ofDays(90), NOW, Duration.ofMillis(10))) {
                while (Files.notExists(archived)) {
                    LockSupport.parkNanos(1_000_000);
                }
            }
            assertThat(authority.journal().read(8, 1).getFirst().position()).isEqualTo(9);
            assertThat(authority.journal().read(9, 10)).hasSize(1);
        }
        assertThat(JournalVerifier.verify(data, LedgerLimits.DEFAULT).problems()).isEmpty();
    }
}
