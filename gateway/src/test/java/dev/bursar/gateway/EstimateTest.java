package dev.bursar.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.ledger.Entry;
import dev.bursar.ledger.Unit;
import dev.bursar.pricing.Price;
import dev.bursar.pricing.Rates;
import dev.bursar.pricing.TokenClass;
import dev.bursar.pricing.TokenEstimator;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What a call is taken for before the provider has counted it.
class EstimateTest {

    private static final ProviderSettings OPENAI =
            ProviderSettings.of("openai", Dialect.OPENAI, URI.create("http://localhost/v1"), null);

    @TempDir private Path data;

    private static long inputTokens(String body) {
        Estimator estimator =
                new Estimator(
                        new TokenEstimator(),
                        GatewaySettings.of(new TreeMap<>(Map.of("openai", OPENAI))),
                        new Margins());
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        return estimator.inputTokens(
                RequestParser.parse(Operation.CHAT, bytes),
                new Routes.Route(
                        OPENAI, "gpt-4o", Price.free("openai", "gpt-4o"), true, Instant.EPOCH),
                bytes,
                true);
    }

    private static String chat(String content) {
        return "{\"model\":\"gpt-4o\",\"messages\":[{\"role\":\"user\",\"content\":"
                + content
                + "}]}";
    }

    @Test
    void count_longTextWithoutBlanks_isCounted() {
        String body =
                chat("\"" + "\u9884\u7b97\u4e0d\u8db3\u8bf7\u7a0d\u540e".repeat(1_000) + "\"");
        assertThat(inputTokens(body)).isGreaterThan(4_000);
        assertThat(inputTokens(chat("\"" + "QUJD".repeat(4_000) + "\""))).isGreaterThan(4_000);
    }

    @Test
    void count_numbers_areCounted() {
        String body = chat("\"x\"");
        String more =
                body.replace(
                        "\"messages\"", "\"x\":[" + "123456789,".repeat(999) + "1],\"messages\"");
        assertThat(inputTokens(more)).isGreaterThan(inputTokens(body) + 2_000);
    }

    @Test
    void count_payloads_areLeftOutOncePerPicture() {
        String url = "\"data:image/png;base64," + "QUJD".repeat(4_000) + "\"";
        String picture = "[{\"type\":\"image_url\",\"image_url\":{\"url\":" + url + "}}";
        long one = inputTokens(chat(picture + "]"));
        assertThat(one).isBetween(3_779L, 3_900L);
        assertThat(inputTokens(chat(picture + ",{\"type\":\"text\",\"url\":" + url + "}]")))
                .isGreaterThan(one + 4_000);
        String text = url.replace("QUJD", "\u9884\u7b97");
        assertThat(inputTokens(chat(picture.replace(url, text) + "]"))).isGreaterThan(one + 4_000);
    }

    @ParameterizedTest
    @CsvSource({
        "OPENAI,gpt-4o-mini-2024-07-18,48169",
        "OPENAI,openai/gpt-4o,3779",
        "OPENAI,gpt-5.6,36000",
        "OPENAI,qwen2.5-vl-72b,16384",
        "OPENAI,our-deployment,48169",
        "ANTHROPIC,claude-opus-4-8,4784",
        "ANTHROPIC,us.anthropic.claude-x,4784",
        "BEDROCK,us.anthropic.claude-sonnet-4-5-20250929-v1:0,4784",
        "BEDROCK,arn:aws:bedrock:eu-west-1:1:inference-profile/eu.anthropic.claude-x,4784",
        "BEDROCK,amazon.nova-pro-v1:0,16384",
    })
    void picture_isBoundByTheFamilyOfTheModel(Dialect dialect, String model, int most) {
        assertThat(ImageTokens.most(dialect, model)).isEqualTo(most);
    }

