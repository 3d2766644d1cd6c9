package dev.bursar.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertAll;

import dev.bursar.e2e.ClientCase.Trouble;
import dev.bursar.e2e.Task.Does;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// What every client library makes of being told to come later: it asks again by itself, as often as
/// it is known for, and is answered as soon as there is room.
abstract class WaitingContract extends WithClients {

    private static final Duration PATIENCE = Duration.ofSeconds(90);

    /// Who asks more often takes a minute to give up, or several.
    private static final int MOST_ATTEMPTS = Boolean.getBoolean("bursar.nightly") ? 5 : 4;

    @Test
    void answers_whileTheirRunsAreBusy_areAskedForAgainAndGiven() {
        together(clients().filter(client -> client.attempts() > 1), this::isAnsweredLater);
    }

    private void isAnsweredLater(ClientCase client) {
        String run = runName(client, "later");
        tap.withhold(run);
        CompletableFuture<Seen> seen;
        try (Wire _ = occupy(run)) {
            seen =
                    CompletableFuture.supplyAsync(
                            () -> perform(client, "later", Does.ANSWER, HELLO),
                            Thread::startVirtualThread);
            Await.until(PATIENCE, run + " is denied", () -> tap.statuses(run).contains(429));
        }
        Await.until(PATIENCE, run + " is free", () -> answers(run));
        tap.passOn(run);

        assertThat(seen)
                .as(run)
                .succeedsWithin(PATIENCE)
                .satisfies(answer -> assertThat(answer.error()).as(run).isNull());
        assertThat(tap.statuses(run)).as(run).containsExactly(429, 200);
        isToldToWait(run, 0, "2");
        waitsAsTold(client, run);
    }

    @Test
    void answers_whileTheirRunsStayBusy_surfaceAfterAllAttempts() {
        together(clients().filter(client -> client.attempts() <= MOST_ATTEMPTS), this::givesUp);
    }

    private void givesUp(ClientCase client) {
        String run = runName(client, "busy");
        try (Wire _ = occupy(run)) {
            Seen seen = perform(client, "busy", Does.ANSWER, HELLO);

            assertThat(seen.error()).as(run).hasToString(client.expected(Trouble.BUSY));
            assertThat(tap.statuses(run))
                    .as(run)
                    .isEqualTo(Collections.nCopies(client.attempts(), 429));
        }
        waitsAsTold(client, run);
    }

    @Test
    void answers_fasterThanTheRate_comeWhenItHasRoom() {
        together(clients().filter(ClientCase::patient), this::keepsPace);
    }

    private void keepsPace(ClientCase client) {
        String run = runName(client, "paced");
        Task task = task(client, "paced", Does.ANSWER, HELLO, "paced");
        // The first call of a library may take longer than the rate's window.
        assertThat(perform(client, "unpaced", Does.ANSWER, HELLO).error()).as(run).isNull();

        assertThat(perform(client, task).error()).as(run).isNull();
        assertThat(perform(client, task).error()).as(run).isNull();

        assertThat(tap.statuses(run)).as(run).containsExactly(200, 429, 200);
        // The window of five seconds lets go up to a sixtieth of itself late.
        isToldToWait(run, 1, "[1-6]");
        waitsAsTold(client, run);
    }

    /// Takes the one place of a run for as long as it is open.
    private Wire occupy(String run) {
        Wire occupant = new Wire(bursar.port());
        String body =
                """
                {"model":"gpt-4o-mini","stream":true,"messages":[{"role":"user","content":"%s"}]}
                """
                        .formatted(SILENT);
        occupant.post(
                "/v1/chat/completions",
                body.getBytes(StandardCharsets.UTF_8),
                "X-Bursar-Run: " + run);
        occupant.awaitFirstByte();
        return occupant;
    }

    /// Whether a run has its place free.
    private boolean answers(String run) {
        String body =
                """
                {"model":"gpt-4o-mini","max_tokens":5,"messages":[{"role":"user","content":"x"}]}
                """;
        return bursar.post("/v1/chat/completions", Setup.KEY, body, "X-Bursar-Run", run)
                        .statusCode()
                == 200;
    }

    private void isToldToWait(String run, int denied, String seconds) {
        Tap.Request request = tap.requests(run).get(denied);
        assertThat(request.header("Retry-After").orElse("none")).as(run).matches(seconds);
        assertThat(request.header("x-should-retry")).as(run).isEmpty();
    }

    /// After each denial, if the client ever does. Timers may be a little early.
    private void waitsAsTold(ClientCase client, String run) {
        List<Tap.Request> requests = tap.requests(run);
        for (int i = 1; i < requests.size() && client.patient(); i++) {
            Tap.Request before = requests.get(i - 1);
            int told = before.header("Retry-After").map(Integer::parseInt).orElse(0);
            assertThat(requests.get(i).since(before))
                    .as(run)
                    .isGreaterThan(Duration.ofMillis(told * 1_000L - 50));
        }
    }

    /// All at the same time, as they do nothing but wait.
    private void together(Stream<ClientCase> clients, Consumer<ClientCase> check) {
        List<ClientCase> all = clients.toList();
        all.forEach(this::library);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> checks = new ArrayList<>();
            all.forEach(client -> checks.add(threads.submit(() -> check.accept(client))));
            assertAll(checks.stream().map(done -> done::get));
        }
    }
}
