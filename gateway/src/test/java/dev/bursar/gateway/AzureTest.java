package dev.bursar.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.ledger.BudgetId;
import dev.bursar.ledger.Entry;
import dev.bursar.ledger.Unit;
import dev.bursar.pricing.Price;
import dev.bursar.pricing.Rates;
import dev.bursar.pricing.TokenClass;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// OpenAI's dialect as Azure serves it: deployments in the path, the key in a header of its own.
class AzureTest {

    private static final JsonMapper JSON = JsonMapper.shared();

    private static final String DEPLOYMENT = "/openai/deployments/our-chat/chat/completions";

    private static final String UNBOUNDED =
            "{\"model\":\"house-model\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}";

    private static final String NO_MODEL = Samples.CHAT.replace("\"model\":\"house-model\",", "");

    private static final String FILTERED =
            """
            data: {"choices":[],"created":0,"id":"","model":"","object":"","prompt_filter_results":[\
            {"prompt_index":0,"content_filter_results":{"hate":{"filtered":false}}}]}

            """;

    /// At ten times the price of the house model.
    private static final Price DEAR =
            Price.of(
                    "openai",
                    "dear-model",
                    Instant.EPOCH,
                    Rates.of(
                            Map.of(
                                    TokenClass.INPUT, 1_000_000_000L,
                                    TokenClass.OUTPUT, 2_000_000_000L,
                                    TokenClass.CACHE_READ, 100_000_000L)));

    @TempDir private Path data;
    private House house;
    private BudgetId usd;

    @BeforeEach
    void open() throws Exception {
        house = new House(data);
        usd = house.budget("all", Unit.USD_MICROCENTS, 1_000_000_000);
        configure("2024-10-21");
        house.provider.script(answer -> answer.json(200, Samples.CHAT_ANSWER));
    }

    @AfterEach
    void close() throws Exception {
        house.close();
    }

    /// The provider is named `openai`, under which the house model has its price.
    private void configure(String version) {
        ProviderSettings azure =
                ProviderSettings.of("openai", Dialect.OPENAI, house.provider.uri(""), "az-provider")
                        .onAzure(new AzureApi(version, Map.of("house-model", "our-chat")));
        house.gateway.reconfigure(
                House.BOOK.with(List.of(DEAR)), GatewaySettings.of(Map.of("openai", azure)));
    }

    private FakeProvider.Received received() {
        return house.provider.received.getFirst();
    }

    private JsonNode forwarded() {
        return JSON.readTree(received().body());
    }

    @ParameterizedTest
    @CsvSource({
        "2024-10-21,/v1/chat/completions,"
                + "/openai/deployments/our-chat/chat/completions?api-version=2024-10-21",
        "2025-04-01-preview,/openai/v1/chat/completions,"
                + "/openai/deployments/our-chat/chat/completions?api-version=2025-04-01-preview",
        "'',/v1/chat/completions,/openai/v1/chat/completions",
        "preview,/v1/chat/completions,/openai/v1/chat/completions?api-version=preview",
    })
    void chat_ofAMappedModel_goesToItsDeployment(String version, String path, String upstream)
            throws Exception {
        configure(version);
        HttpResponse<String> answer = house.post(path, UNBOUNDED);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo(Samples.CHAT_ANSWER);
        assertThat(received().uri()).isEqualTo(upstream);
        assertThat(received().headers().get("api-key")).isEqualTo("az-provider");
        assertThat(received().headers().contains("authorization")).isFalse();
        assertThat(forwarded().path("model").asString()).isEqualTo("our-chat");
        assertThat(forwarded().path("max_completion_tokens").asLong()).isEqualTo(4_096);
        // 10 input at 100, 30 cached at 10, 20 output at 200 microcents.
        assertThat(house.spent(usd)).isEqualTo(5_300);
        assertThat(house.committed().subject().get("model")).isEqualTo("house-model");
    }

    @Test
    void responses_haveNoDeploymentsPath_andGoToTheVersionlessForm() throws Exception {
        house.post("/v1/responses", "{\"model\":\"house-model\",\"input\":\"Hi\"}");
        assertThat(received().uri()).isEqualTo("/openai/v1/responses");
        assertThat(forwarded().path("model").asString()).isEqualTo("our-chat");
    }

