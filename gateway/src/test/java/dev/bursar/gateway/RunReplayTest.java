package dev.bursar.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.bursar.ledger.Balance;
import dev.bursar.ledger.Budget;
import dev.bursar.ledger.BudgetId;
import dev.bursar.ledger.Entry;
import dev.bursar.ledger.Subject;
import dev.bursar.ledger.Unit;
import dev.bursar.ledger.Window;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.ToLongFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Runs of agents, made again through the gateway with a provider that answers with the recorded counts.
class RunReplayTest {

    private static final int AGENTS = 8;

    /// In microcents: 0.10 USD a run.
    private static final long RUN_LIMIT = 10_000_000;

    /// In microcents: 10 million USD.
    private static final long ROOM = 1_000_000_000_000_000L;

    private static final Pattern PLACE = Pattern.compile("\"content\":\"(\\d+)/(\\d+);");

    /// Where the runs come from.
    enum Source {
        /// A few of our own, with the edges in them: a run that costs its limit exactly, and one that
        /// costs one token more.
        OWN,
        /// 452 real ones, which are not part of the project.
        RECORDED;

        List<RecordedRun> runs() throws Exception {
            if (this == OWN) {
                return RecordedRun.read(
                        Path.of(
                                Objects.requireNonNull(
                                                RunReplayTest.class.getResource("runs.jsonl"))
                                        .toURI()));
            }
            Path recording =
                    RecordedStreamsTest.shared().resolve("data/traces/tau2-agent-runs.jsonl");
            assumeTrue(Files.isRegularFile(recording), "no recording at " + recording);
            List<RecordedRun> runs = RecordedRun.read(recording);
            assertThat(runs).hasSizeGreaterThan(400);
            return runs;
        }
    }

    @TempDir private Path data;
    private House house;

    /// The number of the call at which a run was denied.
    private final Map<String, Integer> denied = new ConcurrentSkipListMap<>();

    @BeforeEach
    void open() throws Exception {
        house = new House(data);
        house.gateway.reconfigure(RecordedRun.book(), house.settings());
    }

    @AfterEach
    void close() throws Exception {
        house.close();
    }

    @ParameterizedTest
    @EnumSource
    void runs_withRoomEnough_costWhatWasRecorded(Source source) throws Exception {
        List<RecordedRun> runs = source.runs();
        BudgetId all = house.budget("all", Unit.USD_MICROCENTS, ROOM);
        BudgetId perRun = perRun(ROOM);

        replay(runs, RecordedRun.Call::cached);

        Map<String, Long> recorded = new TreeMap<>();
        for (RecordedRun run : runs) {
            for (RecordedRun.Call call : run.calls()) {
                recorded.merge(run.id(), call.recordedCost(), Long::sum);
            }
        }
        assertThat(denied).isEmpty();
        assertThat(charged()).isEqualTo(recorded);
        assertThat(spent(perRun)).isEqualTo(recorded);
        long total = recorded.values().stream().mapToLong(Long::longValue).sum();
        assertThat(house.spent(all)).isEqualTo(total).isPositive();
        assertThat(house.held()).isZero();
        assertThat(house.estimated).hasValue(0);
    }

    @ParameterizedTest
    @EnumSource
    void runs_withABudgetEach_areStoppedWhereTheyPassItAndNowhereElse(Source source)
            throws Exception {
        List<RecordedRun> runs = source.runs();
        BudgetId all = house.budget("all", Unit.USD_MICROCENTS, ROOM);
        BudgetId perRun = perRun(RUN_LIMIT);
        Map<String, Integer> stops = new TreeMap<>();
        Map<String, Long> costs = new TreeMap<>();
        Set<String> made = new HashSet<>();
        runs.forEach(run -> reckon(run, stops, costs, made));
        assertThat(stops).isNotEmpty().hasSizeLessThan(runs.size());

        replay(runs, _ -> 0);

        assertThat(denied).isEqualTo(stops);
        assertThat(charged()).isEqualTo(costs);
        assertThat(spent(perRun)).isEqualTo(costs);
        long total = costs.values().stream().mapToLong(Long::longValue).sum();
        assertThat(house.spent(all)).isEqualTo(total);
        assertThat(house.held()).isZero();
        List<String> asked =
                house.provider.received.stream().map(received -> place(received.body())).toList();
        assertThat(asked).doesNotHaveDuplicates().hasSameSizeAs(made).allMatch(made::contains);
    }

