package dev.bursar.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.pricing.PriceBook;
import java.net.URI;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Who serves a model that is asked for by its bare name.
class RoutesTest {

    private static final Instant AT = Instant.parse("2026-11-22T12:00:00Z");

    private static ProviderSettings provider(String name) {
        Dialect dialect =
                Arrays.stream(Dialect.values())
                        .filter(one -> one.wire().equals(name))
                        .findFirst()
                        .orElse(Dialect.OPENAI);
        return ProviderSettings.of(name, dialect, URI.create("http://127.0.0.1:1/v1"), "sk");
    }

    @ParameterizedTest
    @CsvSource({
        // Whoever may sell a model for another comes after the one whose it is.
        "CHAT, claude-sonnet-4-5, azure+anthropic, anthropic",
        "CHAT, claude-opus-4-8, azure+gemini+anthropic, anthropic",
        "GENERATE, claude-sonnet-4-5, gemini+anthropic, anthropic",
        "GENERATE, claude-opus-4-8, gemini+anthropic, anthropic",
        "CHAT, claude-sonnet-4-5, azure+groq, azure",
        "GENERATE, claude-opus-4-8, gemini, gemini",
        "CHAT, gpt-4o, azure+openai, openai",
        "CHAT, gpt-4o, azure+groq, azure",
        "CHAT, gpt-4o, groq+azure+anthropic, azure",
        "CHAT, gemini-2.5-pro, openai+gemini, gemini",
        "MESSAGES, claude-sonnet-4-5, gemini+anthropic, anthropic",
        "CHAT, azure/claude-sonnet-4-5, azure+anthropic, azure",
    })
    void bareModel_goesToTheOneWhoseItIs(
            Operation operation, String model, String providers, String expected) {
        Map<String, ProviderSettings> settings = new LinkedHashMap<>();
        for (String name : providers.split("\\+", -1)) {
            settings.put(name, provider(name));
        }
        Routes routes = new Routes(GatewaySettings.of(settings), PriceBook.bundled());

        assertThat(routes.endpoint(operation, model, AT).provider().name()).isEqualTo(expected);
    }

    @Test
    void models_ofGemini_areThoseThatItServesAsGemini() {
        ProviderSettings gemini = provider("gemini");
        ProviderSettings bedrock = provider("bedrock");
        Routes routes =
                new Routes(
                        GatewaySettings.of(Map.of("gemini", gemini, "bedrock", bedrock)),
                        PriceBook.bundled());

        assertThat(routes.models(gemini, AT))
                .contains("gemini-2.5-pro")
                .noneMatch(model -> model.startsWith("claude"));
        assertThat(routes.models(bedrock, AT)).anyMatch(model -> model.contains("claude"));
    }
}
