package dev.bursar.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bursar.authority.AuthorityException;
import dev.bursar.server.config.Config;
import dev.bursar.server.config.ConfigException;
import dev.bursar.server.directory.Actor;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The whole server on a free port, asked over HTTP.
class ServerTest {

    private static final String ADMIN = "admin-token";

    private static final String LOCAL = "local-token";

    private static final String BUDGETS =
            """
                budgets:
                  - { name: month, limit: 10 USD, every: month }
                  - { name: run, per: [run], limit: 0.50 USD }
            """;

    @TempDir Path directory;

    private final HttpClient http = HttpClient.newHttpClient();

    private Server server;

    @BeforeEach
    void start() throws IOException {
        write(BUDGETS);
        server = start(false);
    }

    @AfterEach
    void stop() {
        server.close();
        http.close();
    }

    /// Starts, and waits for the read model: it opens beside the server.
    private Server start(boolean open) {
        Path file = directory.resolve("bursar.yaml");
        Server started =
                Server.start(
                        Config.read(file, Map.of()).withData(data()),
                        new Server.Options(
                                file, Map.of(), config -> config.withData(data()), open, LOCAL));
        try {
            long position = started.authority().journal().lastPosition();
            assertThat(started.usage().awaitPosition(position, Duration.ofSeconds(30))).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
        return started;
    }

    /// What the command line says; the file says something else.
    private Path data() {
        return directory.resolve("data");
    }

    private void write(String budgets) throws IOException {
        Files.writeString(
                directory.resolve("bursar.yaml"),
                """
                server: { port: 0 }
                data: "%s"
                admin: { token: %s }
                providers: { openai: { base_url: "http://127.0.0.1:9/v1", api_key: up } }
                tenants:
                  acme:
                    keys: [{ name: ci, secret: declared-secret }]
                """
                                .formatted(directory.resolve("not-this"), ADMIN)
                        + budgets.indent(0));
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(server.url() + path));
    }

    private HttpRequest.Builder asAdmin(String path) {
        return request(path).header("Authorization", "Bearer " + ADMIN);
    }

