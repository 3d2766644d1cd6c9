package dev.bursar.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.server.directory.Finding;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/// What is done to the directory stands, and comes into the journal, also when the authority fails between.
class NotaryTest {

    private static final String TENANTS = "tenants: { acme: {} }";

    @TempDir Path data;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "POST|/api/keys|{\"tenant\":\"acme\",\"name\":\"k\"}|201|key.create",
                "POST|/api/tokens|{\"name\":\"t\",\"role\":\"viewer\"}|201|token.create",
                "POST|/api/tenants|{\"id\":\"new\"}|201|tenant.create",
                "POST|/api/tenants/acme/suspend|{}|200|tenant.suspend",
            })
    void change_isAnswered_thoughTheAuthorityStops_andToldAtTheNextStart(
            String method, String path, String body, int status, String action) {
        try (ApiHouse house = new ApiHouse(data, TENANTS)) {
            house.authority.close();

            HttpResponse<String> answer = house.send(method, path, body);

            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
            assertThat(house.directory.untold()).hasSize(1);
        }
        try (ApiHouse house = new ApiHouse(data, TENANTS)) {
            JsonNode acts =
                    house.ok("GET", "/api/audit?actor=administrator&action=" + action, "")
                            .path("items");
            assertThat(acts.size()).isEqualTo(1);
            assertThat(acts.at("/0/actor").asString()).isEqualTo("administrator");
            assertThat(house.directory.untold()).isEmpty();
        }
    }

    @Test
    void secretOfAKey_isTold_thoughTheAuthorityStops() {
        try (ApiHouse house = new ApiHouse(data, TENANTS)) {
            house.authority.close();

            String secret =
                    house.ok("POST", "/api/keys", "{\"tenant\":\"acme\",\"name\":\"k\"}")
                            .path("secret")
                            .asString();

            assertThat(house.directory.find(secret)).isInstanceOf(Finding.Good.class);
        }
    }
}
