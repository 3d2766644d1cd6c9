package dev.bursar.usage;

import dev.bursar.authority.JournalReader.Positioned;
import dev.bursar.ledger.AccountKey;
import dev.bursar.ledger.Amounts;
import dev.bursar.ledger.Attribution;
import dev.bursar.ledger.Budget;
import dev.bursar.ledger.BudgetId;
import dev.bursar.ledger.Entry;
import dev.bursar.ledger.StoppedRun;
import dev.bursar.ledger.TenantId;
import dev.bursar.ledger.Unit;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Reads acts from entries of the journal: every administrative one, and reservations that a person
/// made or ended.
final class Acts {

    /// Tells repeats of one act.
    static final String ACT = "act";

    private static final String ACTOR = "actor";
    private static final String ACTION = "action";
    private static final String DONE_AT = "done_at";
    private static final String ACTOR_TYPE = "actor_type";

    /// How many names of budgets one act lists.
    private static final int MAX_NAMED = 20;

    /// Labels that are no details.
    private static final Set<String> PARTS =
            Set.of(
                    ACTOR,
                    "role",
                    ACTION,
                    "target",
                    "reason",
                    "request_id",
                    "trace_id",
                    "on_behalf_of",
                    ACT,
                    DONE_AT);

    private Acts() {}

    /// What differs between kinds of acts.
    ///
    /// @param kind the action where the entry names none
    /// @param target what it was done to where the entry names nothing
    private record Kind(
            @Nullable String tenant,
            String kind,
            String target,
            @Nullable Unit unit,
            long amount,
            Map<String, String> details) {

        static Kind of(
                @Nullable String tenant, String kind, String target, Map<String, String> details) {
            return new Kind(tenant, kind, target, null, 0, details);
        }
    }

    /// The act that an entry tells, or null when it tells none.
    static @Nullable AuditRow of(Positioned positioned) {
        return switch (positioned.entry()) {
            case Entry.Administrative act -> row(positioned, act.by(), kind(act));
            case Entry.Reserved e when isAct(e.attribution()) ->
                    row(
                            positioned,
                            e.attribution(),
                            reservation(
                                    e.tenant(),
                                    "reservation.create",
                                    e.granted().hold().value(),
                                    e.granted().held()));
            case Entry.Released e when isAct(e.attribution()) ->
                    row(
                            positioned,
                            e.attribution(),
                            reservation(
                                    e.tenant(),
                                    "reservation.release",
                                    e.hold().value(),
                                    Amounts.NONE));
            case Entry.Committed e when isAct(e.attribution()) ->
                    row(
                            positioned,
                            e.attribution(),
                            reservation(
                                    e.tenant(),
                                    "reservation.commit",
                                    e.hold().value(),
                                    e.actual()));
            case Entry.Released _,
                    Entry.Committed _,
                    Entry.Reserved _,
                    Entry.Refused _,
                    Entry.Evaluated _,
                    Entry.Extended _,
                    Entry.Expired _,
                    Entry.Charged _,
                    Entry.AccountsDropped _ ->
                    null;
        };
    }

    /// By what repeats of an act are known, `""` for one that the journal has only once.
    static String id(Positioned positioned) {
        return positioned.entry() instanceof Entry.Administrative act
                ? act.by().labels().getOrDefault(ACT, "")
                : "";
    }

    /// The budgets that were frozen, unfrozen or closed in one act, all of them; none for any other act.
    static List<String> budgets(Positioned positioned) {
        return positioned.entry() instanceof Entry.BudgetStatusSet set
                ? set.budgets().stream().map(BudgetId::value).toList()
                : List.of();
    }

    /// No caller has a say in these labels.
    private static boolean isAct(Attribution attribution) {
        return attribution.labels().containsKey(ACTOR) && attribution.labels().containsKey(ACTION);
    }

