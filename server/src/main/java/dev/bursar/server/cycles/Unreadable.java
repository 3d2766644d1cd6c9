package dev.bursar.server.cycles;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.util.Map;

/// What is told to whoever sent a request that cannot be read.
///
/// At a path of the protocol that is the protocol's error. Anywhere else it is a problem document (RFC 9457)
/// which has the fields of such an error, too: of a request line that cannot be read nobody knows whose
/// client sent it.
final class Unreadable {

    private static final String TYPE = "urn:bursar:problem:unreadable_request";

    private Unreadable() {}

    /// Sets the headers that every answer has, of what could be read of the request's, and the type of
    /// the body.
    ///
    /// @param title what is wrong, in the words of the status
    static Buffer tell(HttpServerRequest request, int status, String title, Ids ids) {
        String requestId = ids.uuid();
        String traceId = Trace.of(request.headers(), ids);
        String message = "the request cannot be read: " + title;
        Exchange.identify(request.response(), requestId, traceId);
        boolean ours = Route.isOurs(request.path());
        request.response()
                .putHeader(
                        HttpHeaders.CONTENT_TYPE,
                        ours ? "application/json" : "application/problem+json");
        if (ours) {
            return ErrorBody.of(
                    new CyclesException(
                            status, ErrorCode.INVALID_REQUEST, message, Map.of(), Map.of()),
                    requestId,
                    traceId);
        }
        return Json.object(out -> {
            out.writeStringProperty("type", TYPE);
            out.writeStringProperty("title", title);
            out.writeNumberProperty("status", status);
            out.writeStringProperty("error", ErrorCode.INVALID_REQUEST.name());
            out.writeStringProperty("message", message);
            out.writeStringProperty("request_id", requestId);
            out.writeStringProperty("trace_id", traceId);
        });
    }
}
