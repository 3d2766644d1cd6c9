package dev.bursar.e2e;

import dev.bursar.e2e.ClientCase.Trouble;
import java.util.function.Function;
import java.util.stream.Stream;

/// Client libraries for Java. Spring AI, which needs other versions of them, is in `e2e-spring`.
class JavaClientsTest extends ClientContract {

    private static final String EMBEDDINGS = "text-embedding-3-small";

    private static final ClientCase OPENAI =
            official("openai-java chat", "gpt-4o-mini", OpenAiJava::new)
                    .sees(Trouble.STOPPED, "length")
                    .embeds(EMBEDDINGS);

    private static final ClientCase RESPONSES =
            official("openai-java responses", "gpt-4o-mini", OpenAiJavaResponses::new)
                    .sees(Trouble.STOPPED, "max_output_tokens");

    private static final ClientCase ANTHROPIC =
            official("anthropic-java", "claude-opus-4-6", AnthropicJava::new)
                    .sees(Trouble.DENIED, "PaymentRequiredException 402 budget_exhausted poor")
                    .sees(Trouble.STOPPED, "max_tokens");

    private static final ClientCase GEMINI =
            new ClientCase("google-genai", "gemini-2.5-flash", GoogleGenAi::new)
                    .sees(Trouble.DENIED, "ClientException 402 - -")
                    .sees(Trouble.FORBIDDEN, "ClientException 403 - -")
                    .sees(Trouble.BUSY, "ClientException 429 - -")
                    .sees(Trouble.CUT, "ServerException 502 - -")
                    .sees(Trouble.STOPPED, "MAX_TOKENS")
                    .insists(5)
                    .embeds("gemini-embedding-001");

    @Override
    Stream<ClientCase> clients() {
        return Stream.of(
                OPENAI,
                RESPONSES,
                ANTHROPIC,
                GEMINI,
                langChain4j("langchain4j openai", "gpt-4o-mini", LangChain4jModels.OpenAi::new)
                        .sees(Trouble.CUT, "RuntimeException 0 provider_unreachable -")
                        .embeds(EMBEDDINGS),
                langChain4j(
                                "langchain4j anthropic",
                                "claude-opus-4-6",
                                LangChain4jModels.Anthropic::new)
                        .sees(Trouble.CUT, "AnthropicStreamingException 0 - -"),
                langChain4j("langchain4j gemini", "gemini-2.5-flash", LangChain4jModels.Gemini::new)
                        .sees(Trouble.DENIED, "InvalidRequestException 402 402 poor")
                        .sees(Trouble.FORBIDDEN, "AuthenticationException 403 403 -")
                        .sees(Trouble.BUSY, "RateLimitException 429 429 one-at-a-time")
                        .sees(Trouble.CUT, ClientCase.UNSEEN));
    }

    @Override
    Stream<ClientCase> crossing() {
        return Stream.of(
                OPENAI.to("claude-opus-4-6"),
                OPENAI.to("gemini-2.5-flash"),
                RESPONSES.to("claude-opus-4-6"),
                ANTHROPIC.to("gpt-4o-mini"),
                ANTHROPIC.to("gemini-2.5-flash"),
                GEMINI.to("claude-opus-4-6"));
    }

    private static ClientCase official(
            String name, String model, Function<String, ClientLibrary> open) {
        return new ClientCase(name, model, open)
                .sees(Trouble.DENIED, "UnexpectedStatusCodeException 402 budget_exhausted poor")
                .sees(Trouble.FORBIDDEN, "PermissionDeniedException 403 model_unpriced -")
                .sees(Trouble.BUSY, "RateLimitException 429 budget_held one-at-a-time")
                .sees(Trouble.CUT, "SseException 200 provider_unreachable -")
                .waits(3);
    }

    private static ClientCase langChain4j(
            String name, String model, Function<String, LangChain4j.Models> models) {
        return new ClientCase(name, model, url -> new LangChain4j(models.apply(url)))
                .sees(Trouble.DENIED, "InvalidRequestException 402 budget_exhausted poor")
                .sees(Trouble.FORBIDDEN, "AuthenticationException 403 model_unpriced -")
                .sees(Trouble.BUSY, "RateLimitException 429 budget_held one-at-a-time")
                .sees(Trouble.STOPPED, "LENGTH")
                .insists(3);
    }
}
