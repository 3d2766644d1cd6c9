package dev.bursar.gateway;

import dev.bursar.authority.Authority;
import dev.bursar.gateway.ladder.Plan;
import dev.bursar.ledger.Block;
import dev.bursar.ledger.Command;
import dev.bursar.ledger.HoldId;
import dev.bursar.ledger.Outcome;
import dev.bursar.ledger.Reason;
import dev.bursar.ledger.Unit;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;

/// Lets a tool call in: holds what it may cost, once for each call that a model asked for.
///
/// A model's answer counted so many tool calls. Each has a place, which is the id of a hold: the ledger gives
/// it away once, and remembers it for as long as it remembers how the model's call ended. So no more calls pass
/// as counted than were counted, whoever asks and whenever a process ends.
final class ToolAdmission {

    /// How the ids of tool calls begin, and so their holds: those of models' calls are settled elsewhere.
    static final String PREFIX = "tool_";

    /// How the places of what models asked for begin.
    private static final String CLAIM = PREFIX + CallIds.CALL;

    /// So many tool calls of one answer have places; those beyond are counted by themselves.
    private static final long MAX_PLACES = 64;

    /// What stands for all tools in a step that disables.
    private static final String ALL = "tools";

    private final Authority authority;
    private final InstantSource clock;
    private final ToolAsk ask;

    ToolAdmission(Authority authority, InstantSource clock, ToolAsk ask) {
        this.authority = authority;
        this.clock = clock;
        this.ask = ask;
    }

    /// Whether a hold is the place of a call that was counted when a model asked for it.
    static boolean isCounted(HoldId hold) {
        return hold.value().startsWith(CLAIM);
    }

    /// @return `Granted`, also in a `Repeated`; `Refused` only when the id was used for something else
    /// @throws RefusedException when the tool must not run
    Outcome admit() {
        HoldId own = new HoldId(ask.once());
        CallSubject.requireScope(ask.caller(), ask.subject(own));
        String model = ask.asked().call();
        long places = model == null ? 0 : places(model);
        for (long place = 1; place <= places; place++) {
            Outcome outcome = hold(new HoldId(PREFIX + model + "." + place));
            if (!isTaken(outcome)) {
                return outcome;
            }
        }
        return hold(own);
    }

    /// How many tool calls were counted with the answer of a model. None while it goes on: they are not known.
    private long places(String model) {
        if (!model.startsWith(CallIds.CALL)) {
            return 0;
        }
        return Admission.answered(() -> authority.ended(new HoldId(model)))
                .filter(ended -> ended.tenant().equals(ask.caller().tenant()))
                .map(ended ->
                        ended.outcome() instanceof Outcome.Committed committed
                                ? Math.min(committed.actual().get(Unit.TOOL_CALLS), MAX_PLACES)
                                : 0L)
                .orElse(0L);
    }

    private static boolean isTaken(Outcome outcome) {
        return outcome instanceof Outcome.Refused refused && refused.reason() == Reason.HOLD_EXISTS;
    }

    /// Asks first whether a ladder has disabled the tool; what other steps want of calls is not for tools.
    private Outcome hold(HoldId id) {
        Outcome outcome = submit(id, Command.Shortage.ASK_AGAIN, "");
        if (outcome instanceof Outcome.Advised advised) {
            Plan plan =
                    Plan.of(advised.rungs(), new Plan.Options(false, false, false, this::isOne));
            requireAllowed(id, plan.last().disabled());
            outcome = submit(id, Command.Shortage.TAKE, plan.shadow());
        }
        if (!(outcome instanceof Outcome.Refused refused)) {
            return outcome;
        }
        return switch (refused.reason()) {
            case HOLD_EXISTS, IDEMPOTENCY_MISMATCH, OUTCOME_FORGOTTEN -> refused;
            case RUN_STOPPED ->
                    throw RunGuard.refusal(authority, ask.caller().tenant(), ask.subject(id));
            default -> throw denied(refused);
        };
    }

    private boolean isOne(List<String> names) {
        return names.contains(ask.asked().tool()) || names.contains(ALL);
    }

    private Outcome submit(HoldId id, Command.Shortage shortage, String shadow) {
        Command.Reserve reserve = ask.reserve(id, isCounted(id), shortage, shadow);
        return Admission.answered(() -> authority.submit(reserve));
    }

    /// @param disabled tools, each with the budget that disables it
    private void requireAllowed(HoldId id, SortedMap<String, String> disabled) {
        String tool = ask.asked().tool();
        String budget = disabled.getOrDefault(tool, disabled.get(ALL));
        if (budget == null) {
            return;
        }
        Command.Refuse refuse =
                new Command.Refuse(
                        ask.caller().tenant(),
                        ask.subject(id),
                        ask.amounts(),
                        Reason.NOT_ALLOWED,
                        ask.record(id, false).attribution());
        Admission.answered(() -> authority.submit(refuse));
        throw new RefusedException(
                Denial.of(
                        Refusal.NOT_ALLOWED,
                        "the tool "
                                + tool
                                + " is disabled: the budget "
                                + budget
                                + " has reached a step that does not allow it"));
    }

    private RefusedException denied(Outcome.Refused refused) {
        Denials denials = new Denials(Admission.answered(authority::budgets), clock.instant());
        return new RefusedException(denials.explain(refused, this::cheaper));
    }

    private List<String> cheaper(Block block) {
        List<String> ways = new ArrayList<>();
        if (Quantity.isMoney(block.unit())) {
            long units = ask.rate().affordable(block.affordable());
            if (units > 0) {
                ways.add("ask for at most " + units + " of the unit " + ask.rate().unit());
            }
            ways.add("use a cheaper tool");
        }
        ways.add("answer without this tool");
        return ways;
    }
}
