package dev.bursar.e2e;

import java.util.stream.Stream;

/// Client libraries for Java. Spring AI, which needs other versions of them, is in `e2e-spring`.
class JavaClientsTest extends ClientContract {

    private static final ClientCase OPENAI =
            new ClientCase(
                    "openai-java chat",
                    "gpt-4o-mini",
                    bursar -> new OpenAiJava(bursar.url()),
                    "UnexpectedStatusCodeException 402 budget_exhausted poor",
                    "PermissionDeniedException 403 model_unpriced -",
                    "SseException 200 provider_unreachable -");

    private static final ClientCase RESPONSES =
            new ClientCase(
                    "openai-java responses",
                    "gpt-4o-mini",
                    bursar -> new OpenAiJavaResponses(bursar.url()),
                    "UnexpectedStatusCodeException 402 budget_exhausted poor",
                    "PermissionDeniedException 403 model_unpriced -",
                    "SseException 200 provider_unreachable -");

    private static final ClientCase ANTHROPIC =
            new ClientCase(
                    "anthropic-java",
                    "claude-opus-4-6",
                    bursar -> new AnthropicJava(bursar.url()),
                    "PaymentRequiredException 402 budget_exhausted poor",
                    "PermissionDeniedException 403 model_unpriced -",
                    "SseException 200 provider_unreachable -");

    private static final ClientCase GEMINI =
            new ClientCase(
                    "google-genai",
                    "gemini-2.5-flash",
                    bursar -> new GoogleGenAi(bursar.url()),
                    "ClientException 402 - -",
                    "ClientException 403 - -",
                    "ServerException 502 - -");

    @Override
    Stream<ClientCase> cases() {
        return Stream.of(
                OPENAI,
                RESPONSES,
                ANTHROPIC,
                GEMINI,
                // Models of other dialects than the client's.
                OPENAI.to("claude-opus-4-6"),
                OPENAI.to("gemini-2.5-flash"),
                RESPONSES.to("claude-opus-4-6"),
                ANTHROPIC.to("gpt-4o-mini"),
                ANTHROPIC.to("gemini-2.5-flash"),
                GEMINI.to("claude-opus-4-6"),
                new ClientCase(
                        "langchain4j openai",
                        "gpt-4o-mini",
                        bursar -> new LangChain4j(new LangChain4jModels.OpenAi(bursar.url())),
                        "InvalidRequestException 402 budget_exhausted poor",
                        "AuthenticationException 403 model_unpriced -",
                        "RuntimeException 0 provider_unreachable -"),
                new ClientCase(
                        "langchain4j anthropic",
                        "claude-opus-4-6",
                        bursar -> new LangChain4j(new LangChain4jModels.Anthropic(bursar.url())),
                        "InvalidRequestException 402 budget_exhausted poor",
                        "AuthenticationException 403 model_unpriced -",
                        "AnthropicStreamingException 0 - -"),
                new ClientCase(
                        "langchain4j gemini",
                        "gemini-2.5-flash",
                        bursar -> new LangChain4j(new LangChain4jModels.Gemini(bursar.url())),
                        "InvalidRequestException 402 402 poor",
                        "AuthenticationException 403 403 -",
                        ClientCase.UNSEEN));
    }
}
