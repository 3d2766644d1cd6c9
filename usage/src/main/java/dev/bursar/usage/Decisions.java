package dev.bursar.usage;

import dev.bursar.ledger.Block;
import dev.bursar.ledger.Entry;
import dev.bursar.ledger.HoldId;
import dev.bursar.ledger.Notice;
import dev.bursar.ledger.Subject;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Counts what was decided, once per call. For one thread.
///
/// A grant counts when its hold ends. The gateway first asks for a rough bound of a call, and when the
/// budgets have less than that, gives the hold back and asks for the counted tokens: the hold that is
/// given back without a word about a call was never an answer to the client.
final class Decisions {

    /// Open holds that are remembered; beyond that, a grant counts at once.
    private static final int MAX_OPEN = 1_000_000;

    private final BoundedLabel names;
    private final BoundedLabel workflows;
    private final BoundedLabel breakers;
    private final Counter counter;
    private final Map<HoldId, Decision> open = new HashMap<>();

    private record Decision(String name, String reason, String mode, String workflow) {}

    Decisions(PrometheusRegistry registry, UsageSettings settings) {
        names = new BoundedLabel(settings.labelValues());
        workflows = new BoundedLabel(settings.labelValues());
        breakers = new BoundedLabel(settings.labelValues());
        counter =
                JournalMetrics.counter(
                        registry,
                        "bursar_decisions_total",
                        "Calls decided",
                        "decision",
                        "reason",
                        "mode",
                        "workflow");
        counter.labelValues("allow", BoundedLabel.NONE, "hard", BoundedLabel.NONE);
    }

    /// Remembers a grant, and counts it at the end of its hold.
    void apply(Entry entry) {
        switch (entry) {
            case Entry.Reserved reserved -> granted(reserved);
            case Entry.Committed committed -> count(open.remove(committed.hold()));
            case Entry.Expired expired -> count(open.remove(expired.hold()));
            case Entry.Released released -> {
                Decision decision = open.remove(released.hold());
                if (!released.attribution().labels().isEmpty()) {
                    count(decision);
                }
            }
            case Entry.Refused ignored -> {}
            case Entry.Charged charged -> charged(charged);
            case Entry.Extended ignored -> {}
            case Entry.Evaluated ignored -> {}
            case Entry.Administrative ignored -> {}
            case Entry.AccountsDropped ignored -> {}
        }
    }

    void deny(String reason, String workflow) {
        count(new Decision("deny", reason, "hard", workflow));
    }

    private void granted(Entry.Reserved reserved) {
        Decision decision = decision(reserved);
        if (open.size() < MAX_OPEN) {
            open.put(reserved.granted().hold(), decision);
        } else {
            count(decision);
        }
    }

    /// What was spent elsewhere was not decided here; an answer of the cache was.
    private void charged(Entry.Charged charged) {
        String decision = charged.attribution().labels().getOrDefault("decision", "");
        if (!decision.isEmpty()) {
            String workflow = charged.subject().get(Subject.WORKFLOW);
            count(
                    new Decision(
                            decision, BoundedLabel.NONE, "hard", workflow == null ? "" : workflow));
        }
    }

    private void count(@Nullable Decision decision) {
        // Null for a hold from before this process.
        if (decision != null) {
            counter.labelValues(
                            names.of(decision.name()),
                            decision.reason(),
                            decision.mode(),
                            workflows.of(decision.workflow()))
                    .inc();
        }
    }

    private Decision decision(Entry.Reserved reserved) {
        String workflow = reserved.subject().get(Subject.WORKFLOW);
        String of = workflow == null ? "" : workflow;
        String said = reserved.attribution().labels().getOrDefault("decision", "");
        List<Block> wouldRefuse = reserved.granted().wouldRefuse();
        if (!wouldRefuse.isEmpty()) {
            return new Decision(said.isEmpty() ? "would-deny" : said, "shadow_limit", "shadow", of);
        }
        boolean clamped = !reserved.granted().held().equals(reserved.asked());
        String name = !said.isEmpty() ? said : clamped ? "clamped" : "allow";
        if (reserved.granted().notices().stream().anyMatch(Decisions::isPassed)) {
            return new Decision(name, "soft_limit", "soft", of);
        }
        String breaker = reserved.attribution().labels().getOrDefault(Call.BREAKER, "");
        return breaker.isEmpty()
                ? new Decision(name, BoundedLabel.NONE, "hard", of)
                : new Decision(name, "breaker_" + breakers.of(breaker), "soft", of);
    }

    /// Only a soft budget lets more through than its limit.
    private static boolean isPassed(Notice notice) {
        return notice.percent() > 100;
    }
}
