package dev.bursar.authority;

import static dev.bursar.authority.Fixtures.USD;
import static dev.bursar.authority.Fixtures.commit;
import static dev.bursar.authority.Fixtures.define;
import static dev.bursar.authority.Fixtures.reserve;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bursar.ledger.Balance;
import dev.bursar.ledger.BudgetId;
import dev.bursar.ledger.Ledger;
import dev.bursar.ledger.LedgerLimits;
import dev.bursar.ledger.StateRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class CheckpointTest {

    @TempDir Path data;

    private int calls;

    @Test
    void close_severalTimes_keepsTwoCheckpoints() {
        for (int i = 0; i < 4; i++) {
            runAndClose();
        }
        assertThat(checkpoints().files()).extracting(Checkpoints::position).containsExactly(9L, 7L);
    }

    @Test
    void open_afterACleanClose_replaysNothing() {
        runAndClose();
        Checkpoints.Restored newest = checkpoints().newest().orElseThrow();
        try (SqliteJournal journal = SqliteJournal.open(data)) {
            assertThat(newest.position()).isEqualTo(journal.lastPosition());
        }
        newest.ledger().checkInvariants();
    }

    @Test
    void process_whileTheJournalIsOpen_writesTheSameCheckpoint() throws IOException {
        runAndClose();
        Path file = checkpoints().files().getFirst();
        byte[] written = Files.readAllBytes(file);
        Files.delete(file);
        try (SqliteJournal journal = SqliteJournal.open(data)) {
            new CheckpointProcess(data, LedgerLimits.DEFAULT).run();
            assertThat(checkpoints().newestPosition()).isEqualTo(journal.lastPosition());
        }
        assertThat(Files.readAllBytes(file)).isEqualTo(written);
    }

    @Test
    void process_thatCannotReadTheJournal_saysWhy() {
        assertThatThrownBy(() -> new CheckpointProcess(data, LedgerLimits.DEFAULT).run())
                .isInstanceOf(AuthorityException.class)
                .hasMessageContaining(SqliteJournal.FILE_NAME);
    }

    @Test
    void process_thatIsClosedBeforeItRuns_endsAtOnce() throws IOException {
        CheckpointProcess process = endless();
        process.close();

        process.run();

        runningProcess().ifPresent(CheckpointTest::assertEnds);
    }

    @Test
    void process_thatIsClosedWhileItRuns_endsAtOnce() throws Exception {
        CheckpointProcess process = endless();
        CompletableFuture<Void> ran =
                CompletableFuture.runAsync(process::run, Thread::startVirtualThread);
        while (runningProcess().isEmpty()) {
            assertThat(ran).isNotDone();
            Thread.onSpinWait();
        }
        ProcessHandle running = runningProcess().orElseThrow();

        process.close();

        ran.get();
        assertEnds(running);
    }

    private static void assertEnds(ProcessHandle process) {
        assertThat(process.onExit()).succeedsWithin(Duration.ofMinutes(1));
    }

    /// One that would run for an hour, and first writes down its process's id.
    private CheckpointProcess endless() throws IOException {
        Path running = data.resolve("running");
        Path java =
                Files.writeString(
                        data.resolve("java"),
                        "#!/bin/sh\necho $$ > '%s.new' && mv '%s.new' '%s'\nexec sleep 3600\n"
                                .formatted(running, running, running));
        Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwx------"));
        return new CheckpointProcess(data, LedgerLimits.DEFAULT, java);
    }

    /// Empty when it did not come so far, or has ended.
    private Optional<ProcessHandle> runningProcess() throws IOException {
        Path running = data.resolve("running");
        return Files.exists(running)
                ? ProcessHandle.of(Long.parseLong(Files.readString(running).strip()))
                : Optional.empty();
    }

    @Test
    void open_damagedCheckpoint_takesTheOneBeforeOrTheJournal() throws IOException {
        runAndClose();
        runAndClose();
        for (Path file : checkpoints().files()) {
            byte[] bytes = Files.readAllBytes(file);
            bytes[bytes.length / 2] ^= 1;
            Files.write(file, bytes);
            try (Authority authority = open(Fixtures.settings())) {
                assertSpent(authority);
            }
            Files.write(file, bytes); // close has written over it
        }
        assertThat(checkpoints().newest()).isEmpty();
        try (Authority authority = open(Fixtures.settings())) {
            assertSpent(authority);
        }
    }

    @Test
    void restore_checkpointDamagedAtAnyByte_namesTheFile() throws IOException {
        runAndClose();
        Path file = checkpoints().files().getFirst();
        byte[] good = Files.readAllBytes(file);
        for (int at = 0; at < good.length; at++) {
            byte[] bad = good.clone();
            bad[at] ^= 0x10;
            Files.write(file, bad);
            assertThatThrownBy(() -> checkpoints().restore(file))
                    .as("byte %s", at)
                    .isInstanceOf(AuthorityException.class)
                    .hasMessageContaining(file.toString());
        }
        for (int length = 0; length < good.length; length++) {
            Files.write(file, Arrays.copyOf(good, length));
            assertThatThrownBy(() -> checkpoints().restore(file))
                    .as("length %s", length)
                    .isInstanceOf(AuthorityException.class);
        }
        Files.write(file, good);
        assertThat(checkpoints().newest()).isPresent();
    }

    @Test
    void open_uponAnOlderCheckpoint_whoseHoldsNameAccountsByKey_isTheSame() {
        try (Authority authority = open(Fixtures.settings())) {
            authority.submit(define("company", 1_000 * USD));
            authority.submit(define("team", 100 * USD));
            authority.submit(reserve("open-1", 2 * USD));
            authority.submit(reserve("open-2", 3 * USD));
        }
        Checkpoints.Restored newest = checkpoints().newest().orElseThrow();
        Ledger ledger = newest.ledger();
        Stream<StateRecord> older =
                ledger.state()
                        .map(state ->
                                state instanceof StateRecord.OpenHold open
                                        ? ledger.hold(open.state().granted().hold())
                                        : state);
        checkpoints().write(newest.position(), newest.chain(), older);
        assertThat(checkpoints().newest())
                .get()
                .extracting(CheckpointTest::states)
                .isEqualTo(states(newest));
        assertThat(JournalVerifier.verify(data, LedgerLimits.DEFAULT).problems()).isEmpty();
    }

    @Test
    void open_withAnUnfinishedCheckpoint_removesIt() throws IOException {
        runAndClose();
        Path unfinished = Files.writeString(data.resolve("checkpoint-99.tmp"), "half");
        runAndClose();
        assertThat(unfinished).doesNotExist();
    }

    @Test
    void run_pastTheInterval_writesACheckpointBesideTheWriter() throws Exception {
        AuthoritySettings often =
                new AuthoritySettings(
                        LedgerLimits.DEFAULT,
                        1_024,
                        64,
                        Duration.ofHours(1),
                        64,
                        10,
                        AuthorityMeter.NONE);
        try (Authority authority = open(often)) {
            run(authority, 20);
            while (checkpoints().files().isEmpty()) {
                Thread.onSpinWait();
            }
            Checkpoints.Restored written = checkpoints().newest().orElseThrow();
            assertThat(written.position()).isBetween(10L, authority.journal().lastPosition());
            assertThat(states(written)).isEqualTo(statesByReplay(authority, written.position()));
        }
    }

    private static List<StateRecord> states(Checkpoints.Restored restored) {
        return restored.ledger().state().toList();
    }

    private static List<StateRecord> statesByReplay(Authority authority, long position) {
        Ledger ledger = new Ledger(LedgerLimits.DEFAULT);
        authority.journal().read(0, Integer.MAX_VALUE).stream()
                .filter(positioned -> positioned.position() <= position)
                .forEach(positioned -> ledger.apply(positioned.entry()));
        try (Stream<StateRecord> states = ledger.state()) {
            return states.toList();
        }
    }

    private void runAndClose() {
        try (Authority authority = open(Fixtures.settings())) {
            run(authority, 1);
        }
    }

    private void run(Authority authority, int count) {
        authority.submit(define("company", 1_000 * USD));
        for (int i = 0; i < count; i++) {
            String hold = "h" + calls++;
            authority.submit(reserve(hold, 2 * USD));
            authority.submit(commit(hold, USD));
        }
    }

    private void assertSpent(Authority authority) {
        assertThat(authority.balances(new BudgetId("acme/company"), 1))
                .singleElement()
                .returns(calls * USD, Balance::spent);
    }

    private Checkpoints checkpoints() {
        return new Checkpoints(data, LedgerLimits.DEFAULT);
    }

    private Authority open(AuthoritySettings settings) {
        return Authority.open(data, settings, InstantSource.system());
    }
}
