package dev.bursar.ledger;

import static dev.bursar.ledger.TestLedger.ACME;
import static dev.bursar.ledger.Unit.TOKENS;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

class EndedHoldsTest {

    private static final TenantId OTHER = new TenantId("other");
    private static final List<StateRecord.Ending> ENDINGS =
            List.copyOf(EnumSet.allOf(StateRecord.Ending.class));
    private static final Standing STANDING =
            new Standing(
                    new AccountKey(new BudgetId("acme/company"), List.of(), 0),
                    null,
                    TOKENS,
                    100,
                    5,
                    0,
                    0,
                    0,
                    false);

    private final EndedHolds ended = new EndedHolds();

    private static StateRecord.EndedHold random(HoldId id, Random random) {
        return new StateRecord.EndedHold(
                id,
                random.nextBoolean() ? ACME : OTHER,
                Instant.ofEpochMilli(random.nextInt(1_000_000)),
                ENDINGS.get(random.nextInt(3)),
                outcome(random.nextInt(8) == 0 ? new HoldId("another") : id, random));
    }

    private static Outcome outcome(HoldId id, Random random) {
        Amounts held = Amounts.of(TOKENS, random.nextInt(3));
        Amounts spent = Amounts.of(TOKENS, random.nextInt(3));
        Amounts overrun = random.nextBoolean() ? Amounts.NONE : Amounts.of(TOKENS, 1);
        List<Standing> standings = random.nextBoolean() ? List.of() : List.of(STANDING);
        return switch (random.nextInt(5)) {
            case 0 -> EndedHolds.spent(id, held);
            case 1 -> EndedHolds.returned(id, held);
            case 2 -> EndedHolds.used(id, held, spent);
            case 3 -> new Outcome.Released(id, held, standings);
            default -> new Outcome.Committed(id, held, spent, held, overrun, standings);
        };
    }

    @Test
    void endedHolds_afterRandomChanges_areThoseOfANaiveMapInItsOrder() {
        Map<HoldId, StateRecord.EndedHold> naive = new LinkedHashMap<>();
        Random random = new Random(11);
        for (int i = 0; i < 50_000; i++) {
            HoldId id = new HoldId("hold-" + random.nextInt(5_000));
            StateRecord.EndedHold hold = random(id, random);
            ended.put(hold);
            naive.put(id, hold);
            if (naive.size() > 3_000 || random.nextInt(3) == 0) {
                assertThat(ended.oldestAt()).isEqualTo(naive.values().iterator().next().at());
                ended.removeOldest();
                naive.remove(naive.keySet().iterator().next());
            }
            HoldId asked = new HoldId("hold-" + random.nextInt(5_000));
            assertThat(ended.get(asked)).isEqualTo(naive.get(asked));
            assertThat(ended.size()).isEqualTo(naive.size());
            if (i % 5_000 == 0) {
                assertThat(ended.stream().toList()).isEqualTo(List.copyOf(naive.values()));
            }
        }
        while (!naive.isEmpty()) {
            ended.removeOldest();
            naive.remove(naive.keySet().iterator().next());
            assertThat(ended.stream().findFirst()).isEqualTo(naive.values().stream().findFirst());
        }
    }

    @Test
    void get_ofAnOrdinaryEnd_makesItsOutcomeAgain() {
        HoldId id = new HoldId("a");
        Amounts held = Amounts.of(TOKENS, 3);
        for (Outcome outcome :
                List.of(
                        EndedHolds.returned(id, held),
                        EndedHolds.spent(id, held),
                        EndedHolds.used(id, held, Amounts.of(TOKENS, 2)))) {
            ended.put(
                    new StateRecord.EndedHold(
                            id, ACME, Instant.EPOCH, ENDINGS.getFirst(), outcome));

            StateRecord.EndedHold made = Objects.requireNonNull(ended.get(id));
            assertThat(made.outcome()).isEqualTo(outcome).isNotSameAs(outcome);
        }
    }
}
