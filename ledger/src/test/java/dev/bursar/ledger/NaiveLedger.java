package dev.bursar.ledger;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The rules of money in the plainest form that can be right: every movement is kept, and every balance is
/// added up anew. What the model test holds the ledger against, answer by answer.
///
/// Answers are texts: what was granted, charged or changed, or the reason of the refusal.
final class NaiveLedger extends NaiveBooks {

    private boolean closed;

    /// When something was asked last for a run that is stopped.
    private final Map<String, Instant> stopped = new HashMap<>();

    /// What one budget says to a reserve.
    private record View(Budget budget, NaiveAccount account, long spent, long held, Instant now) {
        long room() {
            return account.limit(budget, now) - spent - held - account.debt;
        }
    }

    String reserve(Command.Reserve command, Instant now) {
        if (closed) {
            return "TENANT_CLOSED";
        }
        String run = command.subject().get(Subject.RUN);
        if (isStopped(run, now)) {
            stopped.put(String.valueOf(run), now);
            return "RUN_STOPPED";
        }
        boolean takesLess = command.shortage() == Command.Shortage.TAKE;
        if (!blocks(command, now, false).isEmpty()
                || (!takesLess && !grantable(command, now, false).equals(command.asked()))) {
            expire(now);
        }
        String answer = advice(command, now);
        if (answer == null) {
            answer = answer(command, now, false);
        }
        if (answer.startsWith("granted")) {
            hold(command, now);
        } else if (answer.startsWith("BUDGET_EXCEEDED")) {
            for (View view : blocking(command, now, false)) {
                ask(view, command, now);
            }
        }
        return answer;
    }

    /// @param relieved whether holds that are past their time count as ended
    String answer(Command.Reserve command, Instant now, boolean relieved) {
        if (closed) {
            return "TENANT_CLOSED";
        }
        if (isStopped(command.subject().get(Subject.RUN), now)) {
            return "RUN_STOPPED";
        }
        String missing = command.scoped() ? missing(command.subject(), command.asked()) : null;
        if (missing != null) {
            return missing;
        }
        List<String> blocks = blocks(command, now, relieved);
        if (!blocks.isEmpty()) {
            return "BUDGET_EXCEEDED " + blocks;
        }
        Amounts granted = grantable(command, now, relieved);
        boolean isShort = !granted.equals(command.asked());
        return isShort && command.shortage() == Command.Shortage.ASK_AGAIN
                ? "SHORTAGE"
                : "granted " + granted;
    }

    /// What ladders say to a reserve that may be told, or null.
    private @Nullable String advice(Command.Reserve command, Instant now) {
        List<View> blocking = blocking(command, now, false);
        List<View> climbed =
                views(command, now, false).stream()
                        .filter(view ->
                                !reached(view, command).isEmpty() || isInTheWay(view, command))
                        .toList();
        boolean wanted = climbed.stream().anyMatch(view -> !reached(view, command).isEmpty());
        boolean hopeless =
                blocking.stream()
                        .map(view -> cause(view, command))
                        .anyMatch(cause ->
                                cause == Block.Cause.FROZEN
                                        || cause == Block.Cause.CLOSED
                                        || cause == Block.Cause.OVER_LIMIT
                                        || cause == Block.Cause.IN_DEBT);
        boolean told =
                switch (command.shortage()) {
                    case TAKE, CLAMP -> false;
                    case TRY_CLAMP -> !blocking.isEmpty();
                    case ASK_AGAIN -> wanted && !hopeless;
                };
        return told
                ? "advised " + climbed.stream().map(view -> view.budget().name()).sorted().toList()
                : null;
    }

    private boolean isInTheWay(View view, Command.Reserve command) {
        return view.budget().mode() != Budget.Mode.SOFT && cause(view, command) != null;
    }

    /// The steps that change calls and are reached with all that is asked: all of them where the budget is
    /// in the way.
    private List<Budget.Step> reached(View view, Command.Reserve command) {
        long used = view.spent() + view.held() + command.asked().get(view.budget().unit());
        long whole = view.account().whole(view.budget(), view.now());
        return view.budget().ladder().stream()
                .filter(step -> isInTheWay(view, command) || used * 100 >= whole * step.percent())
                .filter(step ->
                        switch (step.action()) {
                            case CLAMP, DOWNGRADE, DISABLE, DEFER -> true;
                            case ALERT, APPROVE, DENY -> false;
                        })
                .toList();
    }

    String stop(String run, Instant now) {
        if (closed) {
            return "TENANT_CLOSED";
        }
        if (isStopped(run, now)) {
            return "was stopped";
        }
        stopped.put(run, now);
        return "stopped";
    }

