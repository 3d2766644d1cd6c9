package dev.bursar.authority;

import dev.bursar.ledger.AccountKey;
import dev.bursar.ledger.Amounts;
import dev.bursar.ledger.Budget;
import dev.bursar.ledger.BudgetId;
import dev.bursar.ledger.Entry;
import dev.bursar.ledger.Funding;
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

    /// The time of the last entry.
    private long nowMillis;

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
        private long uncovered;
        private long credit;
        private int openParts;

        /// What is spent in a rolling window, by the moment from which on it counts no more.
        private final TreeMap<Long, Long> counted = new TreeMap<>();

        /// By the moment from which on it is granted no more.
        private final TreeMap<Long, Long> granted = new TreeMap<>();

        /// What is left of amounts that have an end.
        private static long after(NavigableMap<Long, Long> byEnd, long millis) {
            byEnd.headMap(millis, true).clear();
            return byEnd.values().stream().mapToLong(amount -> amount).sum();
        }
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
                tally.uncovered = account.funding().uncovered();
                tally.credit = account.funding().credit();
                Window window = book(account.account()).budget.window();
                if (window instanceof Window.Rolling rolling) {
                    account.buckets()
                            .forEach(bucket ->
                                    tally.counted.put(
                                            end(rolling, bucket.startMillis()), bucket.amount()));
                }
                account.funding().grants().forEach(grant -> grant(tally, grant));
                windows(account.account()).put(account.account().windowStartMillis(), tally);
                begun.add(account.account());
            }
            case StateRecord.OpenHold hold -> hold(hold.state().granted().hold(), postings(hold));
            case StateRecord.HoldState hold -> hold(hold.granted().hold(), hold.postings());
            case StateRecord.Clock clock -> nowMillis = clock.lastAt().toEpochMilli();
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
        nowMillis = entry.at().toEpochMilli();
        switch (entry) {
            case Entry.BudgetDefined defined -> define(defined.budget());
            case Entry.BudgetRemoved removed -> remove(removed.budget());
            case Entry.BudgetAdjusted adjusted -> adjust(adjusted);
            case Entry.Reserved reserved -> hold(reserved.granted().hold(), reserved.postings());
            case Entry.Committed committed -> commit(committed);
            case Entry.Released released -> {
                end(released.hold(), part -> settle(part, 0, null));
                forgetRun(released.hold(), released.subject());
            }
            case Entry.Expired expired -> {
                end(
                        expired.hold(),
                        part -> settle(part, expired.charged() ? part.amount() : 0, null));
                forgetRun(expired.hold(), expired.subject());
            }
            case Entry.Charged charged -> {
                charged.postings().forEach(this::spend);
                charged.shortfalls().forEach(this::owe);
            }
            case Entry.AccountsDropped dropped -> dropped.accounts().forEach(this::drop);
            case Entry.ApprovalGranted granted ->
                    grant(
                            tally(granted.account()),
                            new Funding.Grant(granted.amount(), granted.until().toEpochMilli()));
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
        return tally == null || book == null ? null : sums(book, tally);
    }

    private Sums sums(Book book, Tally tally) {
        return new Sums(
                tally.spent,
                book.budget.window() instanceof Window.Rolling
                        ? Tally.after(tally.counted, nowMillis)
                        : tally.spent,
                tally.held,
                tally.debt,
                tally.uncovered,
                tally.credit,
                Tally.after(tally.granted, nowMillis));
    }

    /// Every account.
    void forEach(BiConsumer<AccountKey, Sums> action) {
        books.forEach((id, book) ->
                book.tallies.forEach((per, windows) ->
                        windows.forEach((start, tally) ->
                                action.accept(new AccountKey(id, per, start), sums(book, tally)))));
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
                tally.counted.clear();
                spend(tally, book(entry.account()).budget, entry.amount());
            }
        }
    }

    private static void grant(Tally tally, Funding.Grant grant) {
        tally.granted.merge(grant.untilMillis(), grant.amount(), Math::addExact);
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
                    Entry.Shortfall shortfall = shortfall(entry.shortfalls(), part.account());
                    long owed = shortfall == null ? 0 : shortfall.debt();
                    settle(part, amounts.get(part.unit()) - owed, shortfall);
                });
        entry.unheld().forEach(this::spend);
        forgetRun(entry.hold(), entry.subject());
    }

    private static Entry.@Nullable Shortfall shortfall(
            List<Entry.Shortfall> shortfalls, AccountKey account) {
        return shortfalls.stream()
                .filter(shortfall -> shortfall.account().equals(account))
                .findFirst()
                .orElse(null);
    }

    private void end(HoldId hold, Consumer<Part> settle) {
        List<Part> parts = holds.remove(hold);
        if (parts == null) {
            throw new IllegalStateException("no open hold " + hold);
        }
        parts.forEach(settle);
    }

    /// What a window leaves less than it had promised, or owes since, is taken from the latest one.
    private void settle(Part part, long spent, Entry.@Nullable Shortfall shortfall) {
        long owed = shortfall == null ? 0 : shortfall.debt();
        touched.add(part.account());
        Book book = book(part.account());
        Tally tally = part.tally();
        long before = leaves(book.budget, tally.credit, tally.spent + tally.held);
        tally.held -= part.amount();
        tally.openParts--;
        spend(tally, book.budget, spent);
        owe(tally, shortfall);
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
        Tally tally = tally(posting.account());
        spend(tally, book(posting.account()).budget, posting.amount());
    }

    private void spend(Tally tally, Budget budget, long amount) {
        if (!isSpent(budget.unit())) {
            return;
        }
        tally.spent += amount;
        if (budget.window() instanceof Window.Rolling rolling) {
            tally.counted.merge(end(rolling, nowMillis), amount, Math::addExact);
        }
    }

    /// From when on what was spent at a time counts no more: a window after the end of the sixtieth of it
    /// that the time is in, counted from the epoch.
    private static long end(Window.Rolling window, long atMillis) {
        long length = window.length().toMillis();
        long part = Math.ceilDiv(length, Window.Rolling.BUCKETS);
        return (Math.floorDiv(atMillis, part) + 1) * part + length;
    }

    /// Slots come back, and time passes by itself.
    private static boolean isSpent(Unit unit) {
        return !unit.equals(Unit.SLOTS) && !unit.equals(Unit.MILLIS);
    }

    private void owe(Entry.Shortfall shortfall) {
        if (sums(shortfall.account()) != null) {
            owe(tally(shortfall.account()), shortfall);
        }
    }

    private static void owe(Tally tally, Entry.@Nullable Shortfall shortfall) {
        if (shortfall != null) {
            tally.debt += shortfall.debt();
            tally.uncovered += shortfall.uncovered();
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