    /// What the limit must do to a run whose calls are each held for exactly what they cost.
    private static void reckon(
            RecordedRun run,
            Map<String, Integer> stops,
            Map<String, Long> costs,
            Set<String> made) {
        long spent = 0;
        for (RecordedRun.Call call : run.calls()) {
            if (!call.model().isFree()) {
                assertThat(call.bound()).isEqualTo(call.fullCost());
            }
            if (spent + call.fullCost() > RUN_LIMIT) {
                stops.put(run.id(), call.number());
                return;
            }
            spent += call.fullCost();
            costs.put(run.id(), spent);
            made.add(call.run() + "/" + call.number());
        }
    }

    private BudgetId perRun(long limit) {
        return house.budget(
                "run",
                List.of(Subject.RUN),
                Unit.USD_MICROCENTS,
                limit,
                new Window.Life(),
                Budget.Mode.HARD);
    }

    /// Several runs at a time, the calls of each one after the other, until it is denied.
    private void replay(List<RecordedRun> runs, ToLongFunction<RecordedRun.Call> cached)
            throws Exception {
        house.provider.script(answer -> {
            String[] place = place(answer.asked().body()).split("/", -1);
            RecordedRun.Call call =
                    runs.get(Integer.parseInt(place[0])).calls().get(Integer.parseInt(place[1]));
            answer(answer, call, cached.applyAsLong(call));
        });
        try (ExecutorService agents = Executors.newFixedThreadPool(AGENTS)) {
            List<Future<?>> ends = new ArrayList<>();
            for (RecordedRun run : runs) {
                ends.add(
                        agents.submit(() -> {
                            replay(run);
                            return null;
                        }));
            }
            for (Future<?> end : ends) {
                end.get();
            }
        }
        House.await(() -> house.gateway.calls() == 0);
    }

    private void replay(RecordedRun run) throws Exception {
        for (RecordedRun.Call call : run.calls()) {
            HttpResponse<String> answer =
                    house.send(
                            house.request(call.path(), call.body())
                                    .header("X-Bursar-Run", run.id()));
            if (answer.statusCode() == 402) {
                assertThat(answer.body()).contains("budget_exhausted");
                assertThat(answer.headers().firstValue("x-should-retry")).hasValue("false");
                denied.put(run.id(), call.number());
                return;
            }
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        }
    }

    private static void answer(FakeProvider.Answer answer, RecordedRun.Call call, long cached) {
        if (call.messages()) {
            answer.json(
                    200,
                    """
                    {"id":"m1","type":"message","role":"assistant","content":[{"type":"text",\
                    "text":"Done."}],"stop_reason":"end_turn","usage":{"input_tokens":%d,\
                    "cache_read_input_tokens":%d,"cache_creation_input_tokens":0,\
                    "output_tokens":%d}}\
                    """
                            .formatted(call.input() - cached, cached, call.output()));
            return;
        }
        String usage =
                """
                {"prompt_tokens":%d,"completion_tokens":%d,"total_tokens":%d,\
                "prompt_tokens_details":{"cached_tokens":%d}}\
                """
                        .formatted(
                                call.input(), call.output(), call.input() + call.output(), cached);
        if (call.streamed()) {
            answer.stream()
                    .write(Samples.CHAT_DELTA_1 + Samples.CHAT_DELTA_2)
                    .write("data: {\"id\":\"c1\",\"choices\":[],\"usage\":" + usage + "}\n\n")
                    .write(Samples.DONE)
                    .end();
        } else {
            answer.json(
                    200,
                    """
                    {"id":"c1","choices":[{"index":0,"message":{"role":"assistant",\
                    "content":"Done."},"finish_reason":"stop"}],"usage":%s}\
                    """
                            .formatted(usage));
        }
    }

    /// By run, what the journal says that its calls cost.
    private Map<String, Long> charged() {
        return house.entries(Entry.Committed.class).stream()
                .collect(
                        Collectors.groupingBy(
                                entry -> entry.subject().get(Subject.RUN),
                                TreeMap::new,
                                Collectors.summingLong(
                                        entry -> entry.actual().get(Unit.USD_MICROCENTS))));
    }

    private Map<String, Long> spent(BudgetId perRun) {
        return house.authority.balances(perRun, 1_000).stream()
                .collect(
                        Collectors.toMap(
                                balance -> balance.account().per().getFirst(), Balance::spent));
    }

    private static String place(String body) {
        Matcher place = PLACE.matcher(body);
        assertThat(place.find()).isTrue();
        return place.group(1) + "/" + place.group(2);
    }
}
