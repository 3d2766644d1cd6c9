package dev.bursar.server.http;

import dev.bursar.authority.Archived;
import dev.bursar.authority.Authority;
import dev.bursar.authority.AuthorityException;
import dev.bursar.ledger.Command;
import dev.bursar.ledger.Outcome;
import dev.bursar.ledger.TenantId;
import dev.bursar.server.directory.Act;
import dev.bursar.server.directory.Action;
import dev.bursar.server.directory.Actor;
import dev.bursar.server.directory.Directory;
import dev.bursar.server.directory.DirectoryException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Writes what was done to the directory into the journal. An act that could not be written stays in the
/// directory and is tried again with the next.
public final class Notary {

    private static final Logger LOG = LoggerFactory.getLogger(Notary.class);

    /// How many acts are written at a time, in the order they were done.
    private static final int PORTION = 500;

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
            List<Act> untold = directory.untold();
            for (int from = 0; from < untold.size(); from += PORTION) {
                tell(untold.subList(from, Math.min(untold.size(), from + PORTION)));
            }
        } catch (AuthorityException | CompletionException | DirectoryException e) {
            LOG.warn("event=acts_not_told again=with_the_next_act", e);
        }
    }

    /// Those of them that the journal has when one fails are told again, and count once.
    private void tell(List<Act> acts) {
        List<CompletableFuture<Outcome>> written = new ArrayList<>();
        for (Act act : acts) {
            written.add(authority.submitAsync(new Command.Note(act.tenant(), act.by())));
        }
        written.forEach(CompletableFuture::join);
        directory.told(acts);
    }
}
