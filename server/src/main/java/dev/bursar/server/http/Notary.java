package dev.bursar.server.http;

import dev.bursar.authority.Authority;
import dev.bursar.ledger.Command;
import dev.bursar.server.directory.Act;
import dev.bursar.server.directory.Directory;

/// Writes what was done to the directory into the journal. An act that could not be written stays in the
/// directory and is tried again with the next.
public final class Notary {

    private final Directory directory;
    private final Authority authority;

    public Notary(Directory directory, Authority authority) {
        this.directory = directory;
        this.authority = authority;
    }

    /// Tells the journal all that it was not told yet, in the order it happened.
    public synchronized void tell() {
        for (Act act : directory.untold()) {
            authority.submit(new Command.Note(act.tenant(), act.by()));
            directory.told(act);
        }
    }
}
