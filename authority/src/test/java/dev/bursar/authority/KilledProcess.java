package dev.bursar.authority;

import static dev.bursar.authority.Fixtures.USD;
import static dev.bursar.authority.Fixtures.commit;
import static dev.bursar.authority.Fixtures.define;
import static dev.bursar.authority.Fixtures.reserve;

import dev.bursar.ledger.LedgerLimits;
import dev.bursar.ledger.Outcome;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The process that [KillTest] kills: callers that reserve and commit for ever, and print each answer
/// as soon as they have it, while the records are archived behind them.
final class KilledProcess {

    static final int CALLERS = 32;

    private static final Logger LOG = LoggerFactory.getLogger(KilledProcess.class);

    private static final Duration ARCHIVE_EVERY = Duration.ofMillis(150);

    /// The most that is spent by one call.
    private static final long MAX_AMOUNT = 10_000;

    private KilledProcess() {}

    /// @param args the data directory and the number of the round
    @SuppressWarnings("SystemOut")
    public static void main(String[] args) {
        int round = Integer.parseInt(args[1]);
        PrintStream out = new PrintStream(System.out, false, StandardCharsets.US_ASCII);
        try (Authority authority =
                Authority.open(Path.of(args[0]), settings(), InstantSource.system())) {
            require(authority.submit(define("company", 1_000_000 * USD)));
            for (int i = 0; i < CALLERS; i++) {
                int caller = i;
                Thread.ofVirtual().start(() -> call(authority, out, round, caller));
            }
            while (!Thread.interrupted()) {
                archive(authority);
                LockSupport.parkNanos(ARCHIVE_EVERY.toNanos());
            }
        }
    }

    /// What the disk does not let be archived stays in the journal until the next time.
    private static void archive(Authority authority) {
        try {
            authority.archive(Instant.MAX);
        } catch (AuthorityException e) {
            if (!authority.healthy()) {
                throw e;
            }
            LOG.warn("not archived: {}", e.getMessage());
        }
    }

    private static void call(Authority authority, PrintStream out, int round, int caller) {
        for (int call = 0; ; call++) {
            require(authority.submit(reserve(id(round, caller, call), reserved(caller, call))));
            print(out, "R " + caller + " " + call);
            require(authority.submit(commit(id(round, caller, call), spent(caller, call))));
            print(out, "C " + caller + " " + call);
        }
    }

    private static void print(PrintStream out, String line) {
        synchronized (out) {
            out.print(line + "\n");
            out.flush();
        }
    }

    private static void require(Outcome outcome) {
        if (outcome instanceof Outcome.Refused || outcome instanceof Outcome.Repeated) {
            throw new IllegalStateException("unexpected " + outcome);
        }
    }

    static String id(int round, int caller, int call) {
        return round + "-" + caller + "-" + call;
    }

    static long reserved(int caller, int call) {
        return 1 + (caller * 7_919L + call * 104_729L) % MAX_AMOUNT;
    }

    static long spent(int caller, int call) {
        return reserved(caller, call) / 2;
    }

    /// Checkpoints are frequent enough to be killed, too.
    static AuthoritySettings settings() {
        return new AuthoritySettings(
                LedgerLimits.DEFAULT,
                AuthoritySettings.DEFAULT_QUEUE_CAPACITY,
                AuthoritySettings.DEFAULT_BATCH_LIMIT,
                Duration.ofMillis(50),
                AuthoritySettings.DEFAULT_EXPIRE_PORTION,
                2_000,
                AuthorityMeter.NONE);
    }
}
