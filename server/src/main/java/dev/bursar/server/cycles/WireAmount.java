package dev.bursar.server.cycles;

import dev.bursar.ledger.Amounts;
import dev.bursar.ledger.Unit;
import org.jspecify.annotations.Nullable;

/// A quantity of one unit: any integer of 64 bits from 0 on.
record WireAmount(Unit unit, long amount) {

    static WireAmount read(JsonFields in, String name) {
        Unit unit = null;
        Long amount = null;
        in.enter();
        for (String field = in.next(); field != null; field = in.next()) {
            switch (field) {
                case "unit" -> unit = unit(in);
                case "amount" -> amount = in.integer(0, Long.MAX_VALUE);
                default -> throw in.unknown();
            }
        }
        return new WireAmount(
                JsonFields.required(unit, name + ".unit"),
                JsonFields.required(amount, name + ".amount"));
    }

    private static Unit unit(JsonFields in) {
        @Nullable Unit unit = WireUnit.named(in.text(1, 32));
        if (unit == null) {
            throw in.wrong("must be one of " + WireUnit.ALL);
        }
        return unit;
    }

    Amounts amounts() {
        return Amounts.of(unit, amount);
    }
}
