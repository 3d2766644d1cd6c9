package dev.bursar.server.conformance;

import dev.bursar.server.conformance.Case.Failed;
import dev.bursar.server.conformance.Case.Level;
import dev.bursar.server.conformance.Case.Skipped;
import dev.bursar.server.conformance.Result.Outcome;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/// All cases, one after the other, against one server. Each makes what it needs and gives back what it
/// holds; a few microcents of events stay spent.
public final class Kit {

    private Kit() {}

    /// @param each told of each result as it is there
    public static List<Result> run(Settings settings, Consumer<Result> each) {
        try (Target target = new Target(settings)) {
            return cases().map(one -> run(one, target)).peek(each).toList();
        }
    }

    private static Stream<Case> cases() {
        return Stream.of(
                        TransportCases.ALL,
                        KeyCases.ALL,
                        ReserveCases.ALL,
                        SettleCases.ALL,
                        OverageCases.ALL,
                        EvaluateCases.ALL,
                        ReadCases.ALL,
                        ListCases.ALL,
                        AdminCases.ALL)
                .flatMap(List::stream);
    }

    private static Result run(Case one, Target target) {
        Outcome outcome = Outcome.PASS;
        String detail = "";
        try {
            one.check().run(target);
        } catch (Failed e) {
            outcome = Outcome.FAIL;
            detail = String.valueOf(e.getMessage());
        } catch (Skipped e) {
            outcome = Outcome.SKIP;
            detail = String.valueOf(e.getMessage());
        }
        return new Result(one.id(), one.level() == Level.MUST, one.requirement(), outcome, detail);
    }
}
