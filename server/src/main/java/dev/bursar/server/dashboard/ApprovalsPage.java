package dev.bursar.server.dashboard;

import dev.bursar.authority.Authority;
import dev.bursar.gateway.Quantity;
import dev.bursar.ledger.AccountKey;
import dev.bursar.ledger.Approval;
import dev.bursar.ledger.Balance;
import dev.bursar.ledger.Budget;
import dev.bursar.ledger.BudgetId;
import dev.bursar.ledger.Subject;
import dev.bursar.ledger.TenantId;
import dev.bursar.server.dashboard.view.ActView;
import dev.bursar.server.dashboard.view.ApprovalsView;
import dev.bursar.server.dashboard.view.AuditLine;
import dev.bursar.server.dashboard.view.Fact;
import dev.bursar.server.dashboard.view.Link;
import dev.bursar.server.dashboard.view.TenantChoice;
import dev.bursar.usage.AuditQuery;
import dev.bursar.usage.Usage;
import dev.bursar.usage.UsageException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What waits for a person's word, the oldest first.
final class ApprovalsPage {

    private static final int LISTED = 50;

    /// The fullest balances looked through for those that ask: they are full.
    private static final int LOOKED_THROUGH = 1_000;

    /// How long a grant lasts when nobody says otherwise and its budget has no window.
    private static final Duration UNTIL = Duration.ofDays(1);

    private static final int DECISIONS = 10;

    private final Authority authority;
    private final Usage usage;
    private final Frame frame;

    ApprovalsPage(Authority authority, Usage usage, Frame frame) {
        this.authority = authority;
        this.usage = usage;
        this.frame = frame;
    }

    ApprovalsView view(Request request) {
        Map<BudgetId, Budget> budgets = new HashMap<>();
        Map<String, TenantId> tenants = new TreeMap<>();
        for (Budget budget : authority.budgets()) {
            if (request.tenant().isEmpty() || budget.tenant().value().equals(request.tenant())) {
                budgets.put(budget.id(), budget);
                tenants.put(budget.tenant().value(), budget.tenant());
            }
        }
        List<Approval> waiting = new ArrayList<>();
        tenants.values().forEach(tenant -> waiting.addAll(authority.approvals(tenant)));
        waiting.sort(Comparator.comparing(Approval::askedAt).thenComparing(Approval::id));
        List<Approval> listed = waiting.subList(0, Math.min(LISTED, waiting.size()));
        Address page = Address.APPROVALS.with("tenant", request.tenant());
        return new ApprovalsView(
                frame.shell(request, "Approvals", Address.APPROVALS, request.tenant()),
                frame.tenants(request, Address.APPROVALS, List.<TenantChoice.Kept>of()),
                page.text(),
                open(listed, budgets, request),
                waiting.isEmpty()
                        ? ""
                        : Counts.of(waiting.size(), "approval waits", "approvals wait"),
                request.form(page),
                waiting.size() == listed.size()
                        ? ""
                        : "The %d oldest are listed.".formatted(LISTED),
                decisions(request),
                Address.AUDIT.with("tenant", request.tenant()).with("action", "approval").text());
    }

    /// None while the read model cannot tell: what waits can be decided without it.
    private List<AuditLine> decisions(Request request) {
        try {
            return AuditLines.of(usage.audit(approvals(request)), request.clock());
        } catch (UsageException e) {
            return List.of();
        }
    }

    private static AuditQuery approvals(Request request) {
        String tenant = request.tenant().isEmpty() ? null : request.tenant();
        return new AuditQuery(tenant, null, "approval", null, null, null, null, null, DECISIONS);
    }

