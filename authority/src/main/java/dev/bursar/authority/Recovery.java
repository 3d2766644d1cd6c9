package dev.bursar.authority;

import dev.bursar.authority.Checkpoints.Restored;
import dev.bursar.ledger.Ledger;
import dev.bursar.ledger.LedgerLimits;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Rebuilds a ledger: the newest good checkpoint, then every entry after it.
final class Recovery {

    private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);

    /// Entries that are in memory at a time.
    private static final int PORTION = 4_096;

    private Recovery() {}

    /// The ledger after the last durable entry.
    ///
    /// @param directory named in errors
    static Restored recover(
            Path directory, Journal journal, Checkpoints checkpoints, LedgerLimits limits) {
        long start = System.nanoTime();
        Restored base = base(checkpoints, journal, limits);
        if (base.position() > journal.lastPosition()) {
            throw new JournalDamage(
                    directory.resolve(SqliteJournal.FILE_NAME),
                    journal.lastPosition() + 1,
                    "it ends before, but a checkpoint of position "
                            + base.position()
                            + " was made from it",
                    null);
        }
        if (!base.chain().equals(journal.chain(base.position()))) {
            throw new JournalDamage(
                    directory.resolve(SqliteJournal.FILE_NAME),
                    base.position(),
                    "its chain of hashes is not the one that the checkpoint of this position was"
                            + " made from",
                    null);
        }
        Restored recovered = replay(base, journal, () -> false);
        LOG.info(
                "event=recovered position={} checkpoint={} replayed={} holds={} accounts={} millis={}",
                recovered.position(),
                base.position(),
                recovered.position() - base.position(),
                recovered.ledger().holds(),
                recovered.ledger().accounts(),
                (System.nanoTime() - start) / 1_000_000);
        return recovered;
    }

    /// The newest good checkpoint, or what the journal begins with.
    static Restored base(Checkpoints checkpoints, Journal journal, LedgerLimits limits) {
        return checkpoints
                .newest()
                .filter(newest -> newest.position() >= journal.base().position())
                .orElseGet(() -> begin(checkpoints.directory(), journal, limits));
    }

    /// The state that the journal begins with; if that cannot be read, an empty ledger, for all that was
    /// archived to be replayed.
    static Restored begin(Path directory, Journal journal, LedgerLimits limits) {
        Base base = journal.base();
        if (base.position() > 0) {
            try {
                return OpeningState.read(directory, base, limits);
            } catch (RuntimeException e) {
                LOG.warn(
                        "event=base_state_skipped position={} reason=\"{}\"",
                        base.position(),
                        e.getMessage());
            }
        }
        return new Restored(new Ledger(limits), 0, Chain.START);
    }

    /// Applies the entries after `base` to its ledger, to the end of the journal or until `stop`.
    static Restored replay(Restored base, Journal journal, BooleanSupplier stop) {
        Ledger ledger = base.ledger();
        long position = base.position();
        while (!stop.getAsBoolean()) {
            List<JournalReader.Positioned> portion = journal.read(position, PORTION);
            if (portion.isEmpty()) {
                break;
            }
            for (JournalReader.Positioned positioned : portion) {
                ledger.apply(positioned.entry());
                position = positioned.position();
            }
        }
        return new Restored(ledger, position, journal.chain(position));
    }
}