    String resume(String run, Instant now) {
        boolean was = isStopped(run, now);
        stopped.remove(run);
        return was ? "resumed" : "RUN_NOT_STOPPED";
    }

    private boolean isStopped(@Nullable String run, Instant now) {
        Instant asked = run == null ? null : stopped.get(run);
        return asked != null && now.isBefore(asked.plus(Duration.ofDays(1)));
    }

    private List<String> blocks(Command.Reserve command, Instant now, boolean relieved) {
        return blocking(command, now, relieved).stream()
                .map(view -> {
                    String cause = String.valueOf(cause(view, command));
                    long affordable = Math.max(0, view.room());
                    return view.budget().name() + " " + cause + " " + affordable;
                })
                .sorted()
                .toList();
    }

    private List<View> blocking(Command.Reserve command, Instant now, boolean relieved) {
        return views(command, now, relieved).stream()
                .filter(view -> cause(view, command) != null)
                .filter(view ->
                        view.budget().mode() == Budget.Mode.HARD
                                || status(view.budget().id()) != Budget.Status.ACTIVE)
                .toList();
    }

    private List<View> views(Command.Reserve command, Instant now, boolean relieved) {
        List<View> views = new ArrayList<>();
        for (Budget budget : matching(command.subject())) {
            if (command.asked().has(budget.unit()) || budget.unit().equals(Unit.MILLIS)) {
                NaiveAccount account = peek(budget, per(budget, command.subject()), now, relieved);
                long spent = account.spent(budget, now);
                long held = held(account);
                if (relieved) {
                    for (NaiveHold hold : holds.values()) {
                        for (Share share : hold.shares) {
                            if (hold.isDue(now) && share.account() == account) {
                                held -= share.amount();
                                spent += isCharged(hold, budget) ? share.amount() : 0;
                            }
                        }
                    }
                }
                views.add(new View(budget, account, spent, held, now));
            }
        }
        return views;
    }

    private static boolean isCharged(NaiveHold hold, Budget budget) {
        return hold.command.onExpiry() == Command.OnExpiry.CHARGE
                && !budget.unit().equals(Unit.SLOTS)
                && !budget.unit().equals(Unit.MILLIS);
    }

    private Block.@Nullable Cause cause(View view, Command.Reserve command) {
        switch (status(view.budget().id())) {
            case FROZEN -> {
                return Block.Cause.FROZEN;
            }
            case CLOSED -> {
                return Block.Cause.CLOSED;
            }
            case ACTIVE -> {}
        }
        Unit unit = view.budget().unit();
        long asked = command.asked().get(unit);
        long least = least(view.budget(), command);
        if (view.account().overLimit) {
            return Block.Cause.OVER_LIMIT;
        }
        if (view.account().debt > 0) {
            return Block.Cause.IN_DEBT;
        }
        boolean time = unit.equals(Unit.MILLIS);
        if (time ? view.room() > 0 : asked == 0 || Math.max(0, view.room()) >= least) {
            return null;
        }
        if (least > view.account().limit(view.budget(), view.now())) {
            return Block.Cause.ABOVE_LIMIT;
        }
        long withoutHolds = view.room() + view.held() + view.account().debt;
        return view.held() == 0 || withoutHolds < least ? Block.Cause.SPENT : Block.Cause.HELD;
    }

    /// What a budget must have for the reserve: all of it, if giving less is for those that clamp.
    private static long least(Budget budget, Command.Reserve command) {
        long asked = command.asked().get(budget.unit());
        boolean given = command.atLeast().has(budget.unit());
        return given && (!isClamp(command) || clamp(budget) != null)
                ? Math.min(asked, command.atLeast().get(budget.unit()))
                : asked;
    }

    private static boolean isClamp(Command.Reserve command) {
        return command.shortage() == Command.Shortage.CLAMP
                || command.shortage() == Command.Shortage.TRY_CLAMP;
    }

    private static Budget.@Nullable Step clamp(Budget budget) {
        return budget.ladder().stream()
                .filter(step -> step.action() == Budget.Step.Action.CLAMP)
                .findFirst()
                .orElse(null);
    }

