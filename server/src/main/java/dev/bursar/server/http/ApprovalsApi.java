package dev.bursar.server.http;

import dev.bursar.authority.Authority;
import dev.bursar.gateway.Quantity;
import dev.bursar.ledger.Approval;
import dev.bursar.ledger.Budget;
import dev.bursar.ledger.BudgetId;
import dev.bursar.ledger.Command;
import dev.bursar.ledger.Outcome;
import dev.bursar.ledger.TenantId;
import dev.bursar.server.directory.Action;
import dev.bursar.server.directory.Directory;
import io.vertx.ext.web.RoutingContext;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// `/api/approvals`: what waits for a person, and what the person says.
final class ApprovalsApi {

    private final Authority authority;
    private final Directory directory;
    private final InstantSource clock;

    ApprovalsApi(Authority authority, Directory directory, InstantSource clock) {
        this.authority = authority;
        this.directory = directory;
        this.clock = clock;
    }

    void mount(ApiRouter api) {
        api.on(ApiRoute.LIST_APPROVALS, this::list);
        api.onForm(ApiRoute.GRANT, List.of("amount", "until", "reason"), this::grant);
        api.onForm(ApiRoute.DECLINE, List.of("until", "reason"), this::decline);
    }

    private void list(RoutingContext context) {
        Parameters parameters = Parameters.of(context, List.of("tenant", "limit", "cursor"));
        String wanted = parameters.text("tenant").orElse(null);
        List<Approval> open =
                authority.approvals().stream()
                        .filter(one -> wanted == null || wanted.equals(one.tenant().value()))
                        .filter(one -> directory.tenants().containsKey(one.tenant().value()))
                        .sorted((a, b) -> position(a).compareTo(position(b)))
                        .toList();
        Answers.json(
                context,
                200,
                Page.ofAll(parameters, Page.MAX_LIMIT, open, ApprovalsApi::position, this::json));
    }

    private List<JsonNode> json(List<Approval> approvals) {
        Map<BudgetId, Budget> budgets = new HashMap<>();
        authority
                .balances(
                        approvals.stream().map(one -> one.account().budget()).distinct().toList(),
                        0)
                .forEach(one -> budgets.put(one.budget().id(), one.budget()));
        return approvals.stream()
                .map(one -> json(one, budgets.get(one.account().budget())))
                .toList();
    }

    /// The oldest first.
    private static String position(Approval approval) {
        return "%020d %s".formatted(approval.askedAt().toEpochMilli(), approval.id());
    }

    private FormAct.Done grant(RoutingContext context, Body body) {
        Approval approval = open(context);
        Budget budget = BudgetsApi.require(authority, approval.account().budget());
        long amount = FundingApi.amount("amount", body.required("amount"), budget);
        if (amount == 0) {
            throw ApiException.badRequest("amount: must be above 0");
        }
        Instant until = until(body);
        Outcome.ApprovalGranted granted =
                LedgerAnswers.require(
                        Outcome.ApprovalGranted.class,
                        authority.submit(
                                new Command.Approve(
                                        Idempotency.key(
                                                context,
                                                approval.id(),
                                                List.of(
                                                        "grant",
                                                        Long.toString(amount),
                                                        until.toString())),
                                        approval.tenant(),
                                        approval.id(),
                                        amount,
                                        until,
                                        Access.actor(context)
                                                .did(
                                                        Action.APPROVAL_GRANT,
                                                        budget.id().value(),
                                                        body.reason()))),
                        approval.id());
        ObjectNode answer = ApiJson.object();
        answer.put("approval", approval.id());
        answer.put("until", until.toString());
        answer.set("balance", BudgetJson.of(granted.standing(), budget));
        return new FormAct.Done(
                answer,
                "Granted: the limit of %s is %s for now, and %s is left."
                        .formatted(
                                budget.id(),
                                Quantity.text(budget.unit(), granted.standing().limit()),
                                Quantity.text(
                                        budget.unit(),
                                        Math.max(0, granted.standing().remaining()))));
    }

    private FormAct.Done decline(RoutingContext context, Body body) {
        Approval approval = open(context);
        Instant until = until(body);
        LedgerAnswers.require(
                Outcome.ApprovalDeclined.class,
                authority.submit(
                        new Command.Decline(
                                Idempotency.key(
                                        context,
                                        approval.id(),
                                        List.of("decline", until.toString())),
                                approval.tenant(),
                                approval.id(),
                                until,
                                Access.actor(context)
                                        .did(
                                                Action.APPROVAL_DECLINE,
                                                approval.account().budget().value(),
                                                body.reason()))),
                approval.id());
        ObjectNode answer = ApiJson.object();
        answer.put("approval", approval.id());
        answer.put("until", until.toString());
        return new FormAct.Done(
                answer,
                "Declined: %s refuses without asking again until then."
                        .formatted(approval.account().budget()));
    }

    private Instant until(Body body) {
        Instant until = body.time("until");
        if (until == null || !until.isAfter(clock.instant())) {
            throw ApiException.badRequest("until: must be a time that is still to come");
        }
        return until;
    }

    private Approval open(RoutingContext context) {
        TenantId tenant = Body.tenantId("tenant", Parameters.path(context, "tenant"));
        String id = Parameters.path(context, "approval");
        return authority.approvals(tenant).stream()
                .filter(approval -> approval.id().equals(id))
                .findFirst()
                .orElseThrow(() ->
                        new ApiException(
                                404, "approval_not_found", "no approval " + id + " is open"));
    }

    /// @param budget null when it was removed meanwhile
    private static JsonNode json(Approval approval, @Nullable Budget budget) {
        ObjectNode node = ApiJson.object();
        node.put("id", approval.id());
        node.put("tenant", approval.tenant().value());
        node.put("budget", approval.name());
        node.set(
                "per",
                budget == null
                        ? ApiJson.object()
                        : BudgetJson.per(budget, approval.account().per()));
        node.put("unit", Quantity.unit(approval.unit()));
        CallJson.put(node, "asked", approval.unit(), approval.asked());
        ObjectNode subject = node.putObject("subject");
        for (int i = 0; i < approval.subject().size(); i++) {
            subject.put(approval.subject().dimension(i), approval.subject().value(i));
        }
        node.put("asked_at", approval.askedAt().toString());
        return node;
    }
}
