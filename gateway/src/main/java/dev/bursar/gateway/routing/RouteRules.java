package dev.bursar.gateway.routing;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.stream.Stream;

/// A name that clients may ask for, and the rules by which it becomes models.
///
/// @param name what clients ask for, or [#ANY]
/// @param rules the first that holds decides; the last one holds always
/// @param sticky the dimension whose calls stay together where weights choose, or [#EACH_CALL]
/// @param within after this time from the arrival of a call, no further attempt of it is begun
/// @param answerWithin how long an attempt may wait for the head of an answer while another model is left
///     to try; as long as its provider may where that is less, and for the last one
public record RouteRules(
        String name, List<Rule> rules, String sticky, Duration within, Duration answerWithin) {

    /// The route of every model that has none of its own.
    public static final String ANY = "*";

    /// Each call is on its own.
    public static final String EACH_CALL = "call";

    public static final String STICKY = "run";
    public static final Duration WITHIN = Duration.ofMinutes(10);
    public static final Duration ANSWER_WITHIN = Duration.ofMinutes(10);
    public static final int MAX_RULES = 100;

    /// Attempts of one call, whatever led to them.
    public static final int MAX_ATTEMPTS = 1 + Rule.MAX_FALLBACKS;

    public RouteRules {
        if (rules.isEmpty() || rules.size() > MAX_RULES) {
            throw new IllegalArgumentException("a route has 1 to " + MAX_RULES + " rules");
        }
        if (!rules.getLast().when().equals(Condition.ANY)) {
            throw new IllegalArgumentException("the last rule must hold always");
        }
        if (!within.isPositive() || !answerWithin.isPositive()) {
            throw new IllegalArgumentException("the bounds of a route must be above 0");
        }
        rules = List.copyOf(rules);
    }

    /// The first rule that holds.
    public Rule rule(CallFacts call) {
        for (Rule rule : rules) {
            if (rule.when().holds(call)) {
                return rule;
            }
        }
        throw new IllegalStateException("no rule of the route " + name + " holds");
    }

    /// Where a call goes: the choice of its rule first, then the fallbacks, no model twice.
    ///
    /// @param rule that [#rule] gave
    /// @param verdict how hard the question is; only where the rule asks for that
    /// @param call the id of the call, for those that stay together with nobody
    public List<Target> plan(Rule rule, CallFacts facts, Verdict verdict, String call) {
        SequencedMap<String, Target> targets = new LinkedHashMap<>();
        Target first = chosen(rule, facts, verdict, call);
        targets.put(first.model(), first);
        for (String model : rule.fallback()) {
            targets.putIfAbsent(model, new Target(model, rule.name(), "fallback"));
        }
        return List.copyOf(targets.values());
    }

    private Target chosen(Rule rule, CallFacts facts, Verdict verdict, String call) {
        return switch (rule.to()) {
            case Choice.Asked _ -> new Target(facts.model(), rule.name(), "asked");
            case Choice.ByComplexity by ->
                    new Target(
                            verdict.hard() ? by.hard() : by.simple(),
                            rule.name(),
                            verdict.reason());
            case Choice.Weighted weighted when weighted.weights().size() == 1 ->
                    new Target(weighted.weights().firstKey(), rule.name(), "rule");
            case Choice.Weighted weighted -> weighed(weighted, rule, facts, call);
        };
    }

    private Target weighed(Choice.Weighted weighted, Rule rule, CallFacts facts, String call) {
        String value = facts.words().get(sticky);
        String key = name + '\n' + rule.name() + '\n' + (value == null ? call : value);
        String model = Shares.pick(weighted.weights(), key);
        String reason =
                "weight %d of %d by %s"
                        .formatted(
                                weighted.weights().get(model),
                                weighted.total(),
                                value == null ? EACH_CALL : sticky);
        return new Target(model, rule.name(), reason);
    }

    /// Every model that may come of it.
    public Stream<String> models() {
        return rules.stream()
                .flatMap(rule -> Stream.concat(rule.to().models(), rule.fallback().stream()));
    }
}