    private List<ApprovalsView.Open> open(
            List<Approval> approvals, Map<BudgetId, Budget> budgets, Request request) {
        Map<AccountKey, Balance> balances = new HashMap<>();
        approvals.stream()
                .map(approval -> approval.account().budget())
                .distinct()
                .flatMap(budget -> authority.balances(budget, LOOKED_THROUGH).stream())
                .forEach(balance -> balances.put(balance.account(), balance));
        List<ApprovalsView.Open> open = new ArrayList<>();
        for (Approval approval : approvals) {
            Budget budget = budgets.get(approval.account().budget());
            if (budget != null) {
                open.add(open(approval, budget, balances.get(approval.account()), request));
            }
        }
        return open;
    }

    /// @param known null when the balance is not one of those looked through
    private static ApprovalsView.Open open(
            Approval approval, Budget budget, @Nullable Balance known, Request request) {
        Clock clock = request.clock(budget.tenant().value());
        String tenant = approval.tenant().value();
        Balance balance =
                known == null ? Balance.of(budget, approval.account(), 0, request.now()) : known;
        return new ApprovalsView.Open(
                approval.id(),
                tenant,
                Link.to(approval.name(), Address.budget(tenant, approval.name()).text()),
                Budgets.account(budget.per(), approval.account().per()),
                clock.moment(approval.askedAt()),
                Budgets.bar(balance),
                facts(approval, known, clock),
                run(approval),
                about(approval.subject()),
                acts(approval, balance.resetsAt(), clock));
    }

    private static List<ActView> acts(Approval approval, @Nullable Instant resets, Clock clock) {
        String tenant = approval.tenant().value();
        String until = clock.field(resets == null ? clock.now().plus(UNTIL) : resets);
        TenantChoice.Kept zone = new TenantChoice.Kept("zone", clock.zoneName());
        String unit = Quantity.unit(approval.unit());
        return List.of(
                new ActView(
                        "Grant …",
                        "Adds to what this balance may spend until then. Calls that were refused are"
                                + " not made again by themselves.",
                        Address.act("approvals", tenant, approval.id(), "grant").text(),
                        List.of(new TenantChoice.Kept("unit", unit), zone),
                        List.of(
                                ActView.Field.text(
                                        "amount",
                                        "Amount, " + unit,
                                        Quantity.number(approval.unit(), approval.asked())),
                                ActView.Field.time("until", "Until, " + clock.zoneName(), until)),
                        "",
                        "Grant",
                        ""),
                new ActView(
                        "Decline …",
                        "The budget goes on refusing, and asks nobody until then.",
                        Address.act("approvals", tenant, approval.id(), "decline").text(),
                        List.of(zone),
                        List.of(
                                ActView.Field.time(
                                        "until", "Ask nobody until, " + clock.zoneName(), until)),
                        "",
                        "Decline",
                        "danger"));
    }

    private static List<Fact> facts(Approval approval, @Nullable Balance balance, Clock clock) {
        List<Fact> facts = new ArrayList<>();
        facts.add(Fact.of("Asked for", Counts.brief(approval.unit(), approval.asked())));
        if (balance != null) {
            facts.add(Fact.of("Limit", Counts.brief(approval.unit(), balance.limit())));
            facts.add(Fact.of("Spent", Counts.brief(approval.unit(), balance.spent())));
            facts.add(Fact.of("Held", Counts.brief(approval.unit(), balance.held())));
            facts.add(Fact.of("Left", Counts.brief(approval.unit(), Budgets.left(balance))));
        }
        facts.add(
                Fact.of("Waits since", clock.relative(approval.askedAt()))
                        .note(clock.full(approval.askedAt())));
        return facts;
    }

    private static @Nullable Link run(Approval approval) {
        String run = approval.subject().get(Subject.RUN);
        return run == null
                ? null
                : Link.to(run, Address.run(approval.tenant().value(), run).text());
    }

    private static List<String> about(Subject subject) {
        List<String> about = new ArrayList<>();
        for (int i = 0; i < subject.size(); i++) {
            String dimension = subject.dimension(i);
            if (!dimension.equals(Subject.RUN) && !dimension.equals(Subject.TENANT)) {
                about.add(dimension + " " + subject.value(i));
            }
        }
        return about;
    }
}
