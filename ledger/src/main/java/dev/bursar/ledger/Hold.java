package dev.bursar.ledger;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/// An open hold: amounts that are set aside until they are spent or returned.
final class Hold {

    private final TenantId tenant;
    private final Subject subject;
    private final Command.OnExpiry onExpiry;
    private final Command.Overage overage;
    private final boolean scoped;
    private final Attribution attribution;
    private final CommandKey key;
    private final Outcome.Granted granted;
    private final int graceMillis;
    private long expiresMillis;
    private int extensions;

    /// Where what is held. Fewer than at reserve when a budget was closed or took another shape since.
    private List<Part> parts;

    /// Its number among the open [Holds].
    int number = HoldNumbers.NONE;

    /// The numbers of its neighbours in the expiry index.
    int previous = HoldNumbers.NONE;

    int next = HoldNumbers.NONE;

    /// A hold's share in one account.
    record Part(Account account, long amount) {}

    Hold(Entry.Reserved reserved, List<Part> parts) {
        this.tenant = reserved.tenant();
        this.subject = reserved.subject();
        this.onExpiry = reserved.onExpiry();
        this.overage = reserved.overage();
        this.scoped = reserved.scoped();
        this.attribution = reserved.attribution();
        this.key = reserved.key();
        this.granted = reserved.granted();
        this.graceMillis = Math.toIntExact(reserved.grace().toMillis());
        this.expiresMillis = granted.expiresAt().toEpochMilli();
        this.parts = parts;
    }

    /// A hold as it was.
    Hold(StateRecord.HoldState state, List<Part> parts) {
        this.tenant = state.tenant();
        this.subject = state.subject();
        this.onExpiry = state.onExpiry();
        this.overage = state.overage();
        this.scoped = state.scoped();
        this.attribution = state.attribution();
        this.key = state.key();
        this.granted = state.granted();
        this.graceMillis = Math.toIntExact(state.grace().toMillis());
        this.expiresMillis = state.expiresAt().toEpochMilli();
        this.extensions = state.extensions();
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

    boolean isScoped() {
        return scoped;
    }

    Duration grace() {
        return Duration.ofMillis(graceMillis);
    }

    /// When it runs out, without grace.
    long expiresMillis() {
        return expiresMillis;
    }

    /// When nobody may end it any more, and it ends by itself.
    long dueMillis() {
        return expiresMillis + graceMillis;
    }

    int extensions() {
        return extensions;
    }

    boolean isDue(long nowMillis) {
        return dueMillis() <= nowMillis;
    }

    /// The hold must not be in the expiry index while its end changes.
    void extend(Instant expiresAt, int times) {
        expiresMillis = expiresAt.toEpochMilli();
        extensions = times;
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
