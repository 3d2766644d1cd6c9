package dev.bursar.ledger;

import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/// A limit: who it is for, what it counts, when it starts again, how strict it is, and what happens as
/// it fills.
///
/// A budget applies to a subject of its tenant when every dimension in `match` has the value given
/// there. `per` picks the balance: one [Account][AccountKey] for each combination of the values of those
/// dimensions. A subject that lacks a dimension of `per` uses the account of the missing value (`""`),
/// which all such subjects share: leaving out a header is no way around a limit.
///
/// @param name unique within the tenant
/// @param match dimension to required value; empty matches every subject of the tenant
/// @param per dimensions, in order; empty is one balance for the whole tenant
/// @param limit in `unit`, 0 to [#MAX_LIMIT]
/// @param ladder steps in ascending order of percent
/// @param terms what few budgets need
public record Budget(
        BudgetId id,
        TenantId tenant,
        String name,
        SortedMap<String, String> match,
        List<String> per,
        Unit unit,
        long limit,
        Window window,
        Mode mode,
        List<Step> ladder,
        Terms terms) {

    /// 10^17: one billion USD in microcents.
    public static final long MAX_LIMIT = 100_000_000_000_000_000L;

    /// How strict a budget is.
    public enum Mode {
        /// A reserve that does not fit is refused.
        HARD,
        /// Never refuses; warns, and offers the steps of its ladder.
        SOFT,
        /// Never refuses or warns; records what `HARD` would have done.
        SHADOW
    }

    /// Whether a budget lets anything through. Set by people, not by spending.
    public enum Status {
        ACTIVE,
        /// Refuses every reserve, in whatever mode, until it is active again. Open holds may end.
        FROZEN,
        /// Frozen for ever.
        CLOSED
    }

    /// One step of the ladder: what should happen once `percent` of the limit is spent or held.
    ///
    /// @param percent 1 to 100
    /// @param tools the tools to disable, empty unless the action is `DISABLE`
    public record Step(int percent, Action action, List<String> tools) {

        public enum Action {
            ALERT,
            CLAMP,
            DOWNGRADE,
            DISABLE,
            DEFER,
            APPROVE,
            DENY;

            /// Whether the step makes another call of the one that was asked for, or makes it wait.
            public boolean changesCalls() {
                return switch (this) {
                    case CLAMP, DOWNGRADE, DISABLE, DEFER -> true;
                    case ALERT, APPROVE, DENY -> false;
                };
            }
        }

        public Step {
            if (percent < 1 || percent > 100) {
                throw new IllegalArgumentException("a step is at 1 % to 100 %: " + percent);
            }
            tools = List.copyOf(tools);
        }
    }

    /// A budget on plain terms.
    public Budget(
            BudgetId id,
            TenantId tenant,
            String name,
            SortedMap<String, String> match,
            List<String> per,
            Unit unit,
            long limit,
            Window window,
            Mode mode,
            List<Step> ladder) {
        this(id, tenant, name, match, per, unit, limit, window, mode, ladder, Terms.PLAIN);
    }

    public Budget {
        if (name.isEmpty() || name.length() > 128) {
            throw new IllegalArgumentException("a budget's name has 1 to 128 characters: " + name);
        }
        if (limit < 0 || limit > MAX_LIMIT) {
            throw new IllegalArgumentException("limit must be 0 to " + MAX_LIMIT + ": " + limit);
        }
        match = Collections.unmodifiableSortedMap(new TreeMap<>(match));
        match.keySet().forEach(Subject::requireDimension);
        per = List.copyOf(per);
        per.forEach(Subject::requireDimension);
        if (per.stream().distinct().count() != per.size()) {
            throw new IllegalArgumentException("per names a dimension twice: " + per);
        }
        if (unit.equals(Unit.SLOTS) && !(window instanceof Window.Life)) {
            throw new IllegalArgumentException("slots return by themselves and have no window");
        }
        if (unit.equals(Unit.MILLIS) && window instanceof Window.Rolling) {
            throw new IllegalArgumentException("time has no rolling window");
        }
        requireTerms(tenant, unit, window, terms);
        ladder = List.copyOf(ladder);
        for (int i = 1; i < ladder.size(); i++) {
            if (ladder.get(i).percent() < ladder.get(i - 1).percent()) {
                throw new IllegalArgumentException("steps must ascend: " + ladder);
            }
        }
    }

    private static void requireTerms(TenantId tenant, Unit unit, Window window, Terms terms) {
        ScopePath scope = terms.scope();
        if (scope != null
                && !scope.segments().getFirst().value().equalsIgnoreCase(tenant.value())) {
            throw new IllegalArgumentException(
                    "the scope " + scope + " is not one of the tenant " + tenant);
        }
        if (terms.carryOver() > 0 && !(window instanceof Window.Calendar)) {
            throw new IllegalArgumentException(
                    "only days, weeks and months carry something over to the next");
        }
        if (terms.carryOver() > 0 && unit.equals(Unit.MILLIS)) {
            throw new IllegalArgumentException("time that has passed leaves nothing to carry over");
        }
        if (terms.idle() != null && !(window instanceof Window.Life)) {
            throw new IllegalArgumentException("only accounts for life end by being idle");
        }
    }

    /// Whether a person is asked before a reserve is refused: not where a step denies before that.
    boolean asksForApproval() {
        return ladder.stream()
                .map(Step::action)
                .filter(action -> action == Step.Action.APPROVE || action == Step.Action.DENY)
                .findFirst()
                .filter(action -> action == Step.Action.APPROVE)
                .isPresent();
    }
}
