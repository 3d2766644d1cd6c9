package dev.bursar.authority;

import dev.bursar.ledger.AccountKey;
import dev.bursar.ledger.Amounts;
import dev.bursar.ledger.Budget;
import dev.bursar.ledger.BudgetId;
import dev.bursar.ledger.Entry;
import dev.bursar.ledger.HoldId;
import dev.bursar.ledger.StateRecord;
import dev.bursar.ledger.Subject;
import dev.bursar.ledger.Sums;
import dev.bursar.ledger.Unit;
import dev.bursar.ledger.Window;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Every balance, added up from the postings of the entries and from nothing else: the second opinion on
/// what a ledger says.
///
/// It shares no arithmetic with the ledger, and takes every entry for true: whether a reserve should have
/// been granted is not asked here.
final class Recount {

    private final Map<BudgetId, Book> books = new HashMap<>();
    private final Map<HoldId, List<Part>> holds = new HashMap<>();
    private List<AccountKey> touched = new ArrayList<>();

    /// The accounts of the state it started from, in their order.
    private final List<AccountKey> begun = new ArrayList<>();

    /// The accounts of a budget, by the values of `per` and the start of their window.
    private static final class Book {
        private Budget budget;
        private final Map<List<String>, TreeMap<Long, Tally>> tallies = new HashMap<>();

        Book(Budget budget) {
            this.budget = budget;
        }
    }

    private static final class Tally {
        private long spent;
        private long held;
        private long debt;
        private long credit;
        private int openParts;
    }

    /// What a hold has set aside in an account.
    private record Part(AccountKey account, Tally tally, Unit unit, long amount) {}

    /// Starts from a state instead of from nothing: takes its records one by one, in their order.
    void begin(StateRecord state) {
        switch (state) {
            case StateRecord.OpenBudget open -> define(open.budget());
            case StateRecord.AccountState account -> {
                Tally tally = new Tally();
                tally.spent = account.spent();
                tally.debt = account.funding().debt();
                tally.credit = account.funding().credit();
                windows(account.account()).put(account.account().windowStartMillis(), tally);
                begun.add(account.account());
            }
            case StateRecord.OpenHold hold -> hold(hold.state().granted().hold(), postings(hold));
            case StateRecord.HoldState hold -> hold(hold.granted().hold(), hold.postings());
            case StateRecord.Clock clock -> {}
            case StateRecord.ClosedTenant tenant -> {}
            case StateRecord.StoppedRunState stopped -> {}
            case StateRecord.OpenApproval approval -> {}
            case StateRecord.EndedHold ended -> {}
            case StateRecord.Remembered remembered -> {}
            case StateRecord.SpentKey key -> {}
        }
    }

    /// @return the accounts that the entry may have changed, also those that are gone by it
    List<AccountKey> apply(Entry entry) {
        touched = new ArrayList<>();
        switch (entry) {
            case Entry.BudgetDefined defined -> define(defined.budget());
            case Entry.BudgetRemoved removed -> remove(removed.budget());
            case Entry.BudgetAdjusted adjusted -> adjust(adjusted);
            case Entry.Reserved reserved -> hold(reserved.granted().hold(), reserved.postings());
            case Entry.Committed committed -> commit(committed);
            case Entry.Released released -> {
                end(released.hold(), part -> settle(part, 0, 0));
                forgetRun(released.hold(), released.subject());
            }
            case Entry.Expired expired -> {
                end(expired.hold(), part -> settle(part, expired.charged() ? part.amount() : 0, 0));
                forgetRun(expired.hold(), expired.subject());
            }
            case Entry.Charged charged -> {
                charged.postings().forEach(this::spend);
                charged.shortfalls().forEach(this::owe);
            }
            case Entry.AccountsDropped dropped -> dropped.accounts().forEach(this::drop);
            case Entry.ApprovalGranted granted -> tally(granted.account());
            case Entry.ApprovalDeclined declined -> tally(declined.account());
            case Entry.Refused refused ->
                    refused.blocks().stream()
                            .filter(block -> block.approval() != null)
                            .forEach(block -> tally(block.account()));
            case Entry.Extended extended -> {}
            case Entry.Evaluated evaluated -> {}
            case Entry.BudgetStatusSet set -> {}
            case Entry.TenantClosed closed -> {}
            case Entry.RunStopped stopped -> {}
            case Entry.RunResumed resumed -> {}
            case Entry.Noted noted -> {}
        }
        return touched;
    }

