package dev.bursar.ledger;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What naive books would answer a reserve: how much it gets, what is in the way, and what ladders say.
/// Looks, and changes nothing.
final class NaiveOffers {

    private final NaiveBooks books;

    NaiveOffers(NaiveBooks books) {
        this.books = books;
    }

    /// What one budget says to a reserve.
    record View(Budget budget, NaiveAccount account, long spent, long held, Instant now) {
        long room() {
            return account.limit(budget, now) - spent - held - account.debt;
        }
    }

    /// What ladders say to a reserve that may be told, or null.
    @Nullable String advice(Command.Reserve command, Instant now) {
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

    List<String> blocks(Command.Reserve command, Instant now, boolean relieved) {
        return blocking(command, now, relieved).stream()
                .map(view -> {
                    String cause = String.valueOf(cause(view, command));
                    long affordable = Math.max(0, view.room());
                    return view.budget().name() + " " + cause + " " + affordable;
                })
                .sorted()
                .toList();
    }

    List<View> blocking(Command.Reserve command, Instant now, boolean relieved) {
        return views(command, now, relieved).stream()
                .filter(view -> cause(view, command) != null)
                .filter(view ->
                        view.budget().mode() == Budget.Mode.HARD
                                || books.status(view.budget().id()) != Budget.Status.ACTIVE)
                .toList();
    }

    List<View> views(Command.Reserve command, Instant now, boolean relieved) {
        List<View> views = new ArrayList<>();
        for (Budget budget : books.matching(command.subject())) {
            if (command.asked().has(budget.unit()) || budget.unit().equals(Unit.MILLIS)) {
                NaiveAccount account =
                        books.peek(
                                budget, NaiveBooks.per(budget, command.subject()), now, relieved);
                long spent = account.spent(budget, now);
                long held = books.held(account);
                if (relieved) {
                    for (NaiveBooks.NaiveHold hold : books.holds.values()) {
                        for (NaiveBooks.Share share : hold.shares) {
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

    private static boolean isCharged(NaiveBooks.NaiveHold hold, Budget budget) {
        return hold.command.onExpiry() == Command.OnExpiry.CHARGE
                && !budget.unit().equals(Unit.SLOTS)
                && !budget.unit().equals(Unit.MILLIS);
    }

    Block.@Nullable Cause cause(View view, Command.Reserve command) {
        switch (books.status(view.budget().id())) {
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

    Amounts grantable(Command.Reserve command, Instant now, boolean relieved) {
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
}
