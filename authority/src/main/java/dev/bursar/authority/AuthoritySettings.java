package dev.bursar.authority;

import dev.bursar.ledger.LedgerLimits;
import java.time.Duration;

/// How one authority is bounded and paced.
///
/// @param limits part of the ledger's definition: a journal must always be opened with the same ones
/// @param queueCapacity commands that may wait; above that, callers are refused at once
/// @param batchLimit commands in one record, 1 to 65,536
/// @param expireEvery how often holds and accounts are looked at whose time has run out
/// @param expirePortion entries that one such look may make before other commands get their turn
/// @param checkpointEvery entries after which the state is written beside the journal; up to ten times
///     as many while the machine is busy
/// @param meter told about every batch
public record AuthoritySettings(
        LedgerLimits limits,
        int queueCapacity,
        int batchLimit,
        Duration expireEvery,
        int expirePortion,
        long checkpointEvery,
        AuthorityMeter meter) {

    /// About half a second of work at full speed.
    public static final int DEFAULT_QUEUE_CAPACITY = 65_536;

    public static final int DEFAULT_BATCH_LIMIT = 1_024;

    public static final int DEFAULT_EXPIRE_PORTION = 512;

    /// Replay of this many entries takes two or three seconds.
    public static final long DEFAULT_CHECKPOINT_EVERY = 1_000_000;

    public static final AuthoritySettings DEFAULT =
            new AuthoritySettings(
                    LedgerLimits.DEFAULT,
                    DEFAULT_QUEUE_CAPACITY,
                    DEFAULT_BATCH_LIMIT,
                    Duration.ofMillis(100),
                    DEFAULT_EXPIRE_PORTION,
                    DEFAULT_CHECKPOINT_EVERY,
                    AuthorityMeter.NONE);

    public AuthoritySettings {
        if (queueCapacity < 1 || batchLimit < 1 || batchLimit > 65_536) {
            throw new IllegalArgumentException(
                    "queueCapacity " + queueCapacity + ", batchLimit " + batchLimit);
        }
        if (expireEvery.isNegative() || expireEvery.isZero() || expirePortion < 1) {
            throw new IllegalArgumentException(
                    "expireEvery " + expireEvery + ", expirePortion " + expirePortion);
        }
        if (checkpointEvery < 1) {
            throw new IllegalArgumentException("checkpointEvery " + checkpointEvery);
        }
    }

    public AuthoritySettings withMeter(AuthorityMeter changed) {
        return new AuthoritySettings(
                limits,
                queueCapacity,
                batchLimit,
                expireEvery,
                expirePortion,
                checkpointEvery,
                changed);
    }
}
