package dev.bursar.ledger;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// An open hold: amounts that are set aside until they are spent or returned.
///
/// There may be a million. So it has what it consists of in itself, and makes the objects around that
/// when it is asked for them: a collector has the fewer of them to copy and to visit.
final class Hold {

    private final String id;
    private final TenantId tenant;
    private final Subject subject;
    private final Command.OnExpiry onExpiry;
    private final Command.Overage overage;
    private final boolean scoped;
    private final Attribution attribution;
    private final String key;
    private final long fingerprint;
    private final Amounts held;
    private final Outcome.@Nullable Remaining tightest;
    private final long grantedUntilMillis;

    /// What it was answered, where that has more than the fields before.
    private final Outcome.@Nullable Granted granted;

    private final int graceMillis;
    private long expiresMillis;
    private int extensions;

    /// Where what is held. Fewer than at reserve when a budget was closed or took another shape since.
    private Account[] accounts = {};

    /// What is held in each of them; null where that is all that is held of the account's unit.
    private long @Nullable [] amounts;

    /// Its number among the open [Holds].
    int number = HoldNumbers.NONE;

    /// The numbers of its neighbours in the expiry index.
    int previous = HoldNumbers.NONE;

    int next = HoldNumbers.NONE;

    /// A hold's share in one account.
    record Part(Account account, long amount) {}

    Hold(Entry.Reserved reserved, List<Part> parts) {
        this(
                new StateRecord.HoldState(
                        reserved.tenant(),
                        reserved.subject(),
                        reserved.postings(),
                        reserved.grace(),
                        reserved.onExpiry(),
                        reserved.overage(),
                        reserved.scoped(),
                        reserved.attribution(),
                        reserved.key(),
                        reserved.granted().expiresAt(),
                        0,
                        reserved.granted()),
                parts);
    }

    /// A hold as it was.
    Hold(StateRecord.HoldState state, List<Part> parts) {
        this.id = state.granted().hold().value();
        this.tenant = state.tenant();
        this.subject = state.subject();
        this.onExpiry = state.onExpiry();
        this.overage = state.overage();
        this.scoped = state.scoped();
        this.attribution = state.attribution();
        this.key = state.key().value();
        this.fingerprint = state.key().fingerprint();
        this.held = state.granted().held();
        this.tightest = state.granted().tightest();
        this.grantedUntilMillis = state.granted().expiresAt().toEpochMilli();
        this.granted = follows(state.granted()) ? null : state.granted();
        this.graceMillis = Math.toIntExact(state.grace().toMillis());
        this.expiresMillis = state.expiresAt().toEpochMilli();
        this.extensions = state.extensions();
        set(parts);
    }

    HoldId id() {
        return new HoldId(id);
    }

    /// The value of [#id].
    String idValue() {
        return id;
    }

    TenantId tenant() {
        return tenant;
    }

    Subject subject() {
        return subject;
    }

    Amounts held() {
        return held;
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
        return new CommandKey(key, fingerprint);
    }

    /// What its reserve was answered.
    Outcome.Granted granted() {
        return granted != null
                ? granted
                : granted(id(), held, Instant.ofEpochMilli(grantedUntilMillis), tightest);
    }

    boolean isScoped() {
        return scoped;
    }

    Duration grace() {
        return Duration.ofMillis(graceMillis);
    }

    /// The last millisecond in which it may be extended; its grace follows.
    long expiresMillis() {
        return expiresMillis;
    }

    /// The first millisecond in which nobody may end it any more, and it ends by itself: the one after
    /// its grace.
    long dueMillis() {
        return expiresMillis + graceMillis + 1;
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
        Part[] parts = new Part[accounts.length];
        for (int i = 0; i < parts.length; i++) {
            parts[i] = new Part(accounts[i], amount(i));
        }
        return List.of(parts);
    }

    private long amount(int index) {
        return amounts == null ? held.get(accounts[index].unit()) : amounts[index];
    }

    /// Sets aside in its accounts what it holds there.
    void setAside() {
        for (int i = 0; i < accounts.length; i++) {
            accounts[i].hold(amount(i));
        }
    }

    private void set(List<Part> parts) {
        accounts = new Account[parts.size()];
        long[] each = new long[accounts.length];
        boolean differs = false;
        for (int i = 0; i < accounts.length; i++) {
            Part part = parts.get(i);
            accounts[i] = part.account();
            each[i] = part.amount();
            differs |= part.amount() != held.get(part.account().unit());
        }
        amounts = differs ? each : null;
    }

    /// Forgets the parts in a budget whose accounts are gone.
    void leave(BudgetId budget) {
        for (Account account : accounts) {
            if (account.key().budget().equals(budget)) {
                set(
                        parts().stream()
                                .filter(part -> !part.account().key().budget().equals(budget))
                                .toList());
                return;
            }
        }
    }

    List<Entry.Posting> postings() {
        return parts().stream()
                .map(part ->
                        new Entry.Posting(
                                part.account().key(), part.account().unit(), part.amount()))
                .toList();
    }

    /// Whether [#granted(HoldId, Amounts, Instant, Outcome.Remaining)] makes it again.
    private static boolean follows(Outcome.Granted granted) {
        return granted.notices().isEmpty()
                && granted.wouldRefuse().isEmpty()
                && granted.standings().isEmpty()
                && granted.expiresAt()
                        .equals(Instant.ofEpochMilli(granted.expiresAt().toEpochMilli()));
    }

    /// The answer to a reserve of which there is no more to say.
    private static Outcome.Granted granted(
            HoldId id, Amounts held, Instant expiresAt, Outcome.@Nullable Remaining tightest) {
        return new Outcome.Granted(id, held, expiresAt, List.of(), List.of(), tightest, List.of());
    }
}