    private HttpRequest.Builder post(String path, String body) {
        return asAdmin(path)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body));
    }

    private HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return http.send(request.build(), BodyHandlers.ofString());
        } catch (IOException e) {
            throw new AssertionError(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    private static JsonNode json(HttpResponse<String> response) {
        return new JsonMapper().readTree(response.body());
    }

    private static String type(HttpResponse<String> response) {
        return response.headers().firstValue("content-type").orElse("");
    }

    /// The status of a model call with a key.
    private int call(String secret) {
        return send(request("/v1/chat/completions")
                        .header("Authorization", "Bearer " + secret)
                        .POST(
                                BodyPublishers.ofString(
                                        "{\"model\":\"gpt-4o-mini\",\"messages\":[{}]}")))
                .statusCode();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/health/live",
                "/health/ready",
                "/actuator/health/liveness",
                "/actuator/health/readiness",
                "/actuator/health"
            })
    void health_ofARunningServer_isUp(String path) {
        HttpResponse<String> response = send(request(path));

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(json(response).path("status").asString()).isEqualTo("UP");
    }

    @Test
    void metrics_needNoTokenAndHaveBudgetsWithFewBalances() {
        HttpResponse<String> response = send(request("/metrics"));

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(type(response)).startsWith("text/plain");
        assertThat(response.body())
                .contains("bursar_budget_utilization_ratio{budget=\"month\",tenant=\"acme\"} 0.0")
                .contains("jvm_", "bursar_journal_sync_seconds_count")
                .doesNotContain("budget=\"run\"");
    }

    @Test
    void api_withoutAToken_isRefusedAsAProblem() {
        HttpResponse<String> none = send(request("/api/budgets"));
        HttpResponse<String> wrong =
                send(request("/api/budgets").header("Authorization", "Bearer wrong"));

        assertThat(none.statusCode()).isEqualTo(401);
        assertThat(type(none)).isEqualTo("application/problem+json");
        assertThat(json(none).path("detail").asString()).contains("token");
        assertThat(wrong.statusCode()).isEqualTo(401);
        assertThat(
                        send(request("/api/budgets").header("Authorization", "Bearer " + LOCAL))
                                .statusCode())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({
        "GET,    /api/nothing,               404",
        "GET,    /api,                       404",
        "DELETE, /api/budgets,               405",
        "GET,    /api/reload,                405",
        "GET,    /api/budgets?tenat=acme,    400",
        "GET,    /api/budgets?balances=9999, 400",
        "GET,    /api/budgets?name=a&name=b, 400",
        "GET,    /api/spend?from=yesterday,  400",
        "GET,    /api/spend?by=colour,       400",
        "GET,    /api/spend?bucket=fortnight, 400",
        "GET,    /api/runs?order=best,       400",
        "GET,    /api/runs?limit=0,          400",
        "GET,    /api/runs/acme/none,        404",
        "GET,    /api/calls/none,            404",
        "DELETE, /api/keys/acme/none,        404",
        "DELETE, /api/keys/acme/ci,          409"
    })
    void api_aMistake_isAProblemWithItsStatus(String method, String path, int status) {
        HttpResponse<String> response = send(asAdmin(path).method(method, BodyPublishers.noBody()));

        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(type(response)).isEqualTo("application/problem+json");
        assertThat(json(response).path("status").asInt()).isEqualTo(status);
    }

    @ParameterizedTest
    @CsvSource({
        "GET,  /v1/nothing,              404, invalid_request_error",
        "POST, /v1/assistants,           404, invalid_request_error",
        "POST, /openai/images/edits,     404, invalid_request_error",
        "GET,  /v1/chat/completions,     405, invalid_request_error",
        "GET,  /anthropic/v1/nothing,    404, not_found_error",
    })
    void dialect_atAnUnknownPath_saysSoInItsEnvelope(
            String method, String path, int status, String type) {
        HttpResponse<String> response =
                send(
                        request(path)
                                .header("Accept", "text/html")
                                .method(method, BodyPublishers.ofString("x".repeat(2_000_000))));

        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(type(response)).isEqualTo("application/json");
        assertThat(json(response).path("error").path("type").asString()).isEqualTo(type);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{                                         | 400",
                "[]                                        | 400",
                "{}                                        | 400",
                "{\"tenant\":\"acme\"}                     | 400",
                "{\"tenant\":\"acme\",\"name\":[1]}        | 400",
                "{\"tenant\":\"acme\",\"nmae\":\"a\"}      | 400",
                "{\"tenant\":\"acme\",\"name\":\"a b\"}    | 400",
                "{\"tenant\":\"acme\",\"name\":\"ci\"}     | 409",
                "{\"tenant\":\"nobody\",\"name\":\"a\"}    | 404"
            })
    void keys_createdWithAMistake_areRefused(String body, int status) {
        HttpResponse<String> response = send(post("/api/keys", body));

        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        assertThat(json(response).path("detail").asString()).isNotEmpty();
        assertThat(server.directory().keys(null)).hasSize(1);
    }

    @Test
    void keys_ofTheWrongTypeOrTooLarge_areRefused() {
        HttpRequest.Builder text =
                asAdmin("/api/keys")
                        .header("Content-Type", "text/plain")
                        .POST(BodyPublishers.ofString("{}"));

        assertThat(send(text).statusCode()).isEqualTo(415);
        assertThat(send(post("/api/keys", "x".repeat(2_000_000))).statusCode()).isEqualTo(413);
    }

    @Test
    void key_createdAndRevoked_opensTheGatewayInBetween() {
        HttpResponse<String> made =
                send(post("/api/keys", "{\"tenant\":\"acme\",\"name\":\"worker\"}"));
        String secret = json(made).path("secret").asString();

        assertThat(made.statusCode()).isEqualTo(201);
        assertThat(call(secret)).isNotIn(401, 403);
        assertThat(send(asAdmin("/api/keys/acme/worker").DELETE()).statusCode()).isEqualTo(200);
        assertThat(call(secret)).isEqualTo(403);
        assertThat(call("nonsense")).isEqualTo(401);
        assertThat(send(asAdmin("/api/keys")).body()).doesNotContain(secret, "declared-secret");
    }

    @Test
    void budgets_areListedInTheirUnits() {
        JsonNode month = json(send(asAdmin("/api/budgets?name=month"))).path("items").get(0);

        assertThat(month.path("id").asString()).isEqualTo("acme/month");
        assertThat(month.path("limit").isString()).isTrue();
        assertThat(month.path("limit").asString()).isEqualTo("10");
        assertThat(month.path("unit").asString()).isEqualTo("USD");
        assertThat(month.path("every").asString()).isEqualTo("month");
        assertThat(month.path("mode").asString()).isEqualTo("hard");
    }

    @Test
    void budgetsAndDenials_ofEveryUnit_areInTheWordsOfTheConfiguration() throws Exception {
        write(
                """
                    budgets:
                      - { name: time, per: [run], limit: 1.5 s }
                      - { name: words, per: [team], limit: 1 tokens }
                      - { name: points, limit: 7 risk_points }
                """);
        server.reload(Actor.COMMAND_LINE);
        HttpResponse<String> denied =
                send(
                        request("/v1/chat/completions")
                                .header("Authorization", "Bearer declared-secret")
                                .POST(
                                        BodyPublishers.ofString(
                                                "{\"model\":\"gpt-4o\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}")));
        assertThat(denied.statusCode()).isEqualTo(402);
        long position = server.authority().journal().lastPosition();
        assertThat(server.usage().awaitPosition(position, Duration.ofSeconds(30))).isTrue();

        assertThat(json(send(asAdmin("/api/budgets?balances=0"))).path("items"))
                .extracting(budget -> budget.path("limit") + " " + budget.path("unit").asString())
                .containsExactlyInAnyOrder("1.5 s", "1 tokens", "7 risk_points");
        String call = denied.headers().firstValue("X-Bursar-Call").orElseThrow();
        JsonNode detail = json(send(asAdmin("/api/calls/" + call)));
        assertThat(detail.path("asked").propertyNames()).contains("USD", "tokens", "calls");
        assertThat(detail.path("asked").path("USD").isString()).isTrue();
        JsonNode block = detail.path("blocks").get(0);
        assertThat(block.path("unit").asString()).isEqualTo("tokens");
        assertThat(block.path("limit").toString()).isEqualTo("1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/api/spend?by=model&bucket=hour", "/api/runs", "/api/live"})
    void usage_ofAQuietServer_isEmptyAndWellFormed(String path) {
        assertThat(send(asAdmin(path)).statusCode()).isEqualTo(200);
    }

    @Test
    void reload_aChangedFile_changesBudgetsAndKeepsTheRest() throws IOException {
        write("    budgets: [{ name: month, limit: 20 USD, every: month }]\n");

        HttpResponse<String> response = send(post("/api/reload", "{\"reason\":\"a new year\"}"));

        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        assertThat(json(response).path("changes").toString())
                .contains("removed budget acme/run", "changed budget acme/month")
                .doesNotContain("next start");
        assertThat(json(send(asAdmin("/api/budgets"))).path("items").size()).isEqualTo(1);
        assertThat(call("declared-secret")).isNotIn(401, 403);
        JsonNode acts = json(send(asAdmin("/api/audit?limit=3"))).path("items");
        assertThat(acts)
                .extracting(
                        act -> act.path("actor").asString() + " " + act.path("action").asString())
                .containsExactly(
                        "administrator configuration.reload",
                        "configuration budget.change",
                        "configuration budget.remove");
        assertThat(acts.at("/0/details/changes").asString())
                .isEqualTo("removed budget acme/run; changed budget acme/month");
        assertThat(acts)
                .extracting(act -> act.path("reason").asString())
                .containsOnly("a new year");
        assertThat(acts.at("/1/request_id")).isEqualTo(acts.at("/0/request_id"));
    }

    @Test
    void reload_withoutTheAdministratorsToken_endsItAndItsSessions() throws IOException {
        String cookie = signIn(ADMIN, "/").headers().firstValue("set-cookie").orElse("");
        String session = cookie.substring(0, cookie.indexOf(';'));
        Path file = directory.resolve("bursar.yaml");
        String written = Files.readString(file);
        Files.writeString(file, written.replace("admin: { token: " + ADMIN + " }\n", ""));

        assertThat(json(send(post("/api/reload", ""))).path("changes").toString())
                .contains("removed the administrator's token", "./bursar tokens create");

        assertThat(send(asAdmin("/api/budgets")).statusCode()).isEqualTo(401);
        assertThat(send(request("/").header("Cookie", session)).statusCode()).isEqualTo(303);
        assertThat(signIn(ADMIN, "/").statusCode()).isEqualTo(401);
        HttpRequest.Builder local = request("/api/budgets");
        assertThat(send(local.header("Authorization", "Bearer " + LOCAL)).statusCode())
                .isEqualTo(200);

        Files.writeString(file, written);
        server.reload(Actor.COMMAND_LINE);
        assertThat(send(asAdmin("/api/budgets")).statusCode()).isEqualTo(200);
    }

    @Test
    void reload_pricesOfTools_areInForceForAgents() throws IOException {
        Path file = directory.resolve("bursar.yaml");
        String before = Files.readString(file);
        assertThat(send(charge()).statusCode()).isEqualTo(403);

        Files.writeString(file, before + "tools: { search: { price: 0.01 } }\n");
        HttpResponse<String> first = send(post("/api/reload", ""));
        HttpResponse<String> paid = send(charge());
        Files.writeString(file, before + "tools: { search: { price: 0.02 } }\n");
        send(post("/api/reload", ""));

        assertThat(json(first).path("changes").toString()).contains("changed prices");
        assertThat(json(paid).path("cost").asString()).as(paid.body()).isEqualTo("0.01");
        assertThat(json(send(charge())).path("cost").asString()).isEqualTo("0.02");
        assertThat(json(send(asAdmin("/api/tools"))).at("/items/0/price").asString())
                .isEqualTo("0.02");
        Files.writeString(file, before + "tools: { search: { price: x } }\n");
        assertThat(send(post("/api/reload", "")).statusCode()).isEqualTo(422);
        assertThat(json(send(charge())).path("cost").asString()).isEqualTo("0.02");
        String metrics = send(request("/metrics")).body();
        assertThat(metrics).contains("bursar_unpriced_requests_total{provider=\"tools\"} 1.0");
    }

    private HttpRequest.Builder charge() {
        return request("/api/tools/search/charge")
                .header("Authorization", "Bearer declared-secret")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("{}"));
    }

    @Test
    void reload_anotherPort_saysEachTimeThatItNeedsAStart() throws IOException {
        Path file = directory.resolve("bursar.yaml");
        Files.writeString(file, Files.readString(file).replace("port: 0", "port: 1"));

        for (int i = 0; i < 2; i++) {
            assertThat(json(send(post("/api/reload", ""))).path("changes"))
                    .singleElement()
                    .asString()
                    .contains("server changes at the next start");
        }
    }

    @Test
    void start_newData_isForItsOwnerOnly() throws IOException {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data())))
                .isEqualTo("rwx------");
        try (var files = Files.list(data())) {
            // DuckDB makes its files itself; the folder keeps others from them.
            assertThat(files.filter(file -> !file.toString().contains("usage.duckdb")))
                    .isNotEmpty()
                    .allSatisfy(file ->
                            assertThat(
                                            PosixFilePermissions.toString(
                                                    Files.getPosixFilePermissions(file)))
                                    .isEqualTo("rw-------"));
        }
    }

    @Test
    void reload_aFileWithAMistake_changesNothingAndNamesTheLine() throws IOException {
        var before = server.authority().budgets();
        write("    budgets: [{ name: month, limit: 20 EUR }]\n");

        HttpResponse<String> response = send(post("/api/reload", ""));

        assertThat(response.statusCode()).isEqualTo(422);
        assertThat(json(response).path("detail").asString()).contains("bursar.yaml:", "EUR");
        assertThat(server.authority().budgets()).isEqualTo(before);
        assertThatThrownBy(() -> server.reload(Actor.COMMAND_LINE))
                .isInstanceOf(ConfigException.class);
    }

    @Test
    void start_onADataDirectoryInUse_isRefusedAndLeavesTheOtherAlone() {
        assertThatThrownBy(() -> start(false)).isInstanceOf(AuthorityException.class);

        assertThat(send(request("/health/ready")).statusCode()).isEqualTo(200);
    }

    @Test
    void restart_onTheSameData_hasTheSameKeysAndBudgets() {
        String secret =
                json(send(post("/api/keys", "{\"tenant\":\"acme\",\"name\":\"w\"}")))
                        .path("secret")
                        .asString();
        var budgets = server.authority().budgets();
        server.close();

        server = start(false);

        assertThat(server.authority().budgets()).isEqualTo(budgets);
        assertThat(call(secret)).isNotIn(401, 403);
    }

    @Test
    void pages_withoutASession_leadToTheForm() {
        HttpResponse<String> response = send(request("/runs?x=1"));
        HttpResponse<String> partial = send(request("/runs").header("HX-Request", "true"));

        assertThat(response.statusCode()).isEqualTo(303);
        assertThat(response.headers().firstValue("location"))
                .contains("/sign-in?next=%2Fruns%3Fx%3D1");
        assertThat(partial.statusCode()).isEqualTo(401);
        assertThat(partial.headers().firstValue("hx-redirect")).contains("/sign-in");
    }

    private HttpResponse<String> signIn(String token, String next) {
        return send(
                request("/sign-in")
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .POST(BodyPublishers.ofString("token=" + token + "&next=" + next)));
    }

    @Test
    void signIn_withTheToken_opensPagesUntilSignOut() {
        HttpResponse<String> response = signIn(ADMIN, "/runs");
        String cookie = response.headers().firstValue("set-cookie").orElse("");
        String session = cookie.substring(0, cookie.indexOf(';'));

        assertThat(response.statusCode()).isEqualTo(303);
        assertThat(response.headers().firstValue("location")).contains("/runs");
        assertThat(cookie).containsIgnoringCase("HttpOnly").containsIgnoringCase("SameSite=Strict");
        assertThat(send(request("/").header("Cookie", session)).statusCode()).isEqualTo(200);
        assertThat(send(request("/api/budgets").header("Cookie", session)).statusCode())
                .isEqualTo(200);
        assertThat(
                        send(request("/api/reload")
                                        .header("Cookie", session)
                                        .POST(BodyPublishers.noBody()))
                                .statusCode())
                .isEqualTo(401);
        send(request("/sign-out").header("Cookie", session).POST(BodyPublishers.noBody()));
        assertThat(send(request("/").header("Cookie", session)).statusCode()).isEqualTo(303);
    }

    @Test
    void signIn_withAnotherToken_isRefused() {
        HttpResponse<String> response = signIn("wrong", "/");

        assertThat(response.statusCode()).isEqualTo(401);
        assertThat(response.headers().firstValue("set-cookie")).isEmpty();
        assertThat(response.body()).contains("This is not the token.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"//evil.example/", "https://evil.example", "/%5C%5Cevil.example"})
    void signIn_withANextElsewhere_staysHere(String next) {
        assertThat(signIn(ADMIN, next).headers().firstValue("location")).contains("/");
    }

    @Test
    void signIn_afterManyWrongTokens_takesABreak() {
        for (int i = 0; i < 20; i++) {
            signIn("wrong", "/");
        }

        assertThat(signIn(ADMIN, "/").statusCode()).isEqualTo(429);
    }

    @Test
    void unknownPage_isAPageForPeople() {
        String cookie = signIn(ADMIN, "/").headers().firstValue("set-cookie").orElse("");
        HttpResponse<String> response =
                send(
                        request("/nothing")
                                .header("Accept", "text/html")
                                .header("Cookie", cookie.substring(0, cookie.indexOf(';'))));

        assertThat(response.statusCode()).isEqualTo(404);
        assertThat(type(response)).startsWith("text/html");
    }

    @Test
    void openDoor_letsInWhoNamesThisMachineOnly() throws Exception {
        server.close();
        server = start(true);

        assertThat(send(request("/")).statusCode()).isEqualTo(200);
        assertThat(send(request("/api/budgets")).statusCode()).isEqualTo(200);
        assertThat(send(request("/api/reload").POST(BodyPublishers.noBody())).statusCode())
                .isEqualTo(401);
        assertThat(asSomeoneElse("/")).startsWith("HTTP/1.1 303");
        assertThat(asSomeoneElse("/api/budgets")).startsWith("HTTP/1.1 401");
    }

    /// Asks as a page of the web would whose name was made to lead here.
    private String asSomeoneElse(String path) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            socket.getOutputStream()
                    .write(
                            ("GET "
                                            + path
                                            + " HTTP/1.1\r\nHost: rebound.example\r\n"
                                            + "Connection: close\r\n\r\n")
                                    .getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        }
    }
}
