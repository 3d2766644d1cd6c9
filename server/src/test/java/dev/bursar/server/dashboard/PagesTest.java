package dev.bursar.server.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.gateway.GatewayMeter;
import dev.bursar.gateway.GatewaySettings;
import dev.bursar.gateway.Identity;
import dev.bursar.gateway.ToolCalls;
import dev.bursar.ledger.Amounts;
import dev.bursar.ledger.Attribution;
import dev.bursar.ledger.Command;
import dev.bursar.ledger.Outcome;
import dev.bursar.ledger.Reason;
import dev.bursar.ledger.Subject;
import dev.bursar.ledger.Unit;
import dev.bursar.pricing.PriceBook;
import dev.bursar.pricing.ToolPrice;
import dev.bursar.pricing.ToolPrices;
import dev.bursar.server.directory.Action;
import io.vertx.core.MultiMap;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PagesTest {

    @TempDir static Path directory;

    private static Traffic traffic;
    private static PageServer pages;

    @BeforeAll
    static void open() throws Exception {
        traffic = new Traffic(directory, 7);
        pages = new PageServer(directory, traffic, PagesTest::zone);
        traffic.day();
        pages.caughtUp();
    }

    private static ZoneId zone(String tenant) {
        return tenant.equals("globex") ? ZoneId.of("Asia/Tokyo") : ZoneId.of("UTC");
    }

    @AfterAll
    static void close() {
        pages.close();
        traffic.close();
    }

    @Test
    void overview_aDayOfTraffic_showsSpendBudgetsAndRuns() throws Exception {
        String html = ok(Address.OVERVIEW);
        assertThat(html)
                .contains("Spend now", "/hour", "Calls", "Tokens", "Spent today")
                .contains("company-month", "Most expensive runs", Traffic.RUNAWAY, "Latest calls")
                .contains("claude-sonnet-4-5", "hx-trigger=\"every 2s");
    }

    @Test
    void overview_ofOneTenant_showsNothingOfAnother() throws Exception {
        String html = ok(Address.OVERVIEW.with("tenant", "globex"));
        assertThat(html)
                .contains("nightly", "burst")
                .doesNotContain(Traffic.RUNAWAY, "company-month");
    }

    @Test
    void overview_withAnswersOfTheCache_saysHowManyAndWhatTheyAvoided() throws Exception {
        assertThat(ok(Address.OVERVIEW.with("range", "7d"))).doesNotContain("from the cache");
        traffic.cached("again-1", "asking-again", 3_000_000);
        traffic.cached("again-2", "asking-again", 4_000_000);
        pages.caughtUp();
        assertThat(ok(Address.OVERVIEW.with("tenant", "acme").with("range", "30d")))
                .contains("2 calls were answered from the cache, which avoided $0.07");
        assertThat(ok(Address.OVERVIEW.with("tenant", "globex"))).doesNotContain("from the cache");
        assertThat(ok(Address.call("again-1"))).contains("answered from the cache", "$0.03");
    }

    @Test
    void pages_ofATenant_areInItsTimeZoneAndNameIt() throws Exception {
        assertThat(ok(Address.OVERVIEW)).contains(" · UTC").doesNotContain("Asia/Tokyo");
        assertThat(ok(Address.OVERVIEW.with("tenant", "globex")))
                .contains("From (Asia/Tokyo)", " · Asia/Tokyo", " JST")
                .doesNotContain("UTC");
        assertThat(ok(Address.run("globex", "nightly"))).contains("At (Asia/Tokyo)", " JST");
    }

    @Test
    void runs_filteredByStatus_listsOnlyThose() throws Exception {
        String html = ok(Address.RUNS.with("status", "stopped"));
        assertThat(html).contains(Traffic.RUNAWAY).doesNotContain("nightly");
        assertThat(ok(Address.RUNS.with("workflow", "reports"))).contains("nightly");
    }

    @Test
    void denial_ofNoRun_isACallWithoutOne() throws Exception {
        assertThat(ok(Address.RUNS)).doesNotContain("without a run");
        traffic.deniedReservation("lost");
        pages.caughtUp();

        Matcher call = Pattern.compile("href=\"/call\\?id=(p\\d+)\"").matcher(ok(Address.OVERVIEW));
        assertThat(call.find()).isTrue();
        assertThat(ok(Address.OVERVIEW)).contains("<span class=\"muted\">without a run</span>");
        assertThat(ok(Address.call(call.group(1)))).contains("Calls without a run");
        String runs = ok(Address.RUNS.with("sort", "latest"));
        assertThat(runs(runs)).isNotEmpty().noneMatch(run -> run.contains(call.group(1)));
        assertThat(runs).contains(", and 1 denied call without a run");
        assertThat(ok(Address.RUNS.with("tenant", "globex"))).doesNotContain("without a run");
        assertThat(pages.get(Address.run("acme", call.group(1))).statusCode()).isEqualTo(404);
    }

    @Test
    void runs_manyRuns_arePagedByCursor() throws Exception {
        for (int i = 0; i < 60; i++) {
            traffic.call(Traffic.GLOBEX, "batch-" + i, "batch", "gpt-4o-mini");
        }
        pages.caughtUp();
        Address first = Address.RUNS.with("workflow", "batch").with("sort", "latest");
        List<String> firstRuns = runs(ok(first));
        assertThat(firstRuns).hasSize(50);
        Matcher next = Pattern.compile("href=\"(/runs[^\"]*cursor=[^\"]+)\"").matcher(ok(first));
        assertThat(next.find()).isTrue();
        List<String> secondRuns = runs(ok(new Address(next.group(1).replace("&amp;", "&"))));
        assertThat(secondRuns).hasSize(10).doesNotContainAnyElementsOf(firstRuns);
    }

    @Test
    void call_billedForMoreThanItsPriceKnows_saysSo() throws Exception {
        traffic.partlyPriced("call-fast");
        pages.caughtUp();
        assertThat(ok(Address.call("call-fast")))
                .contains("our price does not know service tier=priority")
                .contains("tokens beside input", "cost beside");
    }

    @Test
    void toolCall_hasItsPriceAndItsPlaceInTheRun() throws Exception {
        ToolPrice price =
                new ToolPrice("crawl", 1_000_000, new ToolPrice.Meter(200_000, "page", 50));
        ToolCalls tools =
                new ToolCalls(
                        traffic.authority(),
                        PriceBook.empty().withTools(new ToolPrices(List.of(price))),
                        GatewaySettings.of(Map.of()),
                        traffic.clock(),
                        GatewayMeter.NONE,
                        tenant -> {});
        Outcome paid =
                tools.charge(
                        new Identity.Caller(Traffic.ACME, "ci", new TreeMap<>()),
                        MultiMap.caseInsensitiveMultiMap().add("X-Bursar-Run", "crawling"),
                        new ToolCalls.Asked(
                                "crawl", null, 10L, null, null, null, ToolCalls.DEFAULT_TTL));
        pages.caughtUp();

        assertThat(ok(Address.run("acme", "crawling"))).contains("tool crawl", "$0.03");
        assertThat(ok(Address.call(((Outcome.Committed) paid).hold().value())))
                .contains("tool crawl, $0.03", "the price of the tool")
                .contains("$0.002", "page")
                .doesNotContain("No price row", "Price row");
    }

    @Test
    void runs_cursorOfNothing_isABadRequest() throws Exception {
        HttpResponse<String> answer = pages.get(Address.RUNS.with("cursor", "what"));
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("No figures just now");
    }

    @Test
    void run_thatWasStopped_saysWhereAndWhatWasNotSpent() throws Exception {
        String html = ok(Address.run("acme", Traffic.RUNAWAY));
        assertThat(html)
                .contains("Stopped by its budget", "Not spent", "Would have cost", "/h</dd>")
                .contains("more refused the same way", "of $2.00");
        assertThat(spentOf(html)).isLessThanOrEqualTo(2.0);
    }

    @Test
    void run_thatABreakerStopped_saysWhichAndWhy_untilItIsResumed() throws Exception {
        traffic.call(Traffic.ACME, "circle", "support", "gpt-4o-mini");
        Attribution by =
                Attribution.of(
                        Map.of(
                                "actor", "breaker",
                                "rule", "identical_answers",
                                "reason", "the same request was sent 25 times in a row"),
                        Map.of());
        traffic.authority().submit(new Command.StopRun(Traffic.ACME, "circle", by));
        traffic.authority()
                .submit(
                        new Command.Refuse(
                                Traffic.ACME,
                                Subject.of(Map.of("tenant", "acme", "run", "circle")),
                                Amounts.of(Unit.CALLS, 1),
                                Reason.RUN_STOPPED,
                                Attribution.of(
                                        Map.of("call", "circle-2", "breaker", "identical_answers"),
                                        Map.of())));
        pages.caughtUp();

        assertThat(ok(Address.run("acme", "circle")))
                .contains("Stopped by the breaker identical answers")
                .contains("The same request was sent 25 times in a row.", "Refused", ">stopped<")
                .contains("run stopped · identical answers")
                // forms are for those who are signed in and may act
                .doesNotContain("Resume");
        assertThat(ok(Address.RUNS.with("status", "stopped"))).contains("circle", "run stopped");
        assertThat(ok(Address.call("circle-2")))
                .contains("Denied: run stopped", "Its run was stopped", "Resume it there")
                .doesNotContain("Budgets in the way");

        traffic.authority().submit(new Command.ResumeRun(Traffic.ACME, "circle", by));
        assertThat(ok(Address.run("acme", "circle")))
                .contains("Some calls were refused", "It may go on now")
                .doesNotContain("Stopped by the breaker");
    }

    @Test
    void run_refusedAfterOneCall_saysNothingOfAnHour() throws Exception {
        traffic.limit("one-only", Traffic.RUN_OF_ONE, 1);
        traffic.call(Traffic.ACME, Traffic.RUN_OF_ONE, "support", "gpt-4o-mini");
        traffic.call(Traffic.ACME, Traffic.RUN_OF_ONE, "support", "gpt-4o-mini");
        pages.caughtUp();
        assertThat(ok(Address.run("acme", Traffic.RUN_OF_ONE)))
                .contains("Stopped by its budget", "1 call", "“one-only”")
                .doesNotContain("Would have cost");
    }

    @Test
    void run_withMarkupInItsName_isEscapedEverywhere() throws Exception {
        Address page = Address.run("acme", Traffic.HOSTILE);
        String html = ok(page);
        assertThat(html).contains("&lt;script&gt;alert(1)&lt;/script&gt;");
        assertThat(html).doesNotContain("<script>alert");
        assertThat(ok(Address.RUNS.with("tenant", "acme"))).doesNotContain("<script>alert");
    }

    @Test
    void call_thatWasSettled_showsTokensTimesRateAndTheJournal() throws Exception {
        String id = traffic.call(Traffic.ACME, "checked", "support", "gpt-4o-mini");
        pages.caughtUp();
        String html = ok(Address.call(id));
        assertThat(html)
                .contains("Every cent", "$0.15 / 1M", "$0.60 / 1M", "Price row openai/gpt-4o-mini")
                .contains("Reserved $", "Settled at $", "journal position")
                .contains("support-agent");
    }

    @Test
    void call_thatWasDenied_explainsItself() throws Exception {
        String html = ok(Address.call(denied()));
        assertThat(html)
                .contains("Denied: budget exhausted", "Budgets in the way", ">run<")
                .contains("Limit", "Spent", "Held", "Asked", "Affordable", "Resets", "never")
                .contains("What can be done", "Raise the limit of “run”");
    }

    @Test
    void budgets_all_showEachWithItsFullestBalance() throws Exception {
        String html = ok(Address.BUDGETS);
        assertThat(html)
                .contains("company-month", "fullest: run " + Traffic.RUNAWAY, "per run · for life")
                .contains("shadow", "soft", "hard", "any 1 min");
        assertThat(ok(Address.BUDGETS.with("mode", "soft")))
                .contains("team-day")
                .doesNotContain("run-calls");
    }

    @Test
    void budget_perRun_listsBalances() throws Exception {
        String html = ok(Address.budget("acme", "run"));
        assertThat(html)
                .contains(
                        "run " + Traffic.RUNAWAY,
                        "run support-0",
                        "href=\"/run?tenant=acme&amp;run=support-0\"",
                        "calls are refused",
                        "80 %");
    }

    @Test
    void budget_frozenWithASubtree_saysByWhomSinceWhenAndWhere() throws Exception {
        traffic.freeze("tenant:acme/agent:bot", "ann", "it loops", "bot-day", "bot-month");
        String since = traffic.clock().instant().toString();
        pages.caughtUp();
        for (String name : List.of("bot-day", "bot-month")) {
            String html = ok(Address.budget("acme", name));
            assertThat(html)
                    .contains(
                            "It refuses every call",
                            "Frozen",
                            "datetime=\"" + since.substring(0, 19),
                            "by <strong>ann</strong>",
                            "with all at or below tenant:acme/agent:bot",
                            "“it loops”")
                    .doesNotContain("whole tenant");
            Matcher link = Pattern.compile("href=\"(/audit[^\"]+)\">See it").matcher(html);
            assertThat(link.find()).isTrue();
            assertThat(ok(new Address(link.group(1).replace("&amp;", "&"))))
                    .contains("budget.freeze", "acme/bot-day, acme/bot-month");
        }
        assertThat(ok(Address.AUDIT.with("target", "acme/bot-day"))).contains("budget.freeze");
        assertThat(ok(Address.budget("acme", "run"))).doesNotContain("Frozen", "It refuses");
    }

    @Test
    void audit_filter_findsEveryActThatCanBeRecorded() throws Exception {
        traffic.everyAction();
        pages.caughtUp();
        String filter = ok(Address.AUDIT);
        filter = filter.substring(filter.indexOf("<select name=\"action\">"));
        filter = filter.substring(0, filter.indexOf("</select>"));
        Matcher option = Pattern.compile("<option value=\"(\\w+)\">").matcher(filter);

        List<String> found = new ArrayList<>();
        while (option.find()) {
            String html = ok(Address.AUDIT.with("actor", "eve").with("action", option.group(1)));
            Matcher act = Pattern.compile("class=\"action\">([a-z.]+)<").matcher(html);
            while (act.find()) {
                found.add(act.group(1));
            }
        }

        assertThat(found)
                .containsExactlyInAnyOrderElementsOf(
                        Stream.of(Action.values()).map(Action::written).toList());
    }

    @Test
    void page_ofSomethingUnknown_isNotFound() throws Exception {
        assertThat(pages.get(Address.call("nope")).statusCode()).isEqualTo(404);
        assertThat(pages.get(Address.run("acme", "nope")).statusCode()).isEqualTo(404);
        assertThat(pages.get(Address.budget("acme", "nope")).statusCode()).isEqualTo(404);
    }

    @Test
    void page_any_allowsNothingFromElsewhereAndNothingInline() throws Exception {
        HttpResponse<String> answer = pages.get(Address.OVERVIEW);
        String policy = answer.headers().firstValue("content-security-policy").orElseThrow();
        assertThat(policy)
                .contains("default-src 'none'", "script-src 'self'")
                .doesNotContain("unsafe");
        assertThat(answer.headers().firstValue("cache-control")).contains("no-store");
        assertThat(answer.body()).doesNotContain("style=\"", "onclick", "https://");
    }

    @Test
    void asset_anyThatAPageNames_isKeptForEverAndCompressed() throws Exception {
        Matcher named =
                Pattern.compile("(?:src|href)=\"(/assets/[^\"]+)\"").matcher(ok(Address.OVERVIEW));
        int count = 0;
        while (named.find()) {
            Address asset = new Address(named.group(1));
            HttpResponse<String> answer = pages.get(asset, "Accept-Encoding", "gzip");
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.headers().firstValue("cache-control").orElse(""))
                    .contains("immutable");
            assertThat(answer.headers().firstValue("content-encoding")).contains("gzip");
            assertThat(asset.text()).matches("/assets/[a-z.]+\\.[0-9a-f]{12}\\.(css|js|svg)");
            count++;
        }
        assertThat(count).isEqualTo(7);
        assertThat(pages.get(new Address("/assets/dashboard.000000000000.css")).statusCode())
                .isEqualTo(404);
    }

    private static String ok(Address page) throws Exception {
        HttpResponse<String> answer = pages.get(page);
        assertThat(answer.statusCode()).as(page.text()).isEqualTo(200);
        return answer.body();
    }

    private static List<String> runs(String html) {
        return Pattern.compile("class=\"row cut\" href=\"([^\"]+)\"")
                .matcher(html)
                .results()
                .map(match -> match.group(1))
                .toList();
    }

    /// The first call of the runaway that was refused.
    private static String denied() throws Exception {
        Matcher link =
                Pattern.compile("href=\"/call\\?id=([^\"]+)\">See the first refusal")
                        .matcher(ok(Address.run("acme", Traffic.RUNAWAY)));
        assertThat(link.find()).isTrue();
        return link.group(1);
    }

    private static double spentOf(String html) {
        Matcher spent = Pattern.compile("<dt>Spent</dt>\\s*<dd>\\s*\\$([0-9.]+)").matcher(html);
        assertThat(spent.find()).isTrue();
        return Double.parseDouble(spent.group(1));
    }
}