    @ParameterizedTest
    @CsvSource({
        "chat/completions,'{\"model\":\"house-model\",\"max_tokens\":10,\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}',/openai/deployments/our-chat/chat/completions?api-version=2024-10-21",
        "embeddings,'{\"model\":\"house-model\",\"input\":\"Hi\"}',/openai/deployments/our-chat/embeddings?api-version=2024-10-21",
        "responses,'{\"model\":\"house-model\",\"input\":\"Hi\"}',/openai/v1/responses",
    })
    void client_ofAzuresSdk_leavesOutTheVersionInThePath(String path, String body, String upstream)
            throws Exception {
        HttpResponse<String> answer =
                house.post("/openai/" + path + "?api-version=2025-04-01-preview", body);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(received().uri()).isEqualTo(upstream);
        assertThat(house.committed().subject().get("model")).isEqualTo("house-model");
    }

    @Test
    void client_ofAzuresSdk_listsModels() throws Exception {
        String list = models("/openai/models?api-version=2025-04-01-preview");
        assertThat(list).contains("\"house-model\"").isEqualTo(models("/openai/v1/models"));
    }

    private String models(String path) throws Exception {
        return house.send(house.request(path, "").GET()).body();
    }

    @ParameterizedTest
    @CsvSource({
        "embeddings,'{\"input\":\"Hi\"}'",
        "completions,'{\"prompt\":\"Hi\",\"max_tokens\":10}'",
    })
    void deployment_ofAnotherOperation_keepsIt(String operation, String body) throws Exception {
        String path = "/openai/deployments/our-chat/" + operation;
        house.post(path + "?api-version=2023-05-15", body);
        assertThat(received().uri()).isEqualTo(path + "?api-version=2024-10-21");
        assertThat(forwarded().path("model").asString()).isEqualTo("our-chat");
    }

    @Test
    void client_ofAzuresSdk_namesTheModelInThePathOnly() throws Exception {
        HttpResponse<String> answer =
                house.send(
                        HttpRequest.newBuilder(
                                        house.uri(DEPLOYMENT + "?api-version=2024-06-01&trace=1"))
                                .header("api-key", House.KEY)
                                .POST(HttpRequest.BodyPublishers.ofString(NO_MODEL)));
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(received().uri()).isEqualTo(DEPLOYMENT + "?api-version=2024-10-21&trace=1");
        assertThat(received().headers().getAll("api-key")).containsExactly("az-provider");
        assertThat(forwarded().path("model").asString()).isEqualTo("our-chat");
        Entry.Committed entry = house.committed();
        assertThat(entry.subject().get("model")).isEqualTo("house-model");
        assertThat(entry.attribution().labels()).containsEntry("requested_model", "our-chat");
    }

    @Test
    void client_ofAzuresSdk_isServedByOpenAiToo() throws Exception {
        house.gateway.reconfigure(House.BOOK, house.settings());
        String path = "/openai/deployments/house-model/chat/completions?api-version=2024-10-21";
        HttpResponse<String> answer = house.post(path, NO_MODEL);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(received().uri()).isEqualTo("/v1/chat/completions");
        assertThat(forwarded().path("model").asString()).isEqualTo("house-model");
    }

    @Test
    void deploymentInThePath_holdsBeforeTheModelOfTheBody() throws Exception {
        house.post(DEPLOYMENT, Samples.CHAT.replace("house-model", "gpt-unknown"));
        assertThat(forwarded().path("model").asString()).isEqualTo("our-chat");
        assertThat(house.committed().subject().get("model")).isEqualTo("house-model");
    }

    @Test
    void deployment_namedInTheBody_isPricedAsItsModel() throws Exception {
        house.post("/v1/chat/completions", Samples.CHAT.replace("house-model", "openai/our-chat"));
        assertThat(house.committed().subject().get("model")).isEqualTo("house-model");
        assertThat(received().uri()).startsWith(DEPLOYMENT);
    }

    @Test
    void ownKey_besideAKeyOfOurs_goesOn() throws Exception {
        house.send(
                HttpRequest.newBuilder(house.uri(DEPLOYMENT))
                        .header("X-Bursar-Key", House.KEY)
                        .header("api-key", "az-mine")
                        .POST(HttpRequest.BodyPublishers.ofString(NO_MODEL)));
        assertThat(received().headers().getAll("api-key")).containsExactly("az-mine");
    }

