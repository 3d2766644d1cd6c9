package dev.bursar.ledger;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The accounts of one window of a budget, in the order in which they were opened, or used where they end
/// by rest.
///
/// The links of the order are in the accounts themselves: a use moves one without looking anything up, and
/// a sweep can go on where the last one stopped.
final class Accounts {

    private final AccountTable byKey = new AccountTable();
    private @Nullable Account first;
    private @Nullable Account last;

    /// Where the next sweep goes on, null for the first account. Only a memo: which accounts are looked at
    /// first changes none.
    private @Nullable Account mark;

    @Nullable Account get(AccountKey key) {
        return byKey.get(key);
    }

    boolean isEmpty() {
        return byKey.isEmpty();
    }

    /// In their order.
    Stream<Account> stream() {
        return Stream.iterate(first, account -> account != null, account -> account.next);
    }

    /// In the opposite order.
    Stream<Account> latest() {
        return Stream.iterate(last, account -> account != null, account -> account.previous);
    }

    /// In an order that changes for none of them; see [AccountTable#walk].
    AccountTable.@Nullable Spot walk(AccountTable.Spot from, Predicate<Account> taken) {
        return byKey.walk(from, taken);
    }

    /// Adds an account that is not there, as the last.
    void add(Account account) {
        byKey.add(account);
        append(account);
    }

    /// Makes an account that is there the last.
    void toLast(Account account) {
        if (account != last) {
            unlink(account);
            append(account);
        }
    }

    /// @return whether it was there
    boolean remove(AccountKey key) {
        Account removed = byKey.remove(key);
        if (removed == null) {
            return false;
        }
        unlink(removed);
        return true;
    }

    /// Puts accounts that were added in any order into that of their use.
    void orderByUse() {
        List<Account> byUse = new ArrayList<>(stream().toList());
        byUse.sort(Comparator.comparingLong(Account::usedMillis));
        first = null;
        last = null;
        mark = null;
        byUse.forEach(this::append);
    }

    /// Where a sweep begins, or null when there is nothing.
    @Nullable Account mark() {
        return mark == null ? first : mark;
    }

    /// @param next where the next sweep goes on, null to begin anew
    void mark(@Nullable Account next) {
        mark = next;
    }

    private void append(Account account) {
        account.previous = last;
        account.next = null;
        if (last == null) {
            first = account;
        } else {
            last.next = account;
        }
        last = account;
    }

    private void unlink(Account account) {
        Account before = account.previous;
        Account after = account.next;
        if (mark == account) {
            mark = after;
        }
        if (before == null) {
            first = after;
        } else {
            before.next = after;
        }
        if (after == null) {
            last = before;
        } else {
            after.previous = before;
        }
        account.previous = null;
        account.next = null;
    }
}
