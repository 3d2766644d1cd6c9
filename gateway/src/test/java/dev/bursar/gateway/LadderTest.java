package dev.bursar.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.ledger.Budget.Mode;
import dev.bursar.ledger.Budget.Step.Action;
import dev.bursar.ledger.BudgetId;
import dev.bursar.ledger.Entry;
import dev.bursar.ledger.Unit;
import java.net.http.HttpResponse;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

/// Steps of ladders that serve another model, take tools away, tell, or only say what they would do.
class LadderTest extends WithLadders {

    // Downgrade.

    @ParameterizedTest
    @EnumSource(Way.class)
    void downgrade_softBudgetIsFull_servesTheCheaperModelAndSaysSo(Way way) throws Exception {
        with(Map.of("house-model", "small"));
        budget("day", Unit.TOKENS, 10, Mode.SOFT, at(100, Action.DOWNGRADE));
        BudgetId usd = budget("usd", Unit.USD_MICROCENTS, 100_000_000, Mode.HARD);

        HttpResponse<String> answer = call(way);

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(header(answer, "X-Bursar-Decision")).isEqualTo("downgraded");
        assertThat(header(answer, "X-Bursar-Model")).isEqualTo("small");
        assertThat(sent().path("model").asString()).isEqualTo("small");
        // All that the model produces, or the provider would refuse it.
        assertThat(sent().path("max_tokens").asLong()).isEqualTo(2_000);
        Entry.Committed committed = house.committed();
        assertThat(committed.subject().get("model")).isEqualTo("small");
        assertThat(committed.attribution().labels())
                .containsEntry("requested_model", "house-model")
                .containsEntry("model", "small")
                .containsEntry("decision", "downgraded");
        assertThat(house.spent(usd)).isBetween(1L, 1_000L);
    }

    @Test
    void downgrade_belowItsStep_servesWhatWasAsked() throws Exception {
        with(Map.of("house-model", "small"));
        budget("day", Unit.TOKENS, 10_000, Mode.SOFT, at(80, Action.DOWNGRADE));

        assertThat(header(call(Way.CHAT), "X-Bursar-Decision")).isEqualTo("allow");
        assertThat(sent().path("model").asString()).isEqualTo("house-model");
    }

    @Test
    void downgrade_hardBudgetHasTooLittle_takesTheFirstThatFits() throws Exception {
        with(Map.of("house-model", "small"));
        budget("run", Unit.USD_MICROCENTS, 50_000, Mode.HARD, at(100, Action.DOWNGRADE));

        HttpResponse<String> answer = call(Way.CHAT);

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(sent().path("model").asString()).isEqualTo("small");
        assertThat(house.entries(Entry.Refused.class)).isEmpty();
    }

    @Test
    void downgrade_chain_endsAtAModelThatCostsNothing() throws Exception {
        with(Map.of("house-model", "small", "small", "local/tiny"));
        budget("run", Unit.USD_MICROCENTS, 10, Mode.HARD, at(100, Action.DOWNGRADE));

        HttpResponse<String> answer = call(Way.CHAT);

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(header(answer, "X-Bursar-Model")).isEqualTo("tiny");
        assertThat(house.committed().subject().get("provider")).isEqualTo("local");
    }

    @Test
    void downgrade_nothingFits_isDeniedAsItWasAsked() throws Exception {
        with(Map.of("house-model", "small", "small", "nobody-serves-this"));
        budget("run", Unit.USD_MICROCENTS, 10, Mode.HARD, at(100, Action.DOWNGRADE));

        HttpResponse<String> answer = call(Way.CHAT);

        assertThat(answer.statusCode()).isEqualTo(402);
        Entry.Refused refused = house.entries(Entry.Refused.class).getFirst();
        assertThat(house.entries(Entry.Refused.class)).hasSize(1);
        assertThat(refused.subject().get("model")).isEqualTo("house-model");
        assertThat(house.provider.received).isEmpty();
    }

    @Test
    void downgradeAndClamp_together_clampTheCheaperModel() throws Exception {
        with(Map.of("house-model", "small"));
        budget(
                "run",
                Unit.USD_MICROCENTS,
                30_000,
                Mode.HARD,
                at(100, Action.DOWNGRADE),
                at(100, Action.CLAMP));

        HttpResponse<String> answer = call(Way.MESSAGES);

        assertThat(header(answer, "X-Bursar-Decision")).isEqualTo("downgraded");
        assertThat(sent().path("model").asString()).isEqualTo("small");
        assertThat(sent().path("max_tokens").asLong()).isBetween(1_000L, 1_499L);
    }

    // Disable.

