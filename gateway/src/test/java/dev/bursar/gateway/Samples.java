package dev.bursar.gateway;

/// Requests and answers in both dialects, small enough to read.
final class Samples {

    static final String CHAT =
            """
            {"model":"house-model","messages":[{"role":"user","content":"Say hello"}],"max_tokens":100}\
            """;

    static final String CHAT_STREAM =
            """
            {"model":"house-model","stream":true,"messages":[{"role":"user","content":"Say hello"}],\
            "max_tokens":100}\
            """;

    static final String CHAT_STREAM_WITH_USAGE =
            """
            {"model":"house-model","stream":true,"stream_options":{"include_usage":true},\
            "messages":[{"role":"user","content":"Say hello"}],"max_tokens":100}\
            """;

    static final String MESSAGES =
            """
            {"model":"house-model","max_tokens":100,"messages":[{"role":"user","content":"Say hello"}]}\
            """;

    static final String MESSAGES_STREAM =
            """
            {"model":"house-model","max_tokens":100,"stream":true,\
            "messages":[{"role":"user","content":"Say hello"}]}\
            """;

    static final String GENERATE =
            """
            {"contents":[{"role":"user","parts":[{"text":"Say hello"}]}]}\
            """;

    /// A request of OpenAI's dialect.
    ///
    /// @param usage whether it asks a stream for its usage
    static String of(String field, boolean stream, boolean usage) {
        return "{\"model\":\"house-model\",\"stream\":"
                + stream
                + (usage && stream ? ",\"stream_options\":{\"include_usage\":true}" : "")
                + ","
                + field
                + "}";
    }

    /// 40 input tokens, 30 of them cached; 20 output tokens, 5 of them reasoning.
    static final String CHAT_ANSWER =
            """
            {"id":"c1","object":"chat.completion","model":"house-model-2026","choices":[{"index":0,\
            "message":{"role":"assistant","content":"Hello!"},"finish_reason":"stop"}],\
            "usage":{"prompt_tokens":40,"completion_tokens":20,"total_tokens":60,\
            "prompt_tokens_details":{"cached_tokens":30},\
            "completion_tokens_details":{"reasoning_tokens":5}}}\
            """;

    static final String MESSAGES_ANSWER =
            """
            {"id":"m1","type":"message","role":"assistant","model":"house-model-2026",\
            "content":[{"type":"text","text":"Hello!"}],"stop_reason":"end_turn","usage":{\
            "input_tokens":10,"cache_read_input_tokens":30,"cache_creation_input_tokens":0,\
            "output_tokens":20}}\
            """;

    static final String CHAT_DELTA_1 =
            """
            data: {"id":"c1","model":"house-model-2026","choices":[{"index":0,"delta":{"content":"Hel"},\
            "finish_reason":null}],"usage":null}

            """;

    static final String CHAT_DELTA_2 =
            """
            data: {"id":"c1","model":"house-model-2026","choices":[{"index":0,"delta":{"content":"lo!"},\
            "finish_reason":"stop"}],"usage":null}

            """;

    static final String CHAT_USAGE =
            """
            data: {"id":"c1","model":"house-model-2026","choices":[],"usage":{"prompt_tokens":40,\
            "completion_tokens":20,"total_tokens":60}}

            """;

    static final String DONE = "data: [DONE]\n\n";

    static final String MESSAGE_START =
            """
            event: message_start
            data: {"type":"message_start","message":{"id":"m1","model":"house-model-2026","content":[],\
            "usage":{"input_tokens":10,"cache_read_input_tokens":30,"cache_creation_input_tokens":0,\
            "output_tokens":1}}}

            """;

    static final String MESSAGE_TEXT =
            """
            event: content_block_start
            data: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}

            event: content_block_delta
            data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hello!"}}

            """;

    static final String MESSAGE_END =
            """
            event: message_delta
            data: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":20}}

            event: message_stop
            data: {"type":"message_stop"}

            """;

    private Samples() {}
}
