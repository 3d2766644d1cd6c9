package dev.bursar.authority;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.authority.AuthorityException.Kind;
import dev.bursar.ledger.Command;
import dev.bursar.ledger.LedgerLimits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Random commands of every kind on a real journal that ends in another way each time: a write or a sync
/// that fails, a checkpoint that cannot be written, a process that is gone in the middle, a torn tail of
/// the log, a damaged checkpoint. After each, what was answered is there, in the same order and unchanged:
/// the chain of hashes up to the last answer is the one it was. And the journal verifies.
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class CrashLoopTest {

    private static final long SEED = Long.getLong("bursar.seed", System.nanoTime());
    private static final int ROUNDS = 12;
    private static final int MAX_COMMANDS = 150;

    @TempDir Path folder;

    private Answered lastAnswered = new Answered(0, Chain.START);
    private Random random = new Random();
    private Instant now = Instant.parse("2026-03-28T22:00:00Z");

    private enum End {
        WRITE_FAILS,
        SYNC_FAILS,
        CHECKPOINT_FAILS,
        KILLED,
        KILLED_WITH_A_TORN_TAIL,
        CLOSED_AND_A_CHECKPOINT_DAMAGED,
        CLOSED
    }

    @RepeatedTest(4)
    void run_endingInEveryWay_losesNothingAnswered(RepetitionInfo repetition) throws IOException {
        long seed = SEED + repetition.getCurrentRepetition();
        random = new Random(seed);
        RandomCommands commands = new RandomCommands(seed);
        Path data = folder.resolve("data-0");
        Answered answered = new Answered(0, Chain.START);
        for (int round = 0; round < ROUNDS; round++) {
            End end = End.values()[random.nextInt(End.values().length)];
            String what = "seed " + SEED + ", round " + round + ", " + end;
            Path next = folder.resolve("data-" + (round + 1));
            answered = run(data, next, end, commands, answered, what);
            data = Files.exists(next) ? next : data;
            JournalVerifier.Report report = JournalVerifier.verify(data, LedgerLimits.DEFAULT);
            List<JournalVerifier.Problem> problems =
                    report.problems().stream()
                            .filter(problem -> !problem.message().startsWith("the checkpoint"))
                            .toList();
            assertThat(problems).as(what).isEmpty();
            assertThat(report.entries()).as(what).isGreaterThanOrEqualTo(answered.position());
        }
    }

    /// The last position that anybody was answered from, and the hash there.
    private record Answered(long position, Chain chain) {}

    private Answered run(
            Path data, Path copy, End end, RandomCommands commands, Answered before, String what)
            throws IOException {
        DataDirectory directory = DataDirectory.lock(data);
        Journal journal = SqliteJournal.open(directory.path());
        assertThat(journal.lastPosition()).as(what).isGreaterThanOrEqualTo(before.position());
        assertThat(journal.chain(before.position())).as(what).isEqualTo(before.chain());
        Journal used =
                switch (end) {
                    case WRITE_FAILS -> failing(journal, FaultyJournal.Fault.BEFORE_WRITE);
                    case SYNC_FAILS -> failing(journal, FaultyJournal.Fault.AFTER_SYNC);
                    default -> journal;
                };
        Authority authority =
                Authority.open(directory, used, Fixtures.settings(), InstantSource.fixed(now));
        Answered answered;
        lastAnswered = before;
        try {
            if (before.position() == 0) {
                commands.definitions().forEach(authority::submit);
            }
            answered = submit(authority, journal, commands);
        } catch (AuthorityException e) {
            assertThat(e.kind()).as(what).isEqualTo(Kind.EXTERNAL);
            answered = lastAnswered;
        }
        finish(authority, data, copy, end);
        return answered;
    }

    private Answered submit(Authority authority, Journal journal, RandomCommands commands) {
        int count = 1 + random.nextInt(MAX_COMMANDS);
        for (int i = 0; i < count; i++) {
            Command command = commands.next(now);
            commands.learn(authority.submit(command));
            // Nobody else submits: what is durable now was answered.
            lastAnswered =
                    new Answered(journal.lastPosition(), journal.chain(journal.lastPosition()));
        }
        now = now.plusSeconds(random.nextInt(60_000));
        return lastAnswered;
    }

    private Journal failing(Journal journal, FaultyJournal.Fault fault) {
        return new FaultyJournal(journal, fault, 1 + random.nextInt(MAX_COMMANDS / 2));
    }

    private void finish(Authority authority, Path data, Path copy, End end) throws IOException {
        switch (end) {
            case WRITE_FAILS, SYNC_FAILS, CLOSED -> authority.close();
            case KILLED -> {
                copyOf(data, copy);
                authority.close();
            }
            case KILLED_WITH_A_TORN_TAIL -> {
                copyOf(data, copy);
                authority.close();
                byte[] torn = new byte[1 + random.nextInt(4_000)];
                random.nextBytes(torn);
                Files.write(copy.resolve("journal.db-wal"), torn, StandardOpenOption.APPEND);
            }
            case CHECKPOINT_FAILS -> {
                long position = authority.journal().lastPosition();
                Path taken = Files.createDirectory(data.resolve("checkpoint-" + position + ".tmp"));
                Path inside = Files.createFile(taken.resolve("in-the-way"));
                try {
                    authority.close();
                } catch (AuthorityException e) {
                    assertThat(e).hasMessageContaining("cannot write");
                }
                Files.delete(inside);
                Files.delete(taken);
            }
            case CLOSED_AND_A_CHECKPOINT_DAMAGED -> {
                authority.close();
                Path newest = new Checkpoints(data, LedgerLimits.DEFAULT).files().getFirst();
                byte[] bytes = Files.readAllBytes(newest);
                bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
                Files.write(newest, bytes);
            }
        }
    }

    /// The files as a process that is killed now would leave them. Nothing is being written.
    private static void copyOf(Path data, Path copy) throws IOException {
        Files.createDirectory(copy);
        try (Stream<Path> files = Files.list(data)) {
            for (Path file : files.filter(f -> !f.toString().endsWith("-shm")).toList()) {
                Files.copy(
                        file, copy.resolve(file.getFileName()), StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
    }
}
