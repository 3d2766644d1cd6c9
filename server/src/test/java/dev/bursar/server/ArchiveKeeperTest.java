package dev.bursar.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.authority.Authority;
import dev.bursar.authority.AuthoritySettings;
import dev.bursar.authority.JournalReader;
import dev.bursar.authority.JournalVerifier;
import dev.bursar.ledger.Attribution;
import dev.bursar.ledger.Command;
import dev.bursar.ledger.Entry;
import dev.bursar.ledger.LedgerLimits;
import dev.bursar.ledger.TenantId;
import dev.bursar.server.directory.Directory;
import dev.bursar.server.http.Notary;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

final class ArchiveKeeperTest {

    private static final Instant THEN = Instant.parse("2026-01-01T00:00:00Z");
    private static final InstantSource NOW = InstantSource.fixed(THEN.plus(Duration.ofDays(91)));

    private final AtomicReference<Instant> clock = new AtomicReference<>(THEN);

    @TempDir Path data;

    @Test
    @Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void keeper_byItself_archivesWhatIsOldEnough_andTheJournalTellsIt() {
        try (Authority authority = Authority.open(data, AuthoritySettings.DEFAULT, clock::get);
                Directory directory = Directory.open(data, null, NOW)) {
            for (int i = 0; i < 10; i++) {
                // The last is new, like what the keeper writes, however often it looks.
                clock.set(i < 9 ? THEN : NOW.instant());
                authority.submit(new Command.Note(new TenantId("acme"), Attribution.NONE));
            }
            try (ArchiveKeeper _ =
                    new ArchiveKeeper(
                            authority,
                            new Notary(directory, authority),
                            Duration.ofDays(90),
                            NOW,
                            Duration.ofMillis(10))) {
                while (authority.journal().lastPosition() < 11) {
                    LockSupport.parkNanos(1_000_000);
                }
            }
            assertThat(data.resolve("archive/journal-1-9.db")).isNotEmptyFile();
            assertThat(authority.journal().read(8, 1).getFirst().position()).isEqualTo(9);
            List<JournalReader.Positioned> after = authority.journal().read(9, 10);
            assertThat(after).hasSize(2);
            assertThat(after.getLast().entry())
                    .isInstanceOfSatisfying(
                            Entry.Noted.class,
                            act ->
                                    assertThat(act.by().labels())
                                            .containsEntry("actor", "system")
                                            .containsEntry("action", "archive")
                                            .containsEntry("target", "journal")
                                            .containsEntry("first", "1")
                                            .containsEntry("last", "9"));
            assertThat(directory.untold()).isEmpty();
        }
        assertThat(JournalVerifier.verify(data, LedgerLimits.DEFAULT).problems()).isEmpty();
    }
}