    @Test
    void estimate_ofAModelThatSpeaks_holdsTheDearestOutput() {
        Rates rates =
                Rates.of(
                        Map.of(
                                TokenClass.INPUT, 250_000_000L,
                                TokenClass.OUTPUT, 1_000_000_000L,
                                TokenClass.AUDIO_INPUT, 4_000_000_000L,
                                TokenClass.AUDIO_OUTPUT, 8_000_000_000L));
        Price price = Price.of("openai", "gpt-audio", Instant.EPOCH, rates);
        String text = chat("\"hello\"");
        String audio = chat("[{\"type\":\"input_audio\",\"input_audio\":{\"data\":\"\"}}]");
        assertThat(asked(text, price)).isEqualTo(10 * 250 + 100 * 8_000);
        assertThat(asked(audio, price)).isEqualTo(10 * 4_000 + 100 * 8_000);
    }

    private static long asked(String body, Price price) {
        CallRequest request =
                RequestParser.parse(Operation.CHAT, body.getBytes(StandardCharsets.UTF_8));
        return Estimate.of(request, price, 10, 100, true).asked().get(Unit.USD_MICROCENTS);
    }

    @Test
    void brokenText_countedForATightBudget_holdsNothingAfterwards() throws Exception {
        House house = new House(data);
        try {
            house.provider.script(answer -> answer.json(200, Samples.CHAT_ANSWER));
            house.budget("all", Unit.USD_MICROCENTS, 25_000);
            HttpResponse<String> answer =
                    house.send(
                            house.request("/v1/chat/completions", "")
                                    .POST(HttpRequest.BodyPublishers.ofByteArray(broken())));
            assertThat(answer.statusCode()).isEqualTo(402);
            assertThat(house.held()).isZero();
            assertThat(house.entries(Entry.Committed.class)).isEmpty();
        } finally {
            house.close();
        }
    }

    /// Half of a surrogate pair, as bytes that are no UTF-8, within a string.
    private static byte[] broken() {
        byte[] body = Samples.CHAT.getBytes(StandardCharsets.ISO_8859_1);
        int at = Samples.CHAT.indexOf("hello");
        body[at] = (byte) 0xED;
        body[at + 1] = (byte) 0xA0;
        body[at + 2] = (byte) 0x80;
        return body;
    }

    @ParameterizedTest
    @CsvSource({
        "local,http://127.0.0.1/v1,max_tokens",
        "openai,http://127.0.0.1/v1,max_completion_tokens",
        "mine,https://api.openai.com/v1,max_completion_tokens",
    })
    void outputBound_ofAProvider_isTheFieldItKnows(String name, URI base, String field) {
        assertThat(
                        ProviderSettings.of(name, Dialect.OPENAI, base, null)
                                .outputBound(Operation.CHAT))
                .isEqualTo(field);
        assertThat(
                        ProviderSettings.of(name, Dialect.ANTHROPIC, base, null)
                                .outputBound(Operation.MESSAGES))
                .isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "mistral,http://127.0.0.1/v1,true",
        "openai,https://api.openai.com/v1,true",
        "any,https://api.mistral.ai/v1,false",
        "any,https://Codestral.Mistral.AI/v1,false",
        "any,https://mistral.ai.example.com/v1,true",
    })
    void provider_thatRefusesToBeAskedForUsage_isMistral(String name, URI base, boolean wants) {
        assertThat(ProviderSettings.of(name, Dialect.OPENAI, base, null).wantsToBeAskedForUsage())
                .isEqualTo(wants);
    }

    @Test
    void output_unbounded_isBoundToWhatIsHeld() throws Exception {
        House house = new House(data);
        try {
            house.provider.script(answer -> answer.json(200, Samples.CHAT_ANSWER));
            house.budget("tokens", Unit.TOKENS, 1_000_000);
            String unbounded = Samples.CHAT.replace(",\"max_tokens\":100", "");
            assertThat(house.post("/v1/chat/completions", unbounded).statusCode()).isEqualTo(200);
            assertThat(house.provider.received.getFirst().body())
                    .isEqualTo("{\"max_completion_tokens\":4096," + unbounded.substring(1));
            String two = unbounded.replace("{\"model\"", "{\"n\":2,\"model\"");
            house.post("/v1/chat/completions", two);
            assertThat(house.provider.received.getLast().body())
                    .startsWith("{\"max_completion_tokens\":4096,\"n\":2,");
            assertThat(house.entries(Entry.Committed.class).getLast().held().get(Unit.TOKENS))
                    .isEqualTo(two.length() + 2 * 4_096);
        } finally {
            house.close();
        }
    }
}
