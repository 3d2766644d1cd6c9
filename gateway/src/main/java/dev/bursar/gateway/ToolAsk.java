package dev.bursar.gateway;

import dev.bursar.ledger.Amounts;
import dev.bursar.ledger.Command;
import dev.bursar.ledger.CommandKey;
import dev.bursar.ledger.HoldId;
import dev.bursar.ledger.Subject;
import dev.bursar.ledger.Unit;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/// One call of a tool that wants to be let in: what is reserved for it, under which key, and what is remembered.
///
/// @param kind `reserve` or `charge`: the same id for the other is another request
/// @param once an id that nobody else has, for a request that cannot be told apart from others
record ToolAsk(
        Identity.Caller caller,
        CallHeaders headers,
        ToolCalls.Asked asked,
        ToolRate rate,
        String kind,
        String once) {

    static final String CHARGE = "charge";
    static final String RESERVE = "reserve";

    /// A hold of a charge ends at once; should the process end first, it is charged when this is over.
    private static final Duration CHARGE_TTL = Duration.ofMinutes(1);

    /// The same at another price.
    ToolAsk at(ToolRate other) {
        return new ToolAsk(caller, headers, asked, other, kind, once);
    }

    /// What the call is about; its run is itself when nothing names one.
    Subject subject(HoldId id) {
        Map<String, String> dimensions = CallSubject.dimensions(caller, headers, id.value());
        dimensions.put(Subject.TOOL, asked.tool());
        return CallSubject.of(dimensions);
    }

    /// What is held. A tool is no call of a model and takes no tokens; while it runs it takes a slot.
    Amounts amounts() {
        Map<Unit, Long> amounts = new TreeMap<>();
        amounts.put(Unit.USD_MICROCENTS, rate.microcents());
        amounts.put(Unit.TOOL_CALLS, 1L);
        if (kind.equals(RESERVE)) {
            amounts.put(Unit.SLOTS, 1L);
        }
        return Amounts.of(amounts);
    }

    /// @param counted whether a budget has counted the call when a model asked for it
    Command.Reserve reserve(HoldId id, boolean counted, Command.Shortage shortage, String shadow) {
        return new Command.Reserve(
                key(),
                id,
                caller.tenant(),
                subject(id),
                amounts(),
                Amounts.NONE,
                shortage,
                ttl(),
                Duration.ZERO,
                Command.OnExpiry.CHARGE,
                Command.Overage.ALWAYS,
                false,
                record(id, counted).label("shadow", shadow).attribution(),
                counted);
    }

    /// @param counted as of [#reserve]
    CallRecord record(HoldId id, boolean counted) {
        String model = asked.call() == null ? "" : asked.call();
        CallRecord record =
                new CallRecord()
                        .label("call", id.value())
                        .label("dialect", ToolCalls.DIALECT)
                        .label("tool", asked.tool())
                        .label("asked_by", model)
                        .label("counted_by", counted ? model : "")
                        .label("tool_call_id", asked.toolCall())
                        .label("request_type", headers.requestType())
                        .label("priority", headers.priority())
                        .number(ToolCalls.TTL, ttl().toMillis());
        return rate.describe(record);
    }

    private Duration ttl() {
        return kind.equals(RESERVE) ? asked.ttl() : CHARGE_TTL;
    }

    private CommandKey key() {
        String id = asked.id();
        return new CommandKey(id == null ? once : "tool " + id, fingerprint());
    }

    /// What a repetition must say again. Not the price, which may be another one by then, nor the trace.
    private long fingerprint() {
        String said =
                String.join(
                        "\n",
                        kind,
                        asked.tool(),
                        String.valueOf(asked.units()),
                        String.valueOf(asked.microcents()),
                        String.valueOf(asked.call()),
                        String.valueOf(asked.toolCall()),
                        asked.ttl().toString(),
                        headers.dimensions().toString());
        return Fingerprint.of(said.getBytes(StandardCharsets.UTF_8));
    }
}