    /// What an account has added up to, or null when there is none.
    @Nullable Sums sums(AccountKey account) {
        Book book = books.get(account.budget());
        TreeMap<Long, Tally> windows = book == null ? null : book.tallies.get(account.per());
        Tally tally = windows == null ? null : windows.get(account.windowStartMillis());
        return tally == null ? null : sums(tally);
    }

    private static Sums sums(Tally tally) {
        return new Sums(tally.spent, tally.held, tally.debt, tally.credit);
    }

    /// Every account.
    void forEach(BiConsumer<AccountKey, Sums> action) {
        books.forEach((id, book) ->
                book.tallies.forEach((per, windows) ->
                        windows.forEach((start, tally) ->
                                action.accept(new AccountKey(id, per, start), sums(tally)))));
    }

    private void define(Budget budget) {
        Book known = books.get(budget.id());
        boolean keepsItsAccounts =
                known != null
                        && known.budget.per().equals(budget.per())
                        && known.budget.unit().equals(budget.unit())
                        && known.budget.window().equals(budget.window())
                        && known.budget.tenant().equals(budget.tenant());
        if (known != null && keepsItsAccounts) {
            known.budget = budget;
            return;
        }
        remove(budget.id());
        books.put(budget.id(), new Book(budget));
    }

    private void remove(BudgetId id) {
        Book gone = books.remove(id);
        if (gone == null || gone.tallies.isEmpty()) {
            return;
        }
        for (Map.Entry<HoldId, List<Part>> hold : holds.entrySet()) {
            hold.setValue(
                    hold.getValue().stream()
                            .filter(part -> !part.account().budget().equals(id))
                            .toList());
        }
    }

    private void adjust(Entry.BudgetAdjusted entry) {
        Tally tally = tally(entry.account());
        switch (entry.adjustment()) {
            case CREDIT -> {
                long repaid = Math.min(entry.amount(), tally.debt);
                tally.debt -= repaid;
                tally.credit += entry.amount() - repaid;
            }
            case DEBIT -> tally.credit -= entry.amount();
            case REPAY_DEBT -> tally.debt -= entry.amount();
            case RESET_SPENT -> {
                tally.spent = 0;
                spend(tally, book(entry.account()).budget.unit(), entry.amount());
            }
        }
    }

    private List<Entry.Posting> postings(StateRecord.OpenHold hold) {
        return hold.shares().stream()
                .map(share -> {
                    AccountKey account = begun.get(share.account());
                    return new Entry.Posting(account, unit(account), share.amount());
                })
                .toList();
    }

    private Unit unit(AccountKey account) {
        return Objects.requireNonNull(books.get(account.budget())).budget.unit();
    }

    private void hold(HoldId hold, List<Entry.Posting> postings) {
        List<Part> parts = new ArrayList<>(postings.size());
        for (Entry.Posting posting : postings) {
            Tally tally = tally(posting.account());
            tally.held += posting.amount();
            tally.openParts++;
            parts.add(new Part(posting.account(), tally, posting.unit(), posting.amount()));
        }
        if (holds.put(hold, parts) != null) {
            throw new IllegalStateException("a second hold " + hold);
        }
    }

    private void commit(Entry.Committed entry) {
        end(
                entry.hold(),
                part -> {
                    boolean hard = book(part.account()).budget.mode() == Budget.Mode.HARD;
                    Amounts amounts = hard ? entry.charged() : entry.actual();
                    long owed = owed(entry.shortfalls(), part.account());
                    settle(part, amounts.get(part.unit()) - owed, owed);
                });
        entry.unheld().forEach(this::spend);
        forgetRun(entry.hold(), entry.subject());
    }

    private static long owed(List<Entry.Shortfall> shortfalls, AccountKey account) {
        return shortfalls.stream()
                .filter(shortfall -> shortfall.account().equals(account))
                .mapToLong(Entry.Shortfall::debt)
                .sum();
    }

    private void end(HoldId hold, Consumer<Part> settle) {
        List<Part> parts = holds.remove(hold);
        if (parts == null) {
            throw new IllegalStateException("no open hold " + hold);
        }
        parts.forEach(settle);
    }

    /// What a window leaves less than it had promised, or owes since, is taken from the latest one.
    private void settle(Part part, long spent, long owed) {
        touched.add(part.account());
        Book book = book(part.account());
        Tally tally = part.tally();
        long before = leaves(book.budget, tally.credit, tally.spent + tally.held);
        tally.held -= part.amount();
        tally.openParts--;
        spend(tally, part.unit(), spent);
        tally.debt += owed;
        long missing =
                Math.max(0, before - leaves(book.budget, tally.credit, tally.spent + tally.held));
        var latest = windows(part.account()).lastEntry();
        if (latest.getKey() > part.account().windowStartMillis()) {
            touched.add(
                    new AccountKey(part.account().budget(), part.account().per(), latest.getKey()));
            Tally later = latest.getValue();
            long left = later.credit - missing;
            long paid = Math.min(owed, Math.max(0, book.budget.limit() + left));
            later.credit = left - paid;
            later.debt += owed - paid;
        }
        dropHandedOver(part.account());
    }

