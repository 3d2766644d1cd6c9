package dev.bursar.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.ledger.Outcome;
import dev.bursar.ledger.Reason;
import dev.bursar.ledger.TenantId;
import dev.bursar.server.directory.Role;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// Stopping a run, and letting it go on.
class RunsApiTest {

    @TempDir Path data;

    private ApiHouse house;

    @BeforeEach
    void open() {
        house =
                new ApiHouse(
                        data, "tenants: { acme: { budgets: [{ name: month, limit: 10 USD }] } }");
        house.reserve("call-1", 8);
        house.commit("call-1", 5);
    }

    @AfterEach
    void close() {
        house.close();
    }

    @Test
    void stop_refusesTheRun_untilItIsResumed_andIsAudited() {
        JsonNode stop = house.ok("POST", "/api/runs/acme/r1/stop", "{\"reason\":\"too dear\"}");
        assertThat(stop.path("changed").asBoolean()).isTrue();
        assertThat(stop.at("/stopped/by").asString()).isEqualTo("administrator");
        assertThat(stop.at("/stopped/rule").isNull()).isTrue();
        assertThat(house.reserve("call-2", 1))
                .isEqualTo(new Outcome.Refused(Reason.RUN_STOPPED, List.of()));
        house.caughtUp();
        JsonNode run = house.ok("GET", "/api/runs/acme/r1", "");
        assertThat(run.at("/stopped/reason").asString()).isEqualTo("too dear");
        assertThat(run.at("/run/status").asString()).isEqualTo("stopped");
        assertThat(run.at("/run/stop_reason").asString()).isEqualTo("run_stopped");
        JsonNode again = house.ok("POST", "/api/runs/acme/r1/stop", "{}");
        assertThat(again.path("changed").asBoolean()).isFalse();
        assertThat(again.at("/stopped/reason").asString()).isEqualTo("too dear");

        house.ok("POST", "/api/runs/acme/r1/resume", "{\"reason\":\"mended\"}");

        assertThat(house.reserve("call-3", 1)).isInstanceOf(Outcome.Granted.class);
        HttpResponse<String> twice = house.send("POST", "/api/runs/acme/r1/resume", "{}");
        assertThat(twice.statusCode()).isEqualTo(409);
        assertThat(twice.body()).contains("run_not_stopped");
        house.caughtUp();
        assertThat(house.ok("GET", "/api/runs/acme/r1", "").path("stopped").isNull()).isTrue();
        JsonNode audit = house.ok("GET", "/api/audit?action=run", "");
        assertThat(audit.at("/items/0/action").asString()).isEqualTo("run.resume");
        assertThat(audit.at("/items/0/target").asString()).isEqualTo("r1");
        assertThat(audit.at("/items/1/action").asString()).isEqualTo("run.stop");
        assertThat(audit.at("/items/1/reason").asString()).isEqualTo("too dear");
    }

    @Test
    void run_thatHasNotCalledYet_canBeStopped() {
        house.ok("POST", "/api/runs/acme/never%2Fseen/stop", "{}");

        assertThat(house.authority.stopped(ApiHouse.ACME, "never/seen")).isPresent();
    }

    @Test
    void stopAndResume_areForOperators_andForTheirOwnTenant() {
        String viewer = house.token("eve", Role.VIEWER, null);
        String stranger = house.token("bob", Role.OPERATOR, new TenantId("other"));
        String operator = house.token("ann", Role.OPERATOR, ApiHouse.ACME);
        assertThat(status(viewer, "stop")).isEqualTo(403);
        assertThat(status(viewer, "resume")).isEqualTo(403);
        assertThat(status(stranger, "stop")).isEqualTo(404);
        assertThat(house.authority.stopped(ApiHouse.ACME, "r1")).isEmpty();
        assertThat(status(operator, "stop")).isEqualTo(200);
        assertThat(status(operator, "resume")).isEqualTo(200);
    }

    private int status(String token, String action) {
        return house.send(token, "POST", "/api/runs/acme/r1/" + action, "{}").statusCode();
    }

    @Test
    void nameThatNoRunCanHave_isABadRequest() {
        HttpResponse<String> answer =
                house.send("POST", "/api/runs/acme/" + "r".repeat(257) + "/stop", "{}");
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("run: must have 1 to 256 characters");
    }
}