    private static String tools(Way way, String more) {
        return way.isChat()
                ? ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"web\"}},"
                        + "{\"type\":\"function\",\"function\":{\"name\":\"sql\"}}]"
                        + more
                : ",\"tools\":[{\"name\":\"web\",\"input_schema\":{}},"
                        + "{\"name\":\"sql\",\"input_schema\":{}}]"
                        + more;
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void disable_namedTool_isTakenFromTheRequest(Way way) throws Exception {
        budget("run", Unit.TOKENS, 10, Mode.SOFT, at(50, Action.DISABLE, "web", "images"));

        HttpResponse<String> answer = call(way, tools(way, ""));

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(header(answer, "X-Bursar-Disabled")).isEqualTo("web");
        assertThat(header(answer, "X-Bursar-Decision")).isEqualTo("clamped");
        assertThat(sent().path("tools").size()).isEqualTo(1);
        assertThat(sent().path("tools").toString()).contains("sql").doesNotContain("web");
        assertThat(house.committed().attribution().labels()).containsEntry("disabled", "web");
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void disable_toolThatMustBeCalled_isNotAllowed(Way way) throws Exception {
        budget("run", Unit.TOKENS, 10, Mode.SOFT, at(50, Action.DISABLE, "web"));
        String choice =
                way.isChat()
                        ? "{\"type\":\"function\",\"function\":{\"name\":\"web\"}}"
                        : "{\"type\":\"tool\",\"name\":\"web\"}";

        HttpResponse<String> answer = call(way, tools(way, ",\"tool_choice\":" + choice));

        assertThat(answer.statusCode()).isEqualTo(403);
        assertThat(error(answer).path("code").asString()).isEqualTo("not_allowed");
        assertThat(error(answer).path("message").asString())
                .isEqualTo(
                        "tool_choice: web is disabled: the budget run has reached a step that"
                                + " does not allow it");
        assertThat(house.provider.received).isEmpty();
        assertThat(house.held()).isZero();
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void disable_tools_letsTheLastAnswerPassAnExhaustedBudgetOfToolCalls(Way way) throws Exception {
        budget("steps", Unit.TOOL_CALLS, 0, Mode.HARD, at(100, Action.DISABLE, "tools"));

        HttpResponse<String> answer = call(way, tools(way, ""));

        assertThat(answer.statusCode()).isEqualTo(200);
        JsonNode choice = sent().path("tool_choice");
        assertThat(way.isChat() ? choice.asString() : choice.path("type").asString())
                .isEqualTo("none");
        assertThat(sent().path("tools").size()).isEqualTo(2);
    }

    // Alert and shadow.

    @Test
    void alert_onlyTells() throws Exception {
        budget("run", Unit.TOKENS, 10_000, Mode.HARD, at(10, Action.ALERT));

        assertThat(header(call(Way.CHAT), "X-Bursar-Decision")).isEqualTo("allow");
        assertThat(house.entries(Entry.Reserved.class).getFirst().granted().notices())
                .singleElement()
                .satisfies(notice -> assertThat(notice.step().action()).isEqualTo(Action.ALERT));
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void shadow_steps_areRecordedAndChangeNothing(Way way) throws Exception {
        with(Map.of("house-model", "small"));
        budget(
                "trial",
                Unit.TOKENS,
                1_000,
                Mode.SHADOW,
                at(50, Action.DOWNGRADE),
                at(100, Action.CLAMP));

        HttpResponse<String> answer = call(way);

        assertThat(header(answer, "X-Bursar-Decision")).isEqualTo("allow");
        assertThat(house.provider.received.getLast().body()).isEqualTo(way.body(""));
        Entry.Reserved reserved = house.entries(Entry.Reserved.class).getLast();
        assertThat(reserved.attribution().labels())
                .containsEntry("shadow", "trial=would_downgrade+would_clamp");
        assertThat(reserved.granted().held()).isEqualTo(reserved.asked());
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void shadow_toolThatIsDisabled_isToldOfCallsThatHaveIt(Way way) throws Exception {
        budget("trial", Unit.TOKENS, 100_000, Mode.SHADOW, at(1, Action.DISABLE, "web"));

        call(way);
        assertThat(house.entries(Entry.Reserved.class).getLast().attribution().labels())
                .doesNotContainKey("shadow");
        call(way, tools(way, ""));
        assertThat(house.entries(Entry.Reserved.class).getLast().attribution().labels())
                .containsEntry("shadow", "trial=would_disable");
    }

    @Test
    void shadow_denialBelowTheLimit_wouldHaveDenied() throws Exception {
        budget("trial", Unit.TOKENS, 100_000, Mode.SHADOW, at(1, Action.DENY));

        assertThat(header(call(Way.CHAT), "X-Bursar-Decision")).isEqualTo("would-deny");
        assertThat(
                        house.entries(Entry.Reserved.class)
                                .getLast()
                                .granted()
                                .wouldRefuse()
                                .getFirst()
                                .limit())
                .isEqualTo(1_000);
    }

    @Test
    void shadow_clampThatCouldNotHelp_wouldHaveDenied() throws Exception {
        budget("trial", Unit.TOKENS, 100, Mode.SHADOW, at(100, Action.CLAMP));

        assertThat(header(call(Way.CHAT), "X-Bursar-Decision")).isEqualTo("would-deny");
    }
}