    private void spend(Entry.Posting posting) {
        spend(tally(posting.account()), posting.unit(), posting.amount());
    }

    private static void spend(Tally tally, Unit unit, long amount) {
        tally.spent += isSpent(unit) ? amount : 0;
    }

    /// Slots come back, and time passes by itself.
    private static boolean isSpent(Unit unit) {
        return !unit.equals(Unit.SLOTS) && !unit.equals(Unit.MILLIS);
    }

    private void owe(Entry.Shortfall shortfall) {
        if (sums(shortfall.account()) != null) {
            tally(shortfall.account()).debt += shortfall.debt();
        }
    }

    /// An account whose rest or debt the next window has, and that nothing is held in, is over.
    private void dropHandedOver(AccountKey account) {
        Budget budget = book(account).budget;
        NavigableMap<Long, Tally> windows = windows(account);
        Tally tally = windows.get(account.windowStartMillis());
        if (tally != null
                && tally.openParts == 0
                && (budget.terms().carryOver() > 0 || tally.debt > 0)
                && windows.lastKey() > account.windowStartMillis()) {
            drop(account);
        }
    }

    /// A run of the name of its hold was that one call.
    private void forgetRun(HoldId hold, Subject subject) {
        if (!hold.value().equals(subject.get(Subject.RUN))) {
            return;
        }
        List.copyOf(touched).stream()
                .filter(account -> book(account).budget.per().contains(Subject.RUN))
                .filter(account -> !isInUse(account))
                .forEach(this::drop);
    }

    private boolean isInUse(AccountKey account) {
        Tally tally = windows(account).get(account.windowStartMillis());
        return tally != null && tally.openParts > 0;
    }

    private NavigableMap<Long, Tally> windows(AccountKey account) {
        return book(account).tallies.computeIfAbsent(account.per(), per -> new TreeMap<>());
    }

    private void drop(AccountKey account) {
        touched.add(account);
        Book book = books.get(account.budget());
        TreeMap<Long, Tally> windows = book == null ? null : book.tallies.get(account.per());
        if (book != null && windows != null) {
            windows.remove(account.windowStartMillis());
            if (windows.isEmpty()) {
                book.tallies.remove(account.per());
            }
        }
    }

    private Book book(AccountKey account) {
        Book book = books.get(account.budget());
        if (book == null) {
            throw new IllegalStateException("no budget of " + account);
        }
        return book;
    }

    private Tally tally(AccountKey account) {
        touched.add(account);
        NavigableMap<Long, Tally> windows = windows(account);
        Tally known = windows.get(account.windowStartMillis());
        if (known != null) {
            return known;
        }
        Tally opened = new Tally();
        var before = windows.lowerEntry(account.windowStartMillis());
        windows.put(account.windowStartMillis(), opened);
        Budget budget = book(account).budget;
        if (before != null && budget.window() instanceof Window.Calendar calendar) {
            AccountKey last = new AccountKey(account.budget(), account.per(), before.getKey());
            handOver(budget, calendar, last, account, before.getValue(), opened);
            touched.add(last);
            dropHandedOver(last);
        }
        return opened;
    }

    /// From window to window: the rest is carried over, and pays what is owed, as far as it can.
    private static void handOver(
            Budget budget,
            Window.Calendar calendar,
            AccountKey from,
            AccountKey to,
            Tally before,
            Tally opened) {
        opened.credit = before.credit;
        opened.debt = before.debt;
        long used = before.spent + before.held;
        Instant window = Instant.ofEpochMilli(from.windowStartMillis());
        boolean changed = true;
        while (changed && window.toEpochMilli() < to.windowStartMillis()) {
            long carried = leaves(budget, opened.credit, used);
            long paid = Math.min(opened.debt, budget.limit() + carried);
            changed = used != 0 || carried - paid != opened.credit || paid != 0;
            opened.credit = carried - paid;
            opened.debt -= paid;
            used = 0;
            window = calendar.end(window);
        }
    }

    private static long leaves(Budget budget, long credit, long used) {
        return Math.clamp(budget.limit() + credit - used, 0, budget.terms().carryOver());
    }
}
