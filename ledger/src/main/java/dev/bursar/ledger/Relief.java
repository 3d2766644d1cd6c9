package dev.bursar.ledger;

import java.util.IdentityHashMap;
import java.util.List;

/// How balances will stand once some holds have expired, without changing them yet.
final class Relief {

    static final Relief NONE = new Relief(new IdentityHashMap<>());

    private final IdentityHashMap<Account, long[]> changes;

    private Relief(IdentityHashMap<Account, long[]> changes) {
        this.changes = changes;
    }

    static Relief of(List<Hold> expiring) {
        IdentityHashMap<Account, long[]> changes = new IdentityHashMap<>();
        for (Hold hold : expiring) {
            boolean charged = hold.onExpiry() == Command.OnExpiry.CHARGE;
            for (Hold.Part part : hold.parts()) {
                long[] change = changes.computeIfAbsent(part.account(), account -> new long[2]);
                change[0] = Math.addExact(change[0], part.amount());
                if (charged && Account.isSpendable(part.account().unit())) {
                    change[1] = Math.addExact(change[1], part.amount());
                }
            }
        }
        return new Relief(changes);
    }

    long held(Account account) {
        long[] change = changes.get(account);
        return change == null ? account.held() : account.held() - change[0];
    }

    /// All that will ever have been spent or is still held.
    long used(Account account) {
        long[] change = changes.get(account);
        long used = account.spentEver() + account.held();
        return change == null ? used : used - change[0] + change[1];
    }

    long spent(Account account, long nowMillis) {
        long[] change = changes.get(account);
        long spent = account.spent(nowMillis);
        return change == null ? spent : Math.addExact(spent, change[1]);
    }
}
