package dev.bursar.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class UnitSetsTest {

    @Test
    void sets_ofEqualUnits_areOneArray() {
        Unit[] one = UnitSets.of(new Unit("CREDITS"));
        assertThat(UnitSets.of(new Unit("CREDITS"))).isSameAs(one);
        assertThat(UnitSets.of(new Unit[] {new Unit("CREDITS")})).isSameAs(one);
        Unit[] two = UnitSets.of(new Unit[] {Unit.CALLS, Unit.TOKENS});
        assertThat(UnitSets.of(new Unit[] {Unit.CALLS, Unit.TOKENS})).isSameAs(two);
    }

    @Test
    void sets_thatMeetInASlot_stayApart() {
        // Far more than there are slots.
        for (int i = 0; i < 5_000; i++) {
            Unit unit = new Unit("U" + i);
            Amounts amounts = Amounts.of(Map.of(unit, (long) i, Unit.TOKENS, 1L));
            assertThat(UnitSets.of(unit)).containsExactly(unit);
            assertThat(amounts.units()).containsExactlyInAnyOrder(unit, Unit.TOKENS);
            assertThat(amounts.get(unit)).isEqualTo(i);
            assertThat(Amounts.of(unit, i).get(unit)).isEqualTo(i);
        }
    }
}
