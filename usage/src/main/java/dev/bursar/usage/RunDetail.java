package dev.bursar.usage;

import java.util.List;

/// One run with its calls.
///
/// @param run over all of its calls
/// @param calls in the order of the journal, denied ones included: the last [#MAX_CALLS]
/// @param earlier how many calls before those are not listed
public record RunDetail(RunRow run, List<CallRow> calls, long earlier) {

    public static final int MAX_CALLS = 1_000;

    public RunDetail {
        calls = List.copyOf(calls);
    }
}
