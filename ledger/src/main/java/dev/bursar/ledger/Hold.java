package dev.bursar.ledger;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// An open hold: amounts that are set aside until they are spent or returned.
final class Hold {

    private final TenantId tenant;
    private final Subject subject;
    private final Command.OnExpiry onExpiry;
    private final Command.Overage overage;
    private final Attribution attribution;
    private final CommandKey key;
    private final Outcome.Granted granted;
    private final long expiresMillis;

    /// Where what is held. Fewer than at reserve when a budget was closed or took another shape since.
    private List<Part> parts;

    /// Neighbours in the expiry index.
    @Nullable Hold previous;

    @Nullable Hold next;

    /// A hold's share in one account.
    record Part(Account account, long amount) {}

    Hold(
            TenantId tenant,
            Subject subject,
            Command.OnExpiry onExpiry,
            Command.Overage overage,
            Attribution attribution,
            CommandKey key,
            Outcome.Granted granted,
            List<Part> parts) {
        this.tenant = tenant;
        this.subject = subject;
        this.onExpiry = onExpiry;
        this.overage = overage;
        this.attribution = attribution;
        this.key = key;
        this.granted = granted;
        this.expiresMillis = granted.expiresAt().toEpochMilli();
        this.parts = parts;
    }

    HoldId id() {
        return granted.hold();
    }

    TenantId tenant() {
        return tenant;
    }

    Subject subject() {
        return subject;
    }

    Amounts held() {
        return granted.held();
    }

    Command.OnExpiry onExpiry() {
        return onExpiry;
    }

    Command.Overage overage() {
        return overage;
    }

    Attribution attribution() {
        return attribution;
    }

    CommandKey key() {
        return key;
    }

    Outcome.Granted granted() {
        return granted;
    }

    long expiresMillis() {
        return expiresMillis;
    }

    boolean isDue(long nowMillis) {
        return expiresMillis <= nowMillis;
    }

    List<Part> parts() {
        return parts;
    }

    /// Forgets the parts in a budget whose accounts are gone.
    void leave(BudgetId budget) {
        if (parts.stream().anyMatch(part -> part.account().key().budget().equals(budget))) {
            parts =
                    parts.stream()
                            .filter(part -> !part.account().key().budget().equals(budget))
                            .toList();
        }
    }

    List<Entry.Posting> postings() {
        return parts.stream()
                .map(part ->
                        new Entry.Posting(
                                part.account().key(), part.account().unit(), part.amount()))
                .toList();
    }
}
