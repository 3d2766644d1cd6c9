package dev.bursar.gateway.translate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/// Errors of providers, in the envelopes of clients.
final class ErrorsTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\u0000',
            value = {
                "MESSAGES | 429 | {\"type\":\"error\",\"error\":{\"type\":\"rate_limit_error\",\"message\":\"Slow\"}}"
                        + " | {\"error\":{\"message\":\"Slow\",\"type\":\"rate_limit_exceeded\",\"param\":null,\"code\":\"rate_limit_error\"}}",
                "GENERATE | 429 | [{\"error\":{\"code\":429,\"message\":\"Slow\",\"status\":\"RESOURCE_EXHAUSTED\"}}]"
                        + " | {\"error\":{\"message\":\"Slow\",\"type\":\"rate_limit_exceeded\",\"param\":null,\"code\":\"RESOURCE_EXHAUSTED\"}}",
                "CONVERSE | 400 | {\"message\":\"Bad\"}"
                        + " | {\"error\":{\"message\":\"Bad\",\"type\":\"invalid_request_error\",\"param\":null,\"code\":null}}",
                "CONVERSE | 503 | <html>"
                        + " | {\"error\":{\"message\":\"<html>\",\"type\":\"server_error\",\"param\":null,\"code\":null}}",
                "CONVERSE | 500 | {}"
                        + " | {\"error\":{\"message\":\"{}\",\"type\":\"server_error\",\"param\":null,\"code\":null}}",
            })
    void errors_forClientsOfChats_keepTheirMessage(
            Form provider, int status, String body, String expected) {
        assertThat(
                        Wire.json(
                                Wire.between(Form.CHAT, provider)
                                        .error(status, Wire.bytes(body), null)))
                .isEqualTo(Wire.json(expected));
    }

    @ParameterizedTest
    @CsvSource({
        "ValidationException, ValidationException",
        "ValidationException:http://internal.example/coral/, ValidationException",
        "'', ",
    })
    void errors_ofAProviderThatTellsTheirTypeInAHeader_keepIt(
            String header, @Nullable String code) {
        Translation translation = Wire.between(Form.CHAT, Form.CONVERSE);
        byte[] told = translation.error(400, Wire.bytes("{\"message\":\"Bad\"}"), header);
        assertThat(Wire.json(told).path("error").path("code").asStringOpt())
                .isEqualTo(Optional.ofNullable(code));
        byte[] body = Wire.bytes("{\"error\":{\"message\":\"Bad\",\"type\":\"own\"}}");
        assertThat(Wire.json(translation.error(400, body, header)).at("/error/code").asString())
                .isEqualTo("own");
    }

    @Test
    void errors_ofBytesThatAreNoText_areStillErrors() {
        Random random = new Random(5);
        for (int round = 0; round < 200; round++) {
            byte[] body = new byte[random.nextInt(3_000)];
            random.nextBytes(body);
            JsonNode error =
                    Wire.json(Wire.between(Form.CHAT, Form.GENERATE).error(502, body, null));
            assertThat(error.path("error").path("message").asString())
                    .isNotEmpty()
                    .hasSizeLessThanOrEqualTo(1_000);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "400, invalid_request_error, INVALID_ARGUMENT",
        "401, authentication_error, UNAUTHENTICATED",
        "402, billing_error, RESOURCE_EXHAUSTED",
        "403, permission_error, PERMISSION_DENIED",
        "404, not_found_error, NOT_FOUND",
        "413, request_too_large, INVALID_ARGUMENT",
        "429, rate_limit_error, RESOURCE_EXHAUSTED",
        "500, api_error, INTERNAL",
        "503, overloaded_error, UNAVAILABLE",
        "504, timeout_error, DEADLINE_EXCEEDED",
        "529, overloaded_error, UNAVAILABLE",
    })
    void errors_ofAStatus_haveTheTypesThatSdksKnow(int status, String anthropic, String google) {
        byte[] body = Wire.bytes("{\"error\":{\"message\":\"So\",\"type\":\"x\",\"code\":null}}");
        assertThat(Wire.json(Wire.between(Form.MESSAGES, Form.CHAT).error(status, body, null)))
                .isEqualTo(
                        Wire.json(
                                "{\"type\":\"error\",\"error\":{\"type\":\"%s\",\"message\":\"So\"}}"
                                        .formatted(anthropic)));
        assertThat(Wire.json(Wire.between(Form.GENERATE, Form.CHAT).error(status, body, null)))
                .isEqualTo(
                        Wire.json(
                                "{\"error\":{\"code\":%d,\"message\":\"So\",\"status\":\"%s\"}}"
                                        .formatted(status, google)));
    }
}
