package dev.bursar.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.authority.AuthoritySettings;
import dev.bursar.ledger.BudgetId;
import dev.bursar.ledger.Entry;
import dev.bursar.ledger.Unit;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/// A house whose provider goes on with responses after the client has its answer.
abstract class BackgroundCase {

    static final String PATH = "/v1/responses";
    static final String ID = "resp_1";

    /// The time of a call that is to be over while a test runs, and yet enough for its answer to begin.
    static final Duration SOON_OVER = Duration.ofSeconds(3);

    @TempDir Path data;
    House house;
    BudgetId budget;
    final FakeResponses responses = new FakeResponses();

    @BeforeEach
    void open() throws Exception {
        begin(new House(data));
    }

    private void begin(House opened) {
        house = opened;
        budget = house.budget("all", Unit.USD_MICROCENTS, 1_000_000_000);
        house.provider.script(responses);
    }

    /// In place of the usual house.
    void instead(BackgroundResponses.Pace pace, int most) throws Exception {
        house.close();
        begin(
                new House(
                        data.resolve("instead"),
                        new BodyBytes(BodyBytes.bound()),
                        AuthoritySettings.DEFAULT,
                        new BackgroundResponses(pace, most)));
    }

    @AfterEach
    void close() throws Exception {
        house.close();
    }

    HttpResponse<String> make() throws Exception {
        HttpResponse<String> answer = house.post(PATH, FakeResponses.REQUEST);
        assertThat(answer.statusCode()).isEqualTo(200);
        return answer;
    }

    HttpResponse<String> ask(String method, String path) throws Exception {
        return house.send(
                HttpRequest.newBuilder(house.uri(path))
                        .timeout(Duration.ofSeconds(30))
                        .header("Authorization", "Bearer " + House.KEY)
                        .method(method, HttpRequest.BodyPublishers.noBody()));
    }

    /// The only end of a hold, once nobody follows the response any more.
    Entry.Committed settled() throws Exception {
        Entry.Committed entry = house.committed();
        House.await(() -> house.gateway.background() == 0);
        assertThat(house.entries(Entry.Committed.class)).hasSize(1);
        assertThat(house.entries(Entry.Released.class)).isEmpty();
        assertThat(house.held()).isZero();
        assertThat(house.spent(budget)).isEqualTo(entry.actual().get(Unit.USD_MICROCENTS));
        return entry;
    }

    static Map<String, String> labels(Entry.Committed entry) {
        return entry.attribution().labels();
    }

    long held() {
        return house.entries(Entry.Reserved.class)
                .getFirst()
                .granted()
                .held()
                .get(Unit.USD_MICROCENTS);
    }

    void callTimeout(Duration timeout) {
        Duration other = Duration.ofSeconds(20);
        house.gateway.reconfigure(House.BOOK, house.settings(other, other, timeout));
    }
}
