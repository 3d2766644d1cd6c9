package dev.bursar.server.http;

import dev.bursar.authority.Archived;
import dev.bursar.authority.Authority;
import dev.bursar.authority.AuthorityException;
import dev.bursar.ledger.Command;
import dev.bursar.ledger.TenantId;
import dev.bursar.server.directory.Act;
import dev.bursar.server.directory.Action;
import dev.bursar.server.directory.Actor;
import dev.bursar.server.directory.Directory;
import dev.bursar.server.directory.DirectoryException;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Writes what was done to the directory into the journal. An act that could not be written stays in the
/// directory and is tried again with the next.
public final class Notary {

    private static final Logger LOG = LoggerFactory.getLogger(Notary.class);

    private final Directory directory;
    private final Authority authority;

    public Notary(Directory directory, Authority authority) {
        this.directory = directory;
        this.authority = authority;
    }

    /// Writes down what was done to the server itself, or to a tenant in no other entry.
    ///
    /// @param tenant whom it is about, null when it is about the whole place
    public void note(
            Actor by,
            @Nullable TenantId tenant,
            Action action,
            String target,
            Map<String, String> details) {
        authority.submit(new Command.Note(tenant, by.did(action, target, details)));
    }

    /// Writes down that entries were moved out of the journal. They are moved already, so the directory
    /// keeps the act until the journal has it.
    public void archived(Actor by, Archived archived) {
        directory.note(
                by.and(
                        Map.of(
                                "first",
                                Long.toString(archived.first()),
                                "last",
                                Long.toString(archived.last()))),
                Action.ARCHIVE,
                "journal");
        tell();
    }

    /// Tells the journal all that it was not told yet, in the order it happened.
    ///
    /// Does not fail: what was done to the directory stands, and stays there to be told.
    public synchronized void tell() {
        try {
            for (Act act : directory.untold()) {
                authority.submit(new Command.Note(act.tenant(), act.by()));
                directory.told(act);
            }
        } catch (AuthorityException | DirectoryException e) {
            LOG.warn("event=acts_not_told again=with_the_next_act", e);
        }
    }
}