    private Amounts grantable(Command.Reserve command, Instant now, boolean relieved) {
        Amounts granted = command.asked();
        for (View view : views(command, now, relieved)) {
            Unit unit = view.budget().unit();
            long most = granted.get(unit);
            if (view.budget().mode() == Budget.Mode.HARD) {
                most = Math.min(most, Math.max(0, view.room()));
            }
            Budget.Step clamp = clamp(view.budget());
            if (clamp != null && isClamp(command) && view.budget().mode() != Budget.Mode.SHADOW) {
                long whole = view.account().whole(view.budget(), now);
                long below = (whole * clamp.percent() + 99) / 100;
                long left = below - view.spent() - view.held() - view.account().debt;
                most = Math.min(most, Math.max(left, least(view.budget(), command)));
            }
            if (most < granted.get(unit)) {
                granted = granted.with(unit, most);
            }
        }
        return granted;
    }

    private void hold(Command.Reserve command, Instant now) {
        Amounts granted = grantable(command, now, false);
        List<Share> shares = new ArrayList<>();
        for (View view : views(command, now, false)) {
            Budget budget = view.budget();
            if (!(budget.window() instanceof Window.PerCall)) {
                boolean time = budget.unit().equals(Unit.MILLIS);
                NaiveAccount account = open(budget, per(budget, command.subject()), now);
                shares.add(new Share(account, time ? 0 : granted.get(budget.unit())));
            }
        }
        holds.put(command.hold(), new NaiveHold(command, granted, shares, now.plus(command.ttl())));
    }

    /// Being refused is a use; and where a person may help, one is asked.
    private void ask(View view, Command.Reserve command, Instant now) {
        Budget budget = view.budget();
        Block.Cause cause = cause(view, command);
        boolean asks =
                (cause == Block.Cause.SPENT || cause == Block.Cause.ABOVE_LIMIT)
                        && !(budget.window() instanceof Window.PerCall)
                        && budget.ladder().stream()
                                .anyMatch(s -> s.action() == Budget.Step.Action.APPROVE)
                        && !view.account().declinedUntil.isAfter(now);
        if (asks || accounts.contains(view.account())) {
            NaiveAccount account = open(budget, per(budget, command.subject()), now);
            if (asks && account.approval == null) {
                account.approval = "asked";
            }
        }
    }

    String commit(Command.Commit command, Instant now) {
        NaiveHold hold = holds.get(command.hold());
        String refused = whyNot(hold, now);
        if (refused != null || hold == null) {
            return refused == null ? "refused" : refused;
        }
        if (hold.command.scoped() && !hold.held.units().equals(command.actual().units())) {
            return "UNIT_MISMATCH";
        }
        Command.Overage overage = hold.command.overage();
        Amounts charged = command.actual();
        for (Unit unit : command.actual().units()) {
            long over = command.actual().get(unit) - hold.held.get(unit);
            boolean counted = !unit.equals(Unit.SLOTS) && !unit.equals(Unit.MILLIS);
            if (hold.held.has(unit) && over > 0 && counted) {
                if (overage == Command.Overage.REJECT) {
                    return "OVERAGE_REJECTED";
                }
                long take = covered(hard(hold.shares, unit), over, overage, now);
                if (take < 0) {
                    return "OVERDRAFT_EXCEEDED";
                }
                charged = charged.with(unit, command.actual().get(unit) - over + take);
            }
        }
        holds.remove(command.hold());
        for (Share share : hold.shares) {
            settle(share, hold, command.actual(), charged, now);
        }
        for (Budget budget : matching(hold.command.subject())) {
            if (!hold.held.has(budget.unit())) {
                spend(budget, hold.command.subject(), command.actual(), now);
            }
        }
        return "committed " + charged;
    }

    private void settle(Share share, NaiveHold hold, Amounts actual, Amounts charged, Instant now) {
        NaiveAccount account = share.account();
        Budget budget = budget(account);
        Unit unit = budget.unit();
        boolean hard = budget.mode() == Budget.Mode.HARD;
        boolean capped = hard && !isAlways(hold.command.overage());
        // The share itself is not held any more.
        long held = held(account);
        long left = account.left(budget, held + share.amount());
        long over = Math.max(0, actual.get(unit) - share.amount());
        long take = over - (actual.get(unit) - charged.get(unit));
        long room = Math.max(0, account.room(budget, held + share.amount(), now));
        long debt = capped && hold.held.has(unit) ? Math.max(0, take - room) : 0;
        account.spend(budget, now, (hard ? charged : actual).get(unit) - debt);
        account.debt += debt;
        account.overLimit |=
                capped
                        && hold.held.has(unit)
                        && over > 0
                        && caps(budget, hold.command.overage())
                        && room < over;
        account.usedAt = now;
        passOn(account, budget, left - account.left(budget, held), debt);
    }

    private static boolean isAlways(Command.Overage overage) {
        return overage == Command.Overage.ALWAYS;
    }

