package dev.bursar.authority;

import static dev.bursar.authority.EntryCodec.start;
import static dev.bursar.authority.Values.readAttribution;
import static dev.bursar.authority.Values.readKey;
import static dev.bursar.authority.Values.readStanding;
import static dev.bursar.authority.Values.writeAttribution;
import static dev.bursar.authority.Values.writeKey;
import static dev.bursar.authority.Values.writeStanding;

import dev.bursar.ledger.Budget;
import dev.bursar.ledger.BudgetId;
import dev.bursar.ledger.Command;
import dev.bursar.ledger.Entry;
import dev.bursar.ledger.StoppedRun;
import dev.bursar.ledger.TenantId;
import java.time.Instant;

/// The entries of people and of the configuration as bytes. Who wanted it comes last in each.
final class AdminCodec {

    private static final int BUDGET_DEFINED = 1;
    private static final int BUDGET_REMOVED = 2;
    private static final int BUDGET_STATUS_SET = 12;
    private static final int BUDGET_ADJUSTED = 13;
    private static final int TENANT_CLOSED = 14;
    private static final int APPROVAL_GRANTED = 15;
    private static final int APPROVAL_DECLINED = 16;
    private static final int NOTED = 17;
    private static final int RUN_STOPPED = 18;
    private static final int RUN_RESUMED = 19;

    private AdminCodec() {}

    static void write(WireWriter out, Entry.Administrative entry) {
        switch (entry) {
            case Entry.BudgetDefined defined -> {
                start(out, BUDGET_DEFINED, defined.at());
                Values.writeBudget(out, defined.budget());
            }
            case Entry.BudgetRemoved removed -> {
                start(out, BUDGET_REMOVED, removed.at());
                out.text(removed.budget().value());
            }
            case Entry.BudgetStatusSet set -> {
                start(out, BUDGET_STATUS_SET, set.at());
                out.texts(set.budgets().stream().map(BudgetId::value).toList());
                out.text(set.status().name());
            }
            case Entry.BudgetAdjusted adjusted -> {
                start(out, BUDGET_ADJUSTED, adjusted.at());
                writeKey(out, adjusted.key());
                out.text(adjusted.tenant().value());
                out.account(adjusted.account());
                out.text(adjusted.adjustment().name());
                out.number(adjusted.amount());
                writeStanding(out, adjusted.standing());
            }
            case Entry.TenantClosed closed -> {
                start(out, TENANT_CLOSED, closed.at());
                out.text(closed.tenant().value());
            }
            case Entry.ApprovalGranted granted -> {
                start(out, APPROVAL_GRANTED, granted.at());
                writeKey(out, granted.key());
                out.text(granted.tenant().value());
                out.text(granted.approval());
                out.account(granted.account());
                out.number(granted.amount());
                out.instant(granted.until());
                writeStanding(out, granted.standing());
            }
            case Entry.ApprovalDeclined declined -> {
                start(out, APPROVAL_DECLINED, declined.at());
                writeKey(out, declined.key());
                out.text(declined.tenant().value());
                out.text(declined.approval());
                out.account(declined.account());
                out.instant(declined.until());
            }
            case Entry.RunStopped(StoppedRun stop) -> {
                start(out, RUN_STOPPED, stop.at());
                out.text(stop.tenant().value());
                out.text(stop.run());
            }
            case Entry.RunResumed resumed -> {
                start(out, RUN_RESUMED, resumed.at());
                out.text(resumed.tenant().value());
                out.text(resumed.run());
            }
            case Entry.Noted noted -> {
                start(out, NOTED, noted.at());
                TenantId tenant = noted.tenant();
                out.flag(tenant != null);
                if (tenant != null) {
                    out.text(tenant.value());
                }
            }
        }
        writeAttribution(out, entry.by());
    }

    static Entry.Administrative read(WireReader in, int tag, Instant at) {
        return switch (tag) {
            case BUDGET_DEFINED ->
                    new Entry.BudgetDefined(at, Values.readBudget(in), readAttribution(in));
            case BUDGET_REMOVED ->
                    new Entry.BudgetRemoved(at, new BudgetId(in.text()), readAttribution(in));
            case BUDGET_STATUS_SET ->
                    new Entry.BudgetStatusSet(
                            at,
                            in.texts().stream().map(BudgetId::new).toList(),
                            Budget.Status.valueOf(in.text()),
                            readAttribution(in));
            case BUDGET_ADJUSTED ->
                    new Entry.BudgetAdjusted(
                            at,
                            readKey(in),
                            new TenantId(in.text()),
                            in.account(),
                            Command.Adjustment.valueOf(in.text()),
                            in.number(),
                            readStanding(in),
                            readAttribution(in));
            case TENANT_CLOSED ->
                    new Entry.TenantClosed(at, new TenantId(in.text()), readAttribution(in));
            case APPROVAL_GRANTED ->
                    new Entry.ApprovalGranted(
                            at,
                            readKey(in),
                            new TenantId(in.text()),
                            in.text(),
                            in.account(),
                            in.number(),
                            in.instant(),
                            readStanding(in),
                            readAttribution(in));
            case APPROVAL_DECLINED ->
                    new Entry.ApprovalDeclined(
                            at,
                            readKey(in),
                            new TenantId(in.text()),
                            in.text(),
                            in.account(),
                            in.instant(),
                            readAttribution(in));
            case RUN_STOPPED ->
                    new Entry.RunStopped(
                            new StoppedRun(
                                    new TenantId(in.text()), in.text(), at, readAttribution(in)));
            case RUN_RESUMED ->
                    new Entry.RunResumed(
                            at, new TenantId(in.text()), in.text(), readAttribution(in));
            case NOTED ->
                    new Entry.Noted(
                            at, in.flag() ? new TenantId(in.text()) : null, readAttribution(in));
            default -> throw in.malformed("no entry " + tag);
        };
    }
}
