package dev.bursar.ledger;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a granted reserve is told of the budgets that it has a part in.
final class NaiveNotices {

    private NaiveNotices() {}

    /// The highest step that each hard or soft budget has reached.
    static List<String> of(List<NaiveOffers.View> views, Amounts granted) {
        List<String> notices = new ArrayList<>();
        for (NaiveOffers.View view : views) {
            Budget.Step reached = reached(view, used(view, granted));
            if (keeps(view) && view.budget().mode() != Budget.Mode.SHADOW && reached != null) {
                notices.add(
                        ModelAnswers.notice(
                                view.budget().name(), view.percent(more(view, granted)), reached));
            }
        }
        return notices;
    }

    private static Budget.@Nullable Step reached(NaiveOffers.View view, long used) {
        Budget budget = view.budget();
        if (budget.ladder().isEmpty()) {
            return budget.mode() == Budget.Mode.SOFT && used > view.whole()
                    ? new Budget.Step(100, Budget.Step.Action.ALERT, List.of())
                    : null;
        }
        return budget.ladder().stream()
                .filter(step -> isReached(step, view.whole(), used))
                .reduce((_, higher) -> higher)
                .orElse(null);
    }

    /// Whether `used` is at the step's share of the limit, or was before its last unit where the step changes
    /// calls.
    static boolean isReached(Budget.Step step, long whole, long used) {
        long counted =
                switch (step.action()) {
                    case ALERT, APPROVE, DENY -> used;
                    case CLAMP, DOWNGRADE, DISABLE, DEFER -> used - 1;
                };
        return counted * 100 >= whole * step.percent();
    }

    /// The hard budget with the smallest share left, of equal ones the first.
    static Outcome.@Nullable Remaining tightest(List<NaiveOffers.View> views, Amounts granted) {
        Outcome.Remaining tightest = null;
        for (NaiveOffers.View view : views) {
            if (keeps(view) && view.budget().mode() == Budget.Mode.HARD) {
                Outcome.Remaining left =
                        new Outcome.Remaining(
                                view.budget().name(),
                                view.budget().unit(),
                                view.limit(),
                                Math.max(0, view.limit() - used(view, granted)));
                tightest = tightest == null || isTighter(left, tightest) ? left : tightest;
            }
        }
        return tightest;
    }

    /// Nothing of nothing is the smallest share of all.
    private static boolean isTighter(Outcome.Remaining one, Outcome.Remaining other) {
        if (one.limit() == 0 || other.limit() == 0) {
            return one.limit() == 0 && other.limit() != 0;
        }
        BigInteger share = product(one.left(), other.limit());
        return share.compareTo(product(other.left(), one.limit())) < 0;
    }

    private static BigInteger product(long one, long other) {
        return BigInteger.valueOf(one).multiply(BigInteger.valueOf(other));
    }

    private static boolean keeps(NaiveOffers.View view) {
        return !(view.budget().window() instanceof Window.PerCall);
    }

    private static long used(NaiveOffers.View view, Amounts granted) {
        return view.spent() + view.held() + more(view, granted);
    }

    private static long more(NaiveOffers.View view, Amounts granted) {
        Unit unit = view.budget().unit();
        return unit.equals(Unit.MILLIS) ? 0 : granted.get(unit);
    }
}
