package dev.bursar.authority;

import dev.bursar.authority.AuthorityException.Kind;
import dev.bursar.authority.Checkpoints.Restored;
import dev.bursar.ledger.LedgerLimits;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/// Makes a checkpoint in a process of its own, which reads the journal beside the one that writes it.
///
/// The second ledger that a checkpoint takes is as large as the first. In one heap with it, the collector
/// would copy all of it while every caller waits: seconds, with a million holds. The other process ends
/// when this one does.
final class CheckpointProcess {

    /// What it may say before it ends, in bytes: a stack trace.
    private static final int MAX_SAID = 1 << 16;

    private final Path directory;
    private final LedgerLimits limits;
    private final Path java;
    private final CountDownLatch closed = new CountDownLatch(1);

    CheckpointProcess(Path directory, LedgerLimits limits) {
        this(directory, limits, Path.of(System.getProperty("java.home"), "bin", "java"));
    }

    /// @param java what runs it
    CheckpointProcess(Path directory, LedgerLimits limits, Path java) {
        this.directory = directory;
        this.limits = limits;
        this.java = java;
    }

    /// Writes a checkpoint of all that is durable, and waits for it, or for [#close].
    ///
    /// @throws AuthorityException of kind `EXTERNAL` when the process does not do it; says what it said
    void run() {
        try {
            Process process = new ProcessBuilder(command()).redirectErrorStream(true).start();
            Thread watch = Thread.ofVirtual().start(() -> endWhenClosed(process));
            String said = said(process.getInputStream());
            int code = process.waitFor();
            watch.interrupt();
            if (code != 0 && !isClosed()) {
                throw new AuthorityException(
                        Kind.EXTERNAL, "the checkpoint process ended with " + code + ": " + said);
            }
        } catch (IOException e) {
            if (!isClosed()) {
                throw new AuthorityException(
                        Kind.EXTERNAL, "cannot run the checkpoint process: " + e.getMessage(), e);
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody interrupts the checkpointer", e);
        }
    }

    private boolean isClosed() {
        return closed.getCount() == 0;
    }

    private void endWhenClosed(Process process) {
        try {
            closed.await();
            process.destroyForcibly();
        } catch (InterruptedException e) {
            return; // it has ended by itself
        }
    }

    /// Ends the process that runs, if one does.
    void close() {
        closed.countDown();
    }

    private List<String> command() {
        List<String> command = new ArrayList<>();
        command.add(java.toString());
        // It runs once: what the second compiler would save is less than it takes.
        command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
        command.addAll(List.of("-XX:+UseCompactObjectHeaders", "-XX:+ExitOnOutOfMemoryError"));
        command.add("-Xmx" + Runtime.getRuntime().maxMemory());
        command.add("--enable-native-access=ALL-UNNAMED");
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.add(CheckpointProcess.class.getName());
        command.add(directory.toString());
        command.addAll(
                List.of(
                        Integer.toString(limits.maxHolds()),
                        Integer.toString(limits.maxAccounts()),
                        Integer.toString(limits.maxBudgets()),
                        limits.rememberFor().toString(),
                        Integer.toString(limits.maxRemembered())));
        return command;
    }

    private static String said(InputStream out) throws IOException {
        String start = new String(out.readNBytes(MAX_SAID), StandardCharsets.UTF_8);
        out.transferTo(OutputStream.nullOutputStream());
        return start.strip();
    }

    /// @param arguments the data directory and the parts of [LedgerLimits]
    public static void main(String[] arguments) {
        endWithTheOther();
        Path directory = Path.of(arguments[0]);
        LedgerLimits limits =
                new LedgerLimits(
                        Integer.parseInt(arguments[1]),
                        Integer.parseInt(arguments[2]),
                        Integer.parseInt(arguments[3]),
                        Duration.parse(arguments[4]),
                        Integer.parseInt(arguments[5]));
        Checkpoints checkpoints = new Checkpoints(directory, limits);
        try (SqliteRecords records =
                SqliteRecords.open(directory.resolve(SqliteJournal.FILE_NAME))) {
            Journal journal = new Durable(records, new Archive(directory));
            Restored state =
                    Recovery.replay(
                            Recovery.base(checkpoints, journal, limits), journal, () -> false);
            checkpoints.write(state.position(), state.chain(), state.ledger().state());
        }
    }

    /// The standard input ends when the process ends that started this one, however it does.
    private static void endWithTheOther() {
        Thread.ofPlatform()
                .daemon()
                .start(() -> {
                    try {
                        int ended = System.in.read();
                        Runtime.getRuntime().halt(ended);
                    } catch (IOException e) {
                        Runtime.getRuntime().halt(1);
                    }
                });
    }

    /// The journal of another process, to read.
    private record Durable(SqliteRecords records, Archive archive) implements Journal {

        @Override
        public long lastPosition() {
            return records.lastPosition();
        }

        @Override
        public List<Positioned> read(long after, int atMost) {
            Base base = base();
            if (after < base.position()) {
                return archive.entries(after + 1, atMost, base);
            }
            long last = lastPosition();
            return after >= last ? List.of() : records.entries(after + 1, atMost, last);
        }

        @Override
        public Chain chain(long position) {
            return records.chain(position);
        }

        @Override
        public Base base() {
            return records.base();
        }

        @Override
        public List<JournalRecord> records(long position, int atMost) {
            return records.from(position, atMost, lastPosition());
        }

        @Override
        public long append(EntryBlock entries) {
            throw notOurs();
        }

        @Override
        public void begin(Base base) {
            throw notOurs();
        }

        @Override
        public boolean deleteSome() {
            throw notOurs();
        }

        private static IllegalStateException notOurs() {
            return new IllegalStateException("another process writes this journal");
        }

        @Override
        public void close() {
            records.close();
        }
    }
}
