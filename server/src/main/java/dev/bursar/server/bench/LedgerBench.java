package dev.bursar.server.bench;

import dev.bursar.authority.Authority;
import dev.bursar.authority.AuthorityMeter;
import dev.bursar.authority.AuthoritySettings;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;
import java.util.concurrent.atomic.AtomicLong;

/// `./bursar bench ledger`: how many durable reserve+commit pairs the authority does, beside a plain
/// append-only file that gets the same number of bytes from the same callers, who make the same commands
/// and wait in the same way, and that is synced once per batch.
///
/// Both sides run in turn, several short rounds each, and the medians are compared: the disk of a
/// machine is not the same from one minute to the next.
public final class LedgerBench {

    private static final int[] CALLERS = {1, 64, 256};
    private static final int DEFAULT_ROUNDS = 5;
    private static final Duration DEFAULT_ROUND = Duration.ofMillis(1_500);

    /// What a command takes in the journal until the first round has shown it.
    private static final long ASSUMED_BYTES = 64;

    private final Path directory;
    private final int rounds;
    private final Duration round;

    private LedgerBench(Path directory, int rounds, Duration round) {
        this.directory = directory;
        this.rounds = rounds;
        this.round = round;
    }

    /// Runs it and prints one line of JSON. Takes about a minute, and leaves nothing behind.
    ///
    /// @param args `--rounds N` (1 to 100), `--millis N` per round (100 to 60,000), `--directory PATH`
    ///     where the files are written, the current one by default: its disk is what is measured
    /// @return the exit code: 0, or 2 when the arguments are wrong
    public static int run(String[] args, PrintStream out) {
        int rounds = DEFAULT_ROUNDS;
        long millis = DEFAULT_ROUND.toMillis();
        Path directory = Path.of("");
        try {
            for (int i = 0; i < args.length; i += 2) {
                String value = i + 1 < args.length ? args[i + 1] : "";
                switch (args[i]) {
                    case "--rounds" -> rounds = number(value, 1, 100);
                    case "--millis" -> millis = number(value, 100, 60_000);
                    case "--directory" -> directory = Path.of(value);
                    default -> throw new IllegalArgumentException("unknown option " + args[i]);
                }
            }
        } catch (IllegalArgumentException e) {
            out.println("bench ledger: " + e.getMessage());
            return 2;
        }
        try {
            Path scratch = Files.createTempDirectory(directory.toAbsolutePath(), "bursar-bench-");
            try {
                out.println(new LedgerBench(scratch, rounds, Duration.ofMillis(millis)).measure());
            } finally {
                Rounds.deleteAll(scratch);
            }
            return 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int number(String text, int least, int most) {
        int number = Integer.parseInt(text);
        if (number < least || number > most) {
            throw new IllegalArgumentException(text + " is not " + least + " to " + most);
        }
        return number;
    }

    private String measure() throws IOException {
        Bytes bytes = new Bytes();
        try (Authority authority =
                        Authority.open(directory, settings(bytes), InstantSource.system());
                RawFile raw = new RawFile(directory.resolve("raw.bin"))) {
            LedgerLoad load = new LedgerLoad(authority);
            load.defineBudgets();
            new Callers(256, round).run(load::pair);
            StringJoiner json = new StringJoiner(",", "{\"callers\":{", "}}");
            for (int callers : CALLERS) {
                json.add(
                        "\""
                                + callers
                                + "\":"
                                + compare(new Callers(callers, round), load, raw, bytes));
            }
            return json.toString();
        }
    }

    /// As in service, but without checkpoints: those wait for calm moments, and here these would be the
    /// plain file's turns.
    private static AuthoritySettings settings(AuthorityMeter meter) {
        AuthoritySettings usual = AuthoritySettings.DEFAULT;
        return new AuthoritySettings(
                usual.limits(),
                usual.queueCapacity(),
                usual.batchLimit(),
                usual.expireEvery(),
                usual.expirePortion(),
                Long.MAX_VALUE,
                meter);
    }

    private String compare(Callers callers, LedgerLoad load, RawFile raw, Bytes bytes) {
        List<Callers.Result> ledger = new ArrayList<>();
        List<Callers.Result> file = new ArrayList<>();
        for (int i = 0; i < rounds; i++) {
            bytes.reset();
            ledger.add(callers.run(load::pair));
            raw.bytesPerWrite(bytes.perEntry());
            file.add(callers.run((caller, number) -> load.rawPair(raw, caller, number)));
        }
        double pairs = Rounds.median(ledger, Callers.Result::perSecond);
        double rawPairs = Rounds.median(file, Callers.Result::perSecond);
        return String.format(
                Locale.ROOT,
                "{\"pairs_per_second\":%.0f,\"raw_pairs_per_second\":%.0f,\"ratio_to_raw\":%.3f,"
                        + "\"p50_micros\":%.0f,\"p99_micros\":%.0f,\"bytes_per_pair\":%d}",
                pairs,
                rawPairs,
                pairs / rawPairs,
                Rounds.median(ledger, Callers.Result::p50Micros),
                Rounds.median(ledger, Callers.Result::p99Micros),
                2 * bytes.perEntry());
    }

    /// Counts what the journal writes, so that the plain file can write as much.
    private static final class Bytes implements AuthorityMeter {

        private final AtomicLong entries = new AtomicLong();
        private final AtomicLong bytes = new AtomicLong();

        @Override
        public void synced(int count, long recordBytes, long nanos) {
            entries.addAndGet(count);
            bytes.addAndGet(recordBytes);
        }

        void reset() {
            entries.set(0);
            bytes.set(0);
        }

        int perEntry() {
            long count = entries.get();
            return (int) (count == 0 ? ASSUMED_BYTES : bytes.get() / count);
        }
    }
}