    @Test
    void stream_beginningWithFilterResults_passesUntouched() throws Exception {
        house.provider.script(answer ->
                answer.stream()
                        .write(FILTERED + Samples.CHAT_DELTA_1 + Samples.CHAT_DELTA_2)
                        .write(Samples.CHAT_USAGE + Samples.DONE)
                        .end());
        HttpResponse<String> answer =
                house.post(DEPLOYMENT, NO_MODEL.replaceFirst("\\{", "{\"stream\":true,"));
        assertThat(answer.body())
                .isEqualTo(FILTERED + Samples.CHAT_DELTA_1 + Samples.CHAT_DELTA_2 + Samples.DONE);
        assertThat(forwarded().path("stream_options").path("include_usage").asBoolean()).isTrue();
        Entry.Committed entry = house.committed();
        assertThat(entry.attribution().labels())
                .containsEntry("response_model", "house-model-2026")
                .containsEntry("provenance", "priced");
        assertThat(house.spent(usd)).isEqualTo(40 * 100 + 20 * 200);
    }

    @Test
    void toolCall_inAnAnswer_isCounted() throws Exception {
        String called =
                Samples.CHAT_ANSWER.replace(
                        "\"content\":\"Hello!\"",
                        "\"content\":null,\"tool_calls\":[{\"id\":\"t1\",\"type\":\"function\","
                                + "\"function\":{\"name\":\"look\",\"arguments\":\"{}\"}}]");
        house.provider.script(answer -> answer.json(200, called));
        String tools = ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"look\"}}]}";
        house.post(DEPLOYMENT, NO_MODEL.strip().replaceFirst("}$", tools));
        assertThat(house.committed().actual().get(Unit.TOOL_CALLS)).isEqualTo(1);
    }

    @Test
    void provider_withTooManyCalls_isPassedOnUntouched() throws Exception {
        String busy = "{\"error\":{\"code\":\"429\",\"message\":\"retry after 7 seconds\"}}";
        house.provider.script(answer ->
                answer.json(429, Map.of("retry-after", "7", "x-ms-region", "east"), busy));
        HttpResponse<String> answer = house.post(DEPLOYMENT, NO_MODEL);
        assertThat(answer.statusCode()).isEqualTo(429);
        assertThat(answer.body()).isEqualTo(busy);
        assertThat(answer.headers().firstValue("retry-after")).hasValue("7");
        assertThat(answer.headers().firstValue("x-ms-region")).hasValue("east");
        house.released();
        assertThat(house.spent(usd)).isZero();
    }

    @Test
    void call_beyondItsBudget_isDeniedInOpenAisEnvelope() throws Exception {
        house.budget("little", Unit.USD_MICROCENTS, 10);
        HttpResponse<String> answer = house.post(DEPLOYMENT, NO_MODEL);
        assertThat(answer.statusCode()).isEqualTo(402);
        JsonNode error = JSON.readTree(answer.body()).path("error");
        assertThat(error.path("type").asString()).isEqualTo("insufficient_quota");
        assertThat(error.path("budget").path("name").asString()).isEqualTo("little");
        assertThat(house.provider.received).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "/openai/deployments/our-chat/images/generations,404",
        "/openai/deployments//chat/completions,404",
        "/openai/deployments/our-chat,404",
        "/openai/images/generations,404",
        "/openai/deployments/%ZZ/chat/completions,400",
        "/openai/deployments/%20/chat/completions,400",
    })
    void path_thatIsNotServed_isRefusedInOpenAisEnvelope(String path, int status) throws Exception {
        try (RawClient client = new RawClient(house.uri("/"))) {
            String answer = client.send(RawClient.request(path, NO_MODEL)).readUntil("}}");
            assertThat(answer).startsWith("HTTP/1.1 " + status).contains("invalid_request_error");
        }
        assertThat(house.provider.received).isEmpty();
    }

    @Test
    void answer_ofAnotherModel_isPricedAsThatOne() throws Exception {
        house.provider.script(answer ->
                answer.json(200, Samples.CHAT_ANSWER.replace("house-model-2026", "dear-model")));
        house.post(DEPLOYMENT, NO_MODEL);
        assertThat(house.spent(usd)).isEqualTo(53_000);
    }
}
