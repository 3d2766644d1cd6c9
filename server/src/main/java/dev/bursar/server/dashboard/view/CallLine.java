package dev.bursar.server.dashboard.view;

/// A call as a row of a table.
///
/// @param number its place in the run, or empty
/// @param what the model or tool
/// @param run empty, like its address, for a call without a run
/// @param detail status, provenance or the reason of a denial
/// @param total spent by the run up to and with this call
/// @param skipped how many calls like this one, newer than it, have no row of their own, or empty
/// @param bar the run's budget after this call, empty shares where there is none
public record CallLine(
        String number,
        String clock,
        Moment at,
        String href,
        String run,
        String runHref,
        String what,
        String detail,
        Chip outcome,
        boolean denied,
        String tokens,
        String latency,
        Figure cost,
        Figure total,
        Bar bar,
        String skipped) {

    public CallLine after(String skipped) {
        return new CallLine(
                number, clock, at, href, run, runHref, what, detail, outcome, denied, tokens,
                latency, cost, total, bar, skipped);
    }
}
