package dev.bursar.gateway.ladder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.ledger.AccountKey;
import dev.bursar.ledger.Block;
import dev.bursar.ledger.Budget.Mode;
import dev.bursar.ledger.Budget.Step;
import dev.bursar.ledger.Budget.Step.Action;
import dev.bursar.ledger.BudgetId;
import dev.bursar.ledger.Rung;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlanTest {

    /// Rungs as `name mode steps blocked`, such as `run hard clamp+disable:sql SPENT`.
    @SuppressWarnings("NullAway") // what may be null in a nested type is not seen in class files
    private static List<Rung> rungs(String written) {
        List<Rung> rungs = new ArrayList<>();
        for (String rung : written.split(";", -1)) {
            String[] parts = rung.strip().split(" ", -1);
            rungs.add(
                    new Rung(
                            new AccountKey(new BudgetId(parts[0]), List.of(), 0),
                            parts[0],
                            Mode.valueOf(parts[1].toUpperCase(Locale.ROOT)),
                            100,
                            steps(parts[2]),
                            parts.length > 3 ? Block.Cause.valueOf(parts[3]) : null));
        }
        return rungs;
    }

    private static List<Step> steps(String written) {
        return written.equals("none")
                ? List.of()
                : Arrays.stream(written.split("\\+")).map(PlanTest::step).toList();
    }

    private static Step step(String written) {
        String[] parts = written.split(":");
        return new Step(
                100,
                Action.valueOf(parts[0].toUpperCase(Locale.ROOT)),
                Arrays.asList(parts).subList(1, parts.length));
    }

    private static String told(Plan.@Nullable Changes changes) {
        if (changes == null) {
            return "nothing";
        }
        List<String> told = new ArrayList<>();
        changes.disabled().forEach((tool, budget) -> told.add(tool + "@" + budget));
        if (changes.downgrade()) {
            told.add("downgrade");
        }
        if (changes.clamp()) {
            told.add("clamp");
        }
        return String.join("+", told);
    }

    private static Plan.Options options(boolean batch, boolean downgradable) {
        return new Plan.Options(batch, downgradable, true, _ -> true);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    a hard clamp SPENT                              | clamp
                    a soft alert+downgrade                          | downgrade
                    a soft downgrade; b hard clamp+deny HELD        | downgrade+clamp
                    a hard disable:sql:web; b soft disable:web      | sql@a+web@a
                    a shadow downgrade+clamp SPENT; b soft none      | clamp
                    a hard defer+downgrade SPENT                    | downgrade
                    a hard approve SPENT                            | ''
                    """)
    void of_interactive_takesEveryStepThatIsReached(String rungs, String changes) {
        Plan plan = Plan.of(rungs(rungs), options(false, true));

        assertThat(plan.defer()).isFalse();
        assertThat(told(plan.last())).isEqualTo(changes);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    a hard defer SPENT                        | true  | nothing   | ''
                    a hard defer                              | true  | nothing   | ''
                    a hard downgrade+defer SPENT              | true  | downgrade | downgrade
                    a hard alert+defer+clamp HELD             | true  | nothing   | clamp
                    a hard clamp+defer HELD; b hard defer     | true  | nothing   | clamp
                    a soft downgrade; b hard clamp+defer HELD | true  | downgrade+clamp | downgrade+clamp
                    a hard defer SPENT; b hard none SPENT     | false | nothing   | ''
                    a hard defer; b hard clamp SPENT          | false | nothing   | clamp
                    a hard defer ABOVE_LIMIT                  | false | nothing   | ''
                    a shadow defer SPENT                      | false | nothing   | ''
                    a hard clamp SPENT                        | false | nothing   | clamp
                    """)
    void of_batch_waitsWhereEveryBudgetInTheWayDefers(
            String rungs, boolean defer, String first, String last) {
        Plan plan = Plan.of(rungs(rungs), options(true, true));

        assertThat(plan.defer()).isEqualTo(defer);
        assertThat(told(plan.first())).isEqualTo(first);
        assertThat(told(plan.last())).isEqualTo(last);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    a shadow clamp+deny SPENT              | true  | a=would_clamp
                    a shadow downgrade; b shadow disable:x | true  | a=would_downgrade, b=would_disable
                    a shadow downgrade+defer               | false | ''
                    a shadow approve HELD                  | false | a=would_ask
                    a shadow none SPENT                    | false | a=would_deny
                    a hard clamp SPENT                     | true  | ''
                    """)
    void of_shadow_saysWhatEachBudgetWouldHaveDone(
            String rungs, boolean downgradable, String shadow) {
        assertThat(Plan.of(rungs(rungs), options(false, downgradable)).shadow()).isEqualTo(shadow);
    }

    @ParameterizedTest
    @CsvSource({
        "a shadow disable:x:y,       a=would_disable",
        "a shadow disable:y,         ''",
        "a shadow disable:y SPENT,   a=would_deny",
        "a shadow clamp SPENT,       a=would_deny",
        "a shadow clamp+approve HELD, a=would_ask",
    })
    void of_shadow_leavesOutWhatCannotBeDoneWithTheCall(String rungs, String shadow) {
        Plan.Options few = new Plan.Options(false, false, false, names -> names.contains("x"));
        assertThat(Plan.of(rungs(rungs), few).shadow()).isEqualTo(shadow);
    }

    @Test
    void of_shadowAndBatch_saysThatItWouldHaveWaited() {
        assertThat(Plan.of(rungs("a shadow defer SPENT"), options(true, false)).shadow())
                .isEqualTo("a=would_defer");
    }
}
