package dev.bursar.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.gateway.routing.CallFacts;
import dev.bursar.gateway.routing.Choice;
import dev.bursar.gateway.routing.Condition;
import dev.bursar.gateway.routing.HealthSettings;
import dev.bursar.gateway.routing.RouteRules;
import dev.bursar.gateway.routing.RoutingSettings;
import dev.bursar.gateway.routing.Rule;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Rules of routes that ask what a client calls.
class OperationRouteTest {

    private static final String GEMINI = "/v1beta/models/house-model:";
    private static final String CONTENTS = "{\"contents\":[{\"parts\":[{\"text\":\"hi\"}]}]}";

    @TempDir private Path data;
    private House house;

    @BeforeEach
    void open() throws Exception {
        house = new House(data);
        house.provider.script(answer -> answer.json(200, "{}"));
        List<Rule> rules = new ArrayList<>();
        for (String operation : CallFacts.OPERATIONS) {
            Choice to =
                    operation.equals("count_tokens")
                            ? Choice.Weighted.only("counted")
                            : new Choice.Asked();
            rules.add(new Rule(operation, when(operation), to, List.of()));
        }
        rules.add(new Rule(Rule.OTHERWISE, Condition.ANY, new Choice.Asked(), List.of()));
        RouteRules any =
                new RouteRules(
                        RouteRules.ANY,
                        rules,
                        RouteRules.STICKY,
                        RouteRules.WITHIN,
                        RouteRules.ANSWER_WITHIN);
        house.gateway.reconfigure(
                House.BOOK,
                house.settings()
                        .withRouting(
                                new RoutingSettings(
                                        new TreeMap<>(Map.of(RouteRules.ANY, any)),
                                        HealthSettings.DEFAULT)));
    }

    @AfterEach
    void close() throws Exception {
        house.close();
    }

    private static Condition when(String operation) {
        return new Condition(
                new TreeMap<>(Map.of(CallFacts.OPERATION, new TreeSet<>(List.of(operation)))),
                Map.of(),
                Condition.Range.ANY,
                Condition.Range.ANY);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            textBlock =
                    """
                    chat             | /v1/chat/completions | {"model":"house-model","messages":[{"role":"user","content":"hi"}]}
                    responses        | /v1/responses        | {"model":"house-model","input":"hi"}
                    completions      | /v1/completions      | {"model":"house-model","prompt":"hi"}
                    embeddings       | /v1/embeddings       | {"model":"house-model","input":"hi"}
                    messages         | /v1/messages         | {"model":"house-model","max_tokens":9,"messages":[{"role":"user","content":"hi"}]}
                    generate_content | /v1beta/models/house-model:generateContent | {"contents":[{"parts":[{"text":"hi"}]}]}
                    embeddings       | /v1beta/models/house-model:embedContent    | {"content":{"parts":[{"text":"hi"}]}}
                    converse         | /model/acme.house-model-v1%3A0/converse | {"messages":[{"role":"user","content":[{"text":"hi"}]}]}
                    """)
    void rule_thatAsksForAnOperation_takesItsCalls(String operation, String path, String body)
            throws Exception {
        HttpResponse<String> answer = house.post(path, body);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(house.committed().attribution().labels()).containsEntry("route_rule", operation);
    }

    @Test
    void rule_forCountsOfTokens_saysWhichModelCounts() throws Exception {
        house.post(
                "/v1/messages/count_tokens",
                "{\"model\":\"house-model\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}");
        house.post("/v1/responses/input_tokens", "{\"model\":\"house-model\",\"input\":\"hi\"}");
        house.post(GEMINI + "countTokens", CONTENTS);
        assertThat(house.provider.received)
                .extracting(asked -> asked.uri() + asked.body())
                .hasSize(3)
                .allMatch(asked -> asked.contains("counted"));
    }

    @Test
    void words_areThoseThatRulesMayAskFor() {
        assertThat(Stream.of(Operation.values()).map(Operation::word).distinct())
                .containsExactlyInAnyOrderElementsOf(CallFacts.OPERATIONS);
    }
}