    private static Kind kind(Entry.Administrative act) {
        return switch (act) {
            case Entry.BudgetDefined(Instant _, Budget budget, Attribution _) ->
                    new Kind(
                            budget.tenant().value(),
                            "budget.define",
                            budget.id().value(),
                            budget.unit(),
                            budget.limit(),
                            terms(budget));
            case Entry.BudgetRemoved e ->
                    Kind.of(tenant(e.budget()), "budget.remove", e.budget().value(), Map.of());
            case Entry.BudgetStatusSet e ->
                    Kind.of(
                            tenant(e.budgets().getFirst()),
                            "budget.status",
                            e.budgets().getFirst().value(),
                            status(e));
            case Entry.BudgetAdjusted e ->
                    new Kind(
                            e.tenant().value(),
                            "budget." + written(e.adjustment()),
                            e.account().budget().value(),
                            e.standing().unit(),
                            e.amount(),
                            per(e.account()));
            case Entry.TenantClosed e ->
                    Kind.of(e.tenant().value(), "tenant.close", e.tenant().value(), Map.of());
            case Entry.ApprovalGranted e ->
                    new Kind(
                            e.tenant().value(),
                            "approval.grant",
                            e.account().budget().value(),
                            e.standing().unit(),
                            e.amount(),
                            approval(e.account(), e.approval(), e.until()));
            case Entry.ApprovalDeclined e ->
                    Kind.of(
                            e.tenant().value(),
                            "approval.decline",
                            e.account().budget().value(),
                            approval(e.account(), e.approval(), e.until()));
            case Entry.RunStopped(StoppedRun stop) ->
                    Kind.of(stop.tenant().value(), "run.stop", stop.run(), Map.of());
            case Entry.RunResumed e -> Kind.of(e.tenant().value(), "run.resume", e.run(), Map.of());
            case Entry.Noted(Instant _, @Nullable TenantId tenant, Attribution _) ->
                    Kind.of(tenant == null ? null : tenant.value(), "note", "", Map.of());
        };
    }

    /// @param amounts what was reserved or spent
    private static Kind reservation(TenantId tenant, String kind, String hold, Amounts amounts) {
        return new Kind(
                tenant.value(),
                kind,
                hold,
                amounts.isEmpty() ? null : amounts.unit(0),
                amounts.isEmpty() ? 0 : amounts.value(0),
                Map.of());
    }

    private static Map<String, String> terms(Budget budget) {
        Map<String, String> terms = new TreeMap<>();
        terms.put("mode", budget.mode().name().toLowerCase(Locale.ROOT));
        terms.put("managed_by", budget.terms().declared() ? "file" : "api");
        if (!budget.per().isEmpty()) {
            terms.put("per", String.join(",", budget.per()));
        }
        if (budget.terms().scope() != null) {
            terms.put("scope", budget.terms().scope().toString());
        }
        return terms;
    }

    private static Map<String, String> status(Entry.BudgetStatusSet set) {
        List<BudgetId> budgets = set.budgets();
        String named =
                budgets.stream()
                        .limit(MAX_NAMED)
                        .map(BudgetId::value)
                        .collect(Collectors.joining(","));
        return Map.of(
                "status",
                set.status().name().toLowerCase(Locale.ROOT),
                "budgets",
                named,
                "changed",
                Integer.toString(budgets.size()));
    }

    private static Map<String, String> per(AccountKey account) {
        return account.per().isEmpty() ? Map.of() : Map.of("per", String.join(",", account.per()));
    }

    private static Map<String, String> approval(AccountKey account, String id, Instant until) {
        Map<String, String> details = new TreeMap<>(per(account));
        details.put("approval", id);
        details.put("until", until.toString());
        return details;
    }

    /// By the convention of their ids; a tenant has no slash in its own.
    private static String tenant(BudgetId budget) {
        int slash = budget.value().indexOf('/');
        return slash < 0 ? budget.value() : budget.value().substring(0, slash);
    }

    private static String written(Enum<?> adjustment) {
        String name = adjustment.name().toLowerCase(Locale.ROOT);
        int end = name.indexOf('_');
        return end < 0 ? name : name.substring(0, end);
    }

    private static AuditRow row(Positioned positioned, Attribution by, Kind kind) {
        SortedMap<String, String> labels = by.labels();
        SortedMap<String, String> details = new TreeMap<>(kind.details());
        if (positioned.entry() instanceof Entry.Administrative) {
            labels.forEach((name, value) -> {
                if (!PARTS.contains(name)) {
                    details.putIfAbsent(name, value);
                }
            });
        } else if (labels.containsKey(ACTOR_TYPE)) {
            details.put(ACTOR_TYPE, labels.get(ACTOR_TYPE));
        }
        return new AuditRow(
                positioned.position(),
                doneAt(labels.get(DONE_AT), positioned.entry().at()),
                kind.tenant(),
                labels.getOrDefault(ACTOR, ""),
                labels.getOrDefault("role", ""),
                labels.getOrDefault(ACTION, kind.kind()),
                labels.getOrDefault("target", kind.target()),
                text(labels, "reason"),
                text(labels, "request_id"),
                text(labels, "trace_id"),
                text(labels, "on_behalf_of"),
                kind.unit() == null ? null : kind.unit().name(),
                kind.amount(),
                details);
    }

    private static @Nullable String text(SortedMap<String, String> labels, String name) {
        String text = labels.get(name);
        return text == null || text.isEmpty() ? null : text;
    }

    private static Instant doneAt(@Nullable String written, Instant told) {
        try {
            return written == null ? told : Instant.parse(written);
        } catch (DateTimeException e) {
            return told;
        }
    }
}
