package dev.bursar.server.dashboard.view;

import java.util.List;

/// A budget with the balance that matters most of it.
///
/// @param scope who and when: `per run · workflow support · each day`
/// @param account which balance this is, or empty where there is only one
/// @param accountHref the run that the balance is of, or empty
/// @param states what keeps it from letting calls pass, or will soon
/// @param funding what was added to it, and what is owed, in words; empty where there is nothing
/// @param resets empty where it does not
public record BudgetLine(
        String name,
        String href,
        String tenant,
        String scope,
        String account,
        String accountHref,
        Chip mode,
        List<Chip> states,
        String funding,
        Bar bar,
        Figure spent,
        Figure held,
        boolean holding,
        Figure limit,
        Figure left,
        String percent,
        String resets) {

    public BudgetLine {
        states = List.copyOf(states);
    }
}