    private static boolean caps(Budget budget, Command.Overage overage) {
        return overage == Command.Overage.ALLOW_IF_AVAILABLE
                || budget.terms().overdraftLimit() == 0;
    }

    private List<NaiveAccount> hard(List<Share> shares, Unit unit) {
        return shares.stream()
                .map(Share::account)
                .filter(a -> budget(a).unit().equals(unit))
                .filter(a -> budget(a).mode() == Budget.Mode.HARD)
                .toList();
    }

    /// How much of what is above a hold is charged, or -1 when it would leave too much debt.
    private long covered(
            List<NaiveAccount> targets, long over, Command.Overage overage, Instant now) {
        long take = over;
        if (isAlways(overage)) {
            return take;
        }
        for (NaiveAccount account : targets) {
            Budget budget = budget(account);
            if (caps(budget, overage)) {
                take = Math.min(take, Math.max(0, account.room(budget, held(account), now)));
            }
        }
        for (NaiveAccount account : targets) {
            Budget budget = budget(account);
            long debt = take - Math.max(0, account.room(budget, held(account), now));
            if (debt > 0 && account.debt + debt > budget.terms().overdraftLimit()) {
                return -1;
            }
        }
        return take;
    }

    /// What a past window takes after it has handed over is missing in the latest.
    private void passOn(NaiveAccount account, Budget budget, long missing, long owed) {
        accounts.stream()
                .filter(later ->
                        later.budget.equals(account.budget)
                                && later.per.equals(account.per)
                                && later.window.isAfter(account.window))
                .max(Comparator.comparing(later -> later.window))
                .ifPresent(later -> later.makeUpFor(budget, Math.max(0, missing), owed));
    }

    String release(HoldId id, Instant now) {
        NaiveHold hold = holds.get(id);
        String refused = whyNot(hold, now);
        if (refused != null || hold == null) {
            return refused == null ? "refused" : refused;
        }
        holds.remove(id);
        hold.shares.forEach(share -> share.account().usedAt = now);
        return "released";
    }

    String extend(Command.Extend command, Instant now) {
        NaiveHold hold = holds.get(command.hold());
        String refused = whyNot(hold, now);
        if (refused != null || hold == null) {
            return refused == null ? "refused" : refused;
        }
        if (!hold.expiresAt.isAfter(now)) {
            return "HOLD_EXPIRED";
        }
        if (hold.extensions >= command.atMost()) {
            return "EXTENSIONS_EXHAUSTED";
        }
        hold.extensions++;
        Instant latest = now.plus(Command.Reserve.MAX_TTL);
        Instant wanted = hold.expiresAt.plus(command.by());
        hold.expiresAt = wanted.isAfter(latest) ? latest : wanted;
        return "extended " + hold.expiresAt;
    }

    private @Nullable String whyNot(@Nullable NaiveHold hold, Instant now) {
        if (hold == null) {
            return "refused";
        }
        if (closed && hold.command.onExpiry() == Command.OnExpiry.RELEASE) {
            return "TENANT_CLOSED";
        }
        if (hold.isLate(now)) {
            end(hold, now);
            return "HOLD_EXPIRED";
        }
        return null;
    }

    String charge(Command.Charge command, Instant now) {
        Command.Overage overage = command.overage();
        if (!isAlways(overage)) {
            if (closed) {
                return "TENANT_CLOSED";
            }
            String missing = command.scoped() ? missing(command.subject(), command.actual()) : null;
            if (missing != null) {
                return missing;
            }
            for (Budget budget : matching(command.subject())) {
                if (command.actual().has(budget.unit())
                        && status(budget.id()) != Budget.Status.ACTIVE) {
                    return "BUDGET_EXCEEDED";
                }
            }
        }
        Amounts charged = command.actual();
        for (Unit unit : command.actual().units()) {
            List<NaiveAccount> targets = new ArrayList<>();
            for (Budget budget : matching(command.subject())) {
                if (budget.unit().equals(unit)
                        && budget.mode() == Budget.Mode.HARD
                        && !(budget.window() instanceof Window.PerCall)) {
                    targets.add(peek(budget, per(budget, command.subject()), now, false));
                }
            }
            long over = command.actual().get(unit);
            if (overage == Command.Overage.REJECT) {
                for (NaiveAccount account : targets) {
                    long room = account.room(budget(account), held(account), now);
                    if (over > Math.max(0, room)) {
                        return "OVERAGE_REJECTED";
                    }
                }
            } else {
                long take = covered(targets, over, overage, now);
                if (take < 0) {
                    return "OVERDRAFT_EXCEEDED";
                }
                charged = charged.with(unit, take);
            }
        }
        for (Budget budget : matching(command.subject())) {
            charge(budget, command, charged, now);
        }
        return "charged " + charged;
    }

