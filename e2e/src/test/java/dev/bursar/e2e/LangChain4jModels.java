package dev.bursar.e2e;

import dev.langchain4j.model.anthropic.AnthropicChatModel;
import dev.langchain4j.model.anthropic.AnthropicStreamingChatModel;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.googleai.GoogleAiGeminiChatModel;
import dev.langchain4j.model.googleai.GoogleAiGeminiStreamingChatModel;
import dev.langchain4j.model.openai.OpenAiChatModel;
import dev.langchain4j.model.openai.OpenAiEmbeddingModel;
import dev.langchain4j.model.openai.OpenAiStreamingChatModel;

/// The models of LangChain4j.
final class LangChain4jModels {

    private LangChain4jModels() {}

    record OpenAi(String url) implements LangChain4j.Models {

        @Override
        public ChatModel whole(Task task) {
            return OpenAiChatModel.builder()
                    .baseUrl(url + "/v1")
                    .apiKey(Setup.KEY)
                    .modelName(task.model())
                    .customHeaders(task.allHeaders())
                    .build();
        }

        @Override
        public StreamingChatModel streaming(Task task) {
            return OpenAiStreamingChatModel.builder()
                    .baseUrl(url + "/v1")
                    .apiKey(Setup.KEY)
                    .modelName(task.model())
                    .customHeaders(task.allHeaders())
                    .build();
        }

        @Override
        public EmbeddingModel embeddings(Task task) {
            return OpenAiEmbeddingModel.builder()
                    .baseUrl(url + "/v1")
                    .apiKey(Setup.KEY)
                    .modelName(task.model())
                    .customHeaders(task.allHeaders())
                    .build();
        }
    }

    record Anthropic(String url) implements LangChain4j.Models {

        @Override
        public ChatModel whole(Task task) {
            return AnthropicChatModel.builder()
                    .baseUrl(url + "/v1")
                    .apiKey(Setup.KEY)
                    .modelName(task.model())
                    .customHeaders(task.allHeaders())
                    .build();
        }

        @Override
        public StreamingChatModel streaming(Task task) {
            return AnthropicStreamingChatModel.builder()
                    .baseUrl(url + "/v1")
                    .apiKey(Setup.KEY)
                    .modelName(task.model())
                    .customHeaders(task.allHeaders())
                    .build();
        }
    }

    record Gemini(String url) implements LangChain4j.Models {

        @Override
        public ChatModel whole(Task task) {
            return GoogleAiGeminiChatModel.builder()
                    .baseUrl(url + "/v1beta")
                    .apiKey(Setup.KEY)
                    .modelName(task.model())
                    .customHeaders(task.allHeaders())
                    .build();
        }

        @Override
        public StreamingChatModel streaming(Task task) {
            return GoogleAiGeminiStreamingChatModel.builder()
                    .baseUrl(url + "/v1beta")
                    .apiKey(Setup.KEY)
                    .modelName(task.model())
                    .customHeaders(task.allHeaders())
                    .build();
        }
    }
}
