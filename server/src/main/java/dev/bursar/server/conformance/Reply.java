package dev.bursar.server.conformance;

import dev.bursar.server.conformance.Case.Failed;
import java.net.http.HttpResponse;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What a server answered.
record Reply(String asked, HttpResponse<String> response) {

    private static final JsonMapper MAPPER = new JsonMapper();

    String body() {
        return response.body();
    }

    JsonNode json() {
        try {
            return MAPPER.readTree(body());
        } catch (JacksonException e) {
            throw new Failed(asked + ": the body is not JSON: " + body());
        }
    }

    JsonNode field(String name) {
        JsonNode value = json().path(name);
        if (value.isMissingNode()) {
            throw new Failed(asked + ": no " + name + " in " + body());
        }
        return value;
    }

    String text(String name) {
        return field(name).asString();
    }

    String header(String name) {
        return response.headers().firstValue(name).orElse("");
    }

    /// The body without the time left, which no two answers share.
    String lasting() {
        return body().replaceAll("\"remaining_ttl_ms\"\\s*:\\s*\\d+,?", "");
    }

    Reply status(int expected) {
        if (response.statusCode() != expected) {
            throw new Failed(
                    "%s: status %d, not %d: %s"
                            .formatted(asked, response.statusCode(), expected, body()));
        }
        return this;
    }

    /// Checks the headers that every answer has, errors too.
    Reply correlated() {
        if (header("X-Request-Id").isEmpty()) {
            throw new Failed(asked + ": no X-Request-Id");
        }
        String trace = header("X-Cycles-Trace-Id");
        if (!trace.matches("[0-9a-f]{32}") || trace.equals("0".repeat(32))) {
            throw new Failed("%s: X-Cycles-Trace-Id: '%s'".formatted(asked, trace));
        }
        return this;
    }

    /// Checks that it is an error of the protocol, with the headers that errors have.
    Reply error(int expected, String code) {
        status(expected).correlated();
        Shape.error(json());
        if (!text("error").equals(code)) {
            throw new Failed("%s: error %s, not %s".formatted(asked, text("error"), code));
        }
        return this;
    }
}
