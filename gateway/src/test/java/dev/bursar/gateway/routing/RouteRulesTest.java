package dev.bursar.gateway.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bursar.gateway.routing.CallFacts.Trait;
import dev.bursar.gateway.routing.Condition.Range;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RouteRulesTest {

    private static final Verdict NONE = Verdict.unknown("not asked");

    /// Small first, then what has tools or pictures, then a team, then everything else.
    private static final RouteRules ROUTE =
            route(
                    rule("small", sizes(new Range(0, 1_000), new Range(0, 500)), "mini"),
                    rule("tools", traits(Map.of(Trait.TOOLS, true, Trait.IMAGES, false)), "tooled"),
                    rule("batch", words(Map.of("priority", Set.of("batch"))), "slow"),
                    rule(
                            "team",
                            words(
                                    Map.of(
                                            "team", Set.of("core", "data"),
                                            "request_type", Set.of("summary"))),
                            "house"),
                    new Rule(Rule.OTHERWISE, Condition.ANY, new Choice.Asked(), List.of("spare")));

    @ParameterizedTest(name = "{0} tokens, {1}, {2}, {3} → {4}")
    @CsvSource({
        // input, output, traits, words, rule
        "0, 499, -, -, small",
        "999, 499, TOOLS, team=core, small",
        "1000, 499, -, -, default",
        "999, 500, -, -, default",
        "1000, 500, TOOLS, -, tools",
        "1000, 500, TOOLS+STREAM, priority=batch, tools",
        "1000, 500, TOOLS+IMAGES, -, default",
        "1000, 500, IMAGES, -, default",
        "1000, 500, -, priority=batch, batch",
        "1000, 500, -, priority=interactive, default",
        "1000, 500, -, team=core, default",
        "1000, 500, -, team=core+request_type=summary, team",
        "1000, 500, -, team=data+request_type=summary, team",
        "1000, 500, -, team=dat+request_type=summary, default",
        "1000, 500, -, team=Core+request_type=summary, default",
    })
    void rule_firstThatHolds_decides(
            long input, long output, String traits, String words, String expected) {
        Set<Trait> has = EnumSet.noneOf(Trait.class);
        Map<String, String> said = new TreeMap<>();
        if (!traits.equals("-")) {
            for (String trait : traits.split("\\+", -1)) {
                has.add(Trait.valueOf(trait));
            }
        }
        if (!words.equals("-")) {
            for (String word : words.split("\\+", -1)) {
                said.put(word.split("=", -1)[0], word.split("=", -1)[1]);
            }
        }
        CallFacts facts = new CallFacts(new TreeMap<>(said), has, input, output);
        assertThat(ROUTE.rule(facts).name()).isEqualTo(expected);
    }

    @Test
    void plan_asked_isTheModelAskedForAndThenTheFallback() {
        CallFacts facts =
                new CallFacts(new TreeMap<>(Map.of("model", "big")), Set.of(), 5_000, 5_000);
        assertThat(ROUTE.plan(ROUTE.rule(facts), facts, NONE, "c1"))
                .containsExactly(
                        new Target("big", "default", "asked"),
                        new Target("spare", "default", "fallback"));
    }

    @Test
    void plan_fallbackThatWasChosen_isTriedOnce() {
        CallFacts facts =
                new CallFacts(new TreeMap<>(Map.of("model", "spare")), Set.of(), 5_000, 5_000);
        assertThat(ROUTE.plan(ROUTE.rule(facts), facts, NONE, "c1"))
                .containsExactly(new Target("spare", "default", "asked"));
    }

    @ParameterizedTest
    @CsvSource({"true, big", "false, mini"})
    void plan_byComplexity_followsTheVerdict(boolean hard, String model) {
        RouteRules route =
                route(
                        new Rule(
                                "q",
                                Condition.ANY,
                                new Choice.ByComplexity("mini", "big", ""),
                                List.of()));
        CallFacts facts = CallFacts.of(Map.of("model", "smart"));
        assertThat(route.plan(route.rule(facts), facts, new Verdict(hard, "said so"), "c1"))
                .containsExactly(new Target(model, "q", "said so"));
    }

    @Test
    void plan_unknownComplexity_isHard() {
        assertThat(Verdict.unknown("silence").hard()).isTrue();
    }

    @Test
    void plan_weighted_keepsARunTogetherAndSaysWhy() {
        RouteRules route = weighted("run");
        Set<String> chosen = new TreeSet<>();
        for (int run = 0; run < 50; run++) {
            Set<String> ofRun = new TreeSet<>();
            for (int call = 0; call < 20; call++) {
                CallFacts facts = CallFacts.of(Map.of("run", "r" + run, "user", "u" + call));
                Target target =
                        route.plan(route.rule(facts), facts, NONE, "c" + run + "/" + call)
                                .getFirst();
                ofRun.add(target.model());
                assertThat(target.reason()).isEqualTo("weight 50 of 100 by run");
            }
            assertThat(ofRun).hasSize(1);
            chosen.addAll(ofRun);
        }
        assertThat(chosen).containsExactly("a", "b");
    }

    @Test
    void plan_weightedWithoutTheDimension_choosesForEachCall() {
        RouteRules route = weighted("user");
        CallFacts facts = CallFacts.of(Map.of("run", "r1"));
        Set<String> chosen = new TreeSet<>();
        for (int call = 0; call < 50; call++) {
            Target target = route.plan(route.rule(facts), facts, NONE, "c" + call).getFirst();
            chosen.add(target.model());
            assertThat(target.reason()).isEqualTo("weight 50 of 100 by call");
        }
        assertThat(chosen).containsExactly("a", "b");
    }

    @Test
    void route_withoutALastWord_isRefused() {
        assertThatThrownBy(() -> route(rule("small", sizes(new Range(0, 1), Range.ANY), "mini")))
                .hasMessageContaining("last rule must hold always");
    }

    private static RouteRules weighted(String sticky) {
        return new RouteRules(
                "ab",
                List.of(
                        new Rule(
                                "half",
                                Condition.ANY,
                                new Choice.Weighted(new TreeMap<>(Map.of("a", 50, "b", 50))),
                                List.of())),
                sticky,
                RouteRules.WITHIN,
                RouteRules.ANSWER_WITHIN);
    }

    private static RouteRules route(Rule... rules) {
        return new RouteRules(
                "smart",
                List.of(rules),
                RouteRules.STICKY,
                RouteRules.WITHIN,
                RouteRules.ANSWER_WITHIN);
    }

    private static Rule rule(String name, Condition when, String model) {
        return new Rule(name, when, Choice.Weighted.only(model), List.of());
    }

    private static Condition sizes(Range input, Range output) {
        return new Condition(new TreeMap<>(), Map.of(), input, output);
    }

    private static Condition traits(Map<Trait, Boolean> traits) {
        return new Condition(new TreeMap<>(), traits, Range.ANY, Range.ANY);
    }

    private static Condition words(Map<String, Set<String>> words) {
        TreeMap<String, SortedSet<String>> sorted = new TreeMap<>();
        words.forEach((word, values) -> sorted.put(word, new TreeSet<>(values)));
        return new Condition(sorted, Map.of(), Range.ANY, Range.ANY);
    }
}
