package dev.bursar.authority;

import static dev.bursar.authority.Fixtures.USD;
import static dev.bursar.authority.Fixtures.commit;
import static dev.bursar.authority.Fixtures.define;
import static dev.bursar.authority.Fixtures.reserve;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bursar.authority.AuthorityException.Kind;
import dev.bursar.ledger.Balance;
import dev.bursar.ledger.BudgetId;
import dev.bursar.ledger.Entry;
import dev.bursar.ledger.HoldId;
import dev.bursar.ledger.LedgerLimits;
import dev.bursar.ledger.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The disk is full, with the real SQLite above it: while a record is appended, while a checkpoint, a
/// backup or an archive is made. Those who decide stop, and say so; those who can wait leave the others
/// alone. With room again, everything that was answered is there once.
///
/// A sync that fails is in [FaultTest].
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class FullDiskTest {

    private static final BudgetId COMPANY = new BudgetId("acme/company");
    private static final int CALLERS = 8;
    private static final long MEBIBYTE = 1 << 20;

    @TempDir Path folder;

    /// What was committed and answered: the amount by the id of the call.
    private final Map<String, Long> committed = new ConcurrentHashMap<>();

    private final AtomicReference<@Nullable Throwable> alarm = new AtomicReference<>();

    @Test
    void append_sqliteFindsNoPageMore_stopsAndLosesNothingAnswered() {
        Path data = folder.resolve("data");
        DataDirectory directory = DataDirectory.lock(data);
        Journal journal =
                SqliteJournal.open(directory.path(), List.of("PRAGMA max_page_count = 200"));
        Authority authority =
                Authority.open(directory, journal, settings(), InstantSource.system());
        callUntilItStops(authority);
        assertStoppedForWantOfRoom(authority);
        assertNothingAnsweredIsLost(data);
    }

    @Test
    void append_diskFull_stopsAndLosesNothingAnswered() throws Exception {
        try (SmallDisk disk = SmallDisk.mount(folder.resolve("disk"), 16)) {
            Path data = disk.path().resolve("data");
            Authority authority = open(data);
            disk.fillUpTo(2 * MEBIBYTE);
            callUntilItStops(authority);
            assertStoppedForWantOfRoom(authority);
            disk.makeRoom();
            assertNothingAnsweredIsLost(data);
        }
    }

    @Test
    void checkpoint_diskFull_leavesNothingAndLosesNothing() throws Exception {
        try (SmallDisk disk = SmallDisk.mount(folder.resolve("disk"), 16)) {
            Path data = disk.path().resolve("data");
            Authority authority = open(data);
            call(authority, 0, 3_000);
            disk.fillUpTo(64 * 1_024);
            assertThatThrownBy(authority::close)
                    .isInstanceOf(AuthorityException.class)
                    .returns(Kind.EXTERNAL, e -> ((AuthorityException) e).kind())
                    .hasMessageContaining("cannot write " + data.resolve("checkpoint-"));
            assertThat(names(data)).noneMatch(name -> name.startsWith("checkpoint-"));
            disk.makeRoom();
            assertNothingAnsweredIsLost(data);
        }
    }

    @Test
    void backupAndArchive_diskNearlyFull_areRefusedAndCallsGoOn() throws Exception {
        try (SmallDisk disk = SmallDisk.mount(folder.resolve("disk"), 32)) {
            Path data = disk.path().resolve("data");
            try (Authority authority = open(data)) {
                call(authority, 0, 1_000);
                List<String> before = names(data);
                assertThatThrownBy(() -> authority.backup(List.of(), Instant.EPOCH))
                        .isInstanceOf(AuthorityException.class)
                        .hasMessageContaining("a backup needs");
                assertThatThrownBy(() -> authority.archive(Instant.MAX))
                        .isInstanceOf(AuthorityException.class)
                        .hasMessageContaining("archiving needs");
                assertThat(names(data)).isSubsetOf(add(before, Archive.FOLDER));
                call(authority, 1_000, 1_100);
                assertThat(authority.healthy()).isTrue();
            }
            assertNothingAnsweredIsLost(data);
        }
    }

    @Test
    void backup_fullWhereItGoes_leavesNoHalfOfIt() throws Exception {
        Path data = folder.resolve("data");
        try (SmallDisk disk = SmallDisk.mount(folder.resolve("disk"), 1);
                Authority authority = open(data)) {
            call(authority, 0, 500);
            disk.fillUpTo(8_192);
            Path file = disk.path().resolve("backup.zip");
            assertThatThrownBy(() -> Backup.write(data, List.of(), file, Instant.EPOCH))
                    .isInstanceOf(AuthorityException.class)
                    .returns(Kind.EXTERNAL, e -> ((AuthorityException) e).kind())
                    .hasMessageContaining("cannot back up to " + file);
            assertThat(names(disk.path())).containsExactly("ballast");
            assertThat(names(data)).noneMatch(name -> name.startsWith("unfinished"));
            call(authority, 500, 600);
        }
        assertNothingAnsweredIsLost(data);
    }

    private Authority open(Path data) {
        return Authority.open(data, settings(), InstantSource.system());
    }

    private AuthoritySettings settings() {
        return Fixtures.settings()
                .withMeter(
                        new AuthorityMeter() {
                            @Override
                            public void stopped(Throwable cause) {
                                alarm.set(cause);
                            }
                        });
    }

    private void callUntilItStops(Authority authority) {
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < CALLERS; i++) {
                int from = 1_000_000 * i;
                callers.execute(() -> callUntilItStops(authority, from));
            }
        }
    }

    private void callUntilItStops(Authority authority, int from) {
        try {
            call(authority, from, from + 1_000_000);
        } catch (AuthorityException e) {
            assertThat(e.kind()).isEqualTo(Kind.EXTERNAL);
        }
    }

    private void call(Authority authority, int from, int to) {
        authority.submit(define("company", 1_000_000 * USD));
        for (int i = from; i < to; i++) {
            String id = Integer.toString(i);
            authority.submit(reserve(id, 2_000 + i));
            if (authority.submit(commit(id, 1_000 + i)) instanceof Outcome.Committed) {
                committed.put(id, 1_000L + i);
            }
        }
    }

    /// What callers, health checks and the alarm are told.
    private void assertStoppedForWantOfRoom(Authority authority) {
        assertThat(authority.healthy()).isFalse();
        assertThat(Objects.requireNonNull(authority.failure()))
                .returns(Kind.EXTERNAL, AuthorityException::kind)
                .hasMessageContaining("cannot write to the journal")
                .hasMessageContaining("full");
        assertThat(alarm.get()).isEqualTo(authority.failure());
        assertThatThrownBy(() -> authority.submit(reserve("later", 1)))
                .isInstanceOf(AuthorityException.class)
                .hasMessageContaining("full");
        assertThatThrownBy(() -> authority.balances(COMPANY, 1))
                .isInstanceOf(AuthorityException.class);
        assertThatThrownBy(() -> authority.archive(Instant.MAX))
                .isInstanceOf(AuthorityException.class)
                .hasMessageContaining("has stopped");
        authority.close();
    }

    private void assertNothingAnsweredIsLost(Path data) {
        assertThat(committed.size()).isGreaterThan(100);
        assertThat(JournalVerifier.verify(data, LedgerLimits.DEFAULT).problems()).isEmpty();
        try (Authority authority = open(data)) {
            Map<HoldId, Long> spent = spent(authority.journal());
            committed.forEach(
                    (id, amount) -> assertThat(spent).containsEntry(new HoldId(id), amount));
            Map.Entry<String, Long> again = committed.entrySet().iterator().next();
            assertThat(authority.submit(commit(again.getKey(), again.getValue())))
                    .isInstanceOf(Outcome.Repeated.class);
            assertThat(authority.balances(COMPANY, 1))
                    .singleElement()
                    .returns(
                            spent.values().stream().mapToLong(Long::longValue).sum(),
                            Balance::spent);
        }
        assertThat(JournalVerifier.verify(data, LedgerLimits.DEFAULT).problems()).isEmpty();
    }

    private static Map<HoldId, Long> spent(JournalReader journal) {
        Map<HoldId, Long> spent = new HashMap<>();
        journal.read(0, Integer.MAX_VALUE)
                .forEach(positioned -> {
                    if (positioned.entry() instanceof Entry.Committed entry) {
                        assertThat(spent.put(entry.hold(), entry.actual().value(0))).isNull();
                    }
                });
        return spent;
    }

    private static List<String> add(List<String> names, String more) {
        return Stream.concat(names.stream(), Stream.of(more)).toList();
    }

    private static List<String> names(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }
}
