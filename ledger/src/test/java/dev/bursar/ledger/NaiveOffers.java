package dev.bursar.ledger;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
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
            return limit() - spent - held - account.debt;
        }

        long limit() {
            return account.limit(budget, now);
        }

        long whole() {
            return account.whole(budget, now);
        }

        /// How much of the whole is used once more is.
        int percent(long more) {
            return whole() == 0
                    ? 100
                    : (int) Math.min((spent + held + more) * 100 / whole(), 1_000_000);
        }
    }

    /// Whether nothing is in the way, and the reserve gets what it wants or takes less anyway.
    boolean fits(Command.Reserve command, Instant now) {
        return blocking(command, now, false).isEmpty()
                && (command.shortage() == Command.Shortage.TAKE
                        || grantable(command, now, false).equals(command.asked()));
    }

    /// What a reserve is answered once it is clear that ladders have no word in it.
    ///
    /// @param relieved whether holds that are past their time count as ended; nobody is asked then
    String answer(Command.Reserve command, Instant now, boolean relieved) {
        String missing =
                command.scoped()
                        ? books.missing(command.tenant(), command.subject(), command.asked())
                        : null;
        if (missing != null) {
            return missing;
        }
        List<View> blocking = blocking(command, now, relieved);
        if (!blocking.isEmpty()) {
            return "BUDGET_EXCEEDED" + blocks(blocking, command, !relieved);
        }
        Amounts granted = grantable(command, now, relieved);
        if (!granted.equals(command.asked()) && command.shortage() == Command.Shortage.ASK_AGAIN) {
            return "SHORTAGE";
        }
        List<View> views = views(command, now, relieved);
        List<View> shadows =
                views.stream()
                        .filter(view -> view.budget().mode() == Budget.Mode.SHADOW)
                        .filter(view -> cause(view, command) != null)
                        .toList();
        return ModelAnswers.granted(
                granted,
                now.plus(command.ttl()),
                NaiveNotices.of(views, granted),
                blocks(shadows, command, false),
                NaiveNotices.tightest(views, granted));
    }

    private String blocks(List<View> views, Command.Reserve command, boolean mayAsk) {
        return " "
                + views.stream()
                        .sorted(
                                Comparator.comparing((View view) -> cause(view, command))
                                        .thenComparing(view -> view.budget().name()))
                        .map(view ->
                                ModelAnswers.block(
                                        view.budget().name(),
                                        String.valueOf(cause(view, command)),
                                        view.room(),
                                        (mayAsk && asks(view, command, true))
                                                || asks(view, command, false)))
                        .toList();
    }

    /// Whether a person is or was asked to make room.
    ///
    /// @param anew whether somebody may be asked who was not
    boolean asks(View view, Command.Reserve command, boolean anew) {
        Block.Cause cause = cause(view, command);
        boolean wanted =
                (cause == Block.Cause.SPENT || cause == Block.Cause.ABOVE_LIMIT)
                        && !(view.budget().window() instanceof Window.PerCall)
                        && view.budget().ladder().stream()
                                .anyMatch(s -> s.action() == Budget.Step.Action.APPROVE);
        boolean declined = view.account().declinedUntil.isAfter(view.now());
        return wanted && (view.account().asks || (anew && !declined));
    }

    /// What ladders say to a reserve that may be told, or null.
    @Nullable String advice(Command.Reserve command, Instant now) {
        List<View> blocking = blocking(command, now, false);
        List<View> climbed =
                views(command, now, false).stream()
                        .filter(view ->
                                changes(reached(view, command)) || isInTheWay(view, command))
                        .toList();
        boolean wanted = climbed.stream().anyMatch(view -> changes(reached(view, command)));
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
                ? "advised " + climbed.stream().map(view -> rung(view, command)).toList()
                : null;
    }

    private String rung(View view, Command.Reserve command) {
        return ModelAnswers.rung(
                view.budget().name(),
                view.percent(command.asked().get(view.budget().unit())),
                reached(view, command),
                isInTheWay(view, command) ? cause(view, command) : null);
    }

    private static boolean changes(List<Budget.Step> steps) {
        return steps.stream()
                .anyMatch(step ->
                        switch (step.action()) {
                            case CLAMP, DOWNGRADE, DISABLE, DEFER -> true;
                            case ALERT, APPROVE, DENY -> false;
                        });
    }

    private boolean isInTheWay(View view, Command.Reserve command) {
        return view.budget().mode() != Budget.Mode.SOFT && cause(view, command) != null;
    }

    /// The steps that are reached with all that is asked: all of them where the budget is in the way.
    private List<Budget.Step> reached(View view, Command.Reserve command) {
        long used = view.spent() + view.held() + command.asked().get(view.budget().unit());
        long whole = view.account().whole(view.budget(), view.now());
        return view.budget().ladder().stream()
                .filter(step ->
                        isInTheWay(view, command) || NaiveNotices.isReached(step, whole, used))
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
        for (Budget budget : books.matching(command.tenant(), command.subject())) {
            boolean touched =
                    command.asked().has(budget.unit()) || budget.unit().equals(Unit.MILLIS);
            if (touched && !hasCounted(budget, command)) {
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

    /// Whether the budget has counted the tool call when a model asked for it.
    private static boolean hasCounted(Budget budget, Command.Reserve command) {
        return command.toolCallCounted()
                && budget.unit().equals(Unit.TOOL_CALLS)
                && !budget.match().containsKey(Subject.TOOL)
                && !budget.per().contains(Subject.TOOL);
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
