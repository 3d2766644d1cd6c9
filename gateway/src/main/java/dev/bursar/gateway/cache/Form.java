package dev.bursar.gateway.cache;

/// How an answer comes.
public enum Form {
    /// One JSON object.
    WHOLE("application/json"),
    /// Server-sent events.
    EVENTS("text/event-stream; charset=utf-8"),
    /// One JSON array of objects, as Gemini streams when it is not asked for events.
    ARRAY("application/json"),
    /// Binary frames, as Bedrock streams.
    FRAMES("application/vnd.amazon.eventstream");

    private final String contentType;

    Form(String contentType) {
        this.contentType = contentType;
    }

    /// As the header `Content-Type` of an answer has it.
    public String contentType() {
        return contentType;
    }
}