    private void charge(Budget budget, Command.Charge command, Amounts charged, Instant now) {
        long actual = command.actual().get(budget.unit());
        boolean capped =
                budget.mode() == Budget.Mode.HARD
                        && command.overage() != Command.Overage.ALWAYS
                        && command.overage() != Command.Overage.REJECT;
        if (!capped || actual == 0 || budget.window() instanceof Window.PerCall) {
            spend(budget, command.subject(), command.actual(), now);
            return;
        }
        NaiveAccount account = open(budget, per(budget, command.subject()), now);
        long room = Math.max(0, account.room(budget, held(account), now));
        long take = charged.get(budget.unit());
        long debt = Math.max(0, take - room);
        account.spend(budget, now, take - debt);
        account.debt += debt;
        account.overLimit |= caps(budget, command.overage()) && room < actual;
    }

    private void spend(Budget budget, Subject subject, Amounts actual, Instant now) {
        boolean spendable = !budget.unit().equals(Unit.SLOTS) && !budget.unit().equals(Unit.MILLIS);
        if (spendable
                && actual.get(budget.unit()) > 0
                && !(budget.window() instanceof Window.PerCall)) {
            open(budget, per(budget, subject), now).spend(budget, now, actual.get(budget.unit()));
        }
    }

    String adjust(Command.AdjustBudget command, Instant now) {
        Budget budget = budgets.get(command.budget().value());
        if (budget == null) {
            return "BUDGET_NOT_FOUND";
        }
        if (status(budget.id()) == Budget.Status.CLOSED) {
            return "BUDGET_CLOSED";
        }
        boolean slots = budget.unit().equals(Unit.SLOTS) || budget.unit().equals(Unit.MILLIS);
        boolean resets = command.adjustment() == Command.Adjustment.RESET_SPENT;
        if (budget.window() instanceof Window.PerCall
                || (slots && resets && command.amount() != 0)) {
            return "ACCOUNT_NOT_FOUND";
        }
        NaiveAccount account = peek(budget, command.per(), now, false);
        long own = Math.max(0, budget.limit() + account.credit);
        long left = Math.min(own, account.room(budget, held(account), now));
        long amount = command.amount();
        if (command.adjustment() == Command.Adjustment.DEBIT && amount > Math.max(0, left)) {
            return "BUDGET_EXCEEDED";
        }
        account = open(budget, command.per(), now);
        switch (command.adjustment()) {
            case CREDIT -> {
                long repaid = Math.min(amount, account.debt);
                account.debt -= repaid;
                account.credit += amount - repaid;
            }
            case DEBIT -> account.credit -= amount;
            case REPAY_DEBT -> {
                amount = Math.min(amount, account.debt);
                account.debt -= amount;
            }
            case RESET_SPENT -> {
                account.movements.clear();
                account.openedAt = budget.unit().equals(Unit.MILLIS) ? now : account.openedAt;
                account.spend(budget, now, amount);
            }
        }
        account.fundedIfCovered(budget, held(account), now);
        return "adjusted " + amount;
    }

    /// Grants or, without an amount, declines what the account of a budget asks for.
    String answer(AccountKey key, long amount, Instant until, Instant now) {
        Budget budget = budgets.get(key.budget().value());
        if (budget == null) {
            return "APPROVAL_NOT_FOUND";
        }
        NaiveAccount account = peek(budget, key.per(), now, false);
        if (account.approval == null
                || window(budget, now).toEpochMilli() != key.windowStartMillis()) {
            return "APPROVAL_NOT_FOUND";
        }
        if (amount > 0 && status(budget.id()) == Budget.Status.CLOSED) {
            return "BUDGET_CLOSED";
        }
        account.approval = null;
        account.usedAt = now;
        if (amount == 0) {
            account.declinedUntil = until;
            return "declined";
        }
        account.declinedUntil = Instant.EPOCH;
        account.grants.add(new Funding.Grant(amount, until.toEpochMilli()));
        account.fundedIfCovered(budget, held(account), now);
        return "granted";
    }

    void close(Instant now) {
        closed = true;
        for (NaiveHold hold : List.copyOf(holds.values())) {
            if (hold.command.onExpiry() == Command.OnExpiry.RELEASE) {
                holds.remove(hold.command.hold());
                hold.shares.forEach(share -> share.account().usedAt = now);
            }
        }
    }
}
