package dev.bursar.server.demo;

import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/// How a reply goes over the wire.
interface Dialect {

    /// The whole reply as one JSON document.
    String whole(Reply reply);

    /// The reply as the events of a stream, each as it goes over the wire.
    ///
    /// @param includeUsage whether the caller asked for usage in the stream, where one has to ask
    List<Buffer> events(Reply reply, int tokensPerChunk, boolean includeUsage);

    /// The answer to a request for embeddings.
    ///
    /// @throws IllegalArgumentException when the body is no such request, or the dialect has none
    default String embeddings(byte[] body) {
        throw new IllegalArgumentException("There are no embeddings here.");
    }

    /// The content type of streams.
    default String streamType() {
        return "text/event-stream; charset=utf-8";
    }

    /// An error envelope.
    String error(int status, String message);

    /// The headers of an error.
    default Map<String, String> errorHeaders(int status) {
        return Map.of();
    }

    /// The type that goes with an error status.
    static String errorType(int status) {
        return switch (status) {
            case 401 -> "authentication_error";
            case 404 -> "not_found_error";
            case 429 -> "rate_limit_error";
            case 529 -> "overloaded_error";
            default -> status < 500 ? "invalid_request_error" : "api_error";
        };
    }

    /// Server-sent events, each with its closing blank line.
    static List<Buffer> buffers(List<String> events) {
        return events.stream().map(Buffer::buffer).toList();
    }

    /// The pieces of a reply in groups of `size`, each joined.
    static List<String> chunks(List<String> pieces, int size) {
        return IntStream.iterate(0, i -> i < pieces.size(), i -> i + size)
                .mapToObj(
                        i -> String.join("", pieces.subList(i, Math.min(i + size, pieces.size()))))
                .toList();
    }
}
