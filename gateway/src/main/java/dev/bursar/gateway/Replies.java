package dev.bursar.gateway;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Everything the gateway itself says to a client. From any thread.
final class Replies {

    private final Client client;
    private final Dialect dialect;
    private final boolean responses;
    private final GatewaySettings settings;

    Replies(Client client, Dialect dialect, GatewaySettings settings) {
        this(client, dialect, false, settings);
    }

    private Replies(Client client, Dialect dialect, boolean responses, GatewaySettings settings) {
        this.client = client;
        this.dialect = dialect;
        this.responses = responses;
        this.settings = settings;
    }

    /// Streams of Responses have a form of their own for errors.
    static Replies to(Client client, Operation operation, GatewaySettings settings) {
        boolean responses = operation == Operation.RESPONSES;
        return new Replies(client, operation.dialect(), responses, settings);
    }

    void deny(Denial denial, String call) {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Content-Type", "application/json");
        headers.put("X-Bursar-Call", call);
        if (denial.refusal().isDecision()) {
            headers.put("X-Bursar-Decision", "deny");
        }
        if (dialect == Dialect.ANTHROPIC) {
            headers.put("request-id", call);
        }
        if (dialect == Dialect.BEDROCK) {
            headers.put("x-amzn-RequestId", call);
            headers.put("x-amzn-ErrorType", ErrorTypes.bedrock(denial.refusal()));
        }
        if (denial.refusal().isFinal()) {
            headers.put("x-should-retry", "false");
        } else if (denial.retryAfterSeconds() > 0) {
            headers.put("Retry-After", Integer.toString(denial.retryAfterSeconds()));
        }
        if (denial.refusal() == Refusal.METHOD_NOT_ALLOWED) {
            headers.put("Allow", methods());
        }
        if (denial.refusal() == Refusal.PLAIN_HTTP_ONLY) {
            headers.put("Upgrade", "HTTP/1.1");
            headers.put("Connection", "Upgrade");
        }
        if (denial.refusal() == Refusal.UNSUPPORTED_ENCODING) {
            headers.put("Accept-Encoding", "identity");
        }
        int status = settings.status(denial.refusal());
        Buffer body = envelope(denial, call);
        client.onLoop(() -> client.answer(status, headers, body));
    }

    private String methods() {
        return Paths.methods(client.request().path()).stream()
                .map(HttpMethod::name)
                .collect(Collectors.joining(", "));
    }

    private Buffer envelope(Denial denial, String call) {
        return Envelope.of(dialect, denial, settings.status(denial.refusal()), call);
    }

    /// The provider's own answer, byte for byte.
    ///
    /// @param settled what it cost, or null when nothing was charged
    void passOn(
            Ending.Answered answered, Map<String, String> headers, @Nullable Settlement settled) {
        Map<String, String> ours = new LinkedHashMap<>(headers);
        if (settled != null) {
            ours.put("X-Bursar-Cost", Quantity.usd(settled.costMicrocents()));
        }
        client.onLoop(() -> {
            if (!client.gone()) {
                Headers.toClient(answered.headers(), client.response().headers());
                client.answer(answered.status(), ours, answered.body());
            }
        });
    }

    /// The provider failed: a whole answer, or, when the client has part of a stream already, an event
    /// that every SDK takes for an error. Part of anything else is broken off.
    void fail(Ending.Failed failed, String call, Relay relay) {
        Denial denial = Denial.of(failed.refusal(), failed.message());
        if (!failed.headSent() || !relay.takesError()) {
            deny(denial, call);
            return;
        }
        Buffer event =
                relay.error(responses ? Envelope.ofResponses(denial) : envelope(denial, call));
        client.onLoop(() -> {
            if (!client.gone()) {
                client.response().write(event);
                client.end();
            }
        });
    }
}
