package dev.bursar.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.ledger.Approval;
import dev.bursar.ledger.Balance;
import dev.bursar.ledger.Budget;
import dev.bursar.ledger.BudgetId;
import dev.bursar.ledger.TenantId;
import dev.bursar.server.directory.Role;
import java.io.IOException;
import java.net.CookieManager;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What people do with the forms of the pages, and what others cannot do with their browser.
class FormsTest {

    private static final long USD = 100_000_000;

    private static final BudgetId MONTH = new BudgetId("acme/month");

    @TempDir Path data;

    private ApiHouse house;
    private final List<HttpClient> browsers = new ArrayList<>();

    @BeforeEach
    void open() {
        house =
                new ApiHouse(
                        data,
                        """
                        tenants:
                          acme:
                            budgets:
                              - { name: month, limit: 10 USD, every: month, at: { 100%: approve } }
                              - { name: user, per: [user], limit: 5 USD }
                              - { name: app, scope: "tenant:acme/app:web", limit: 5 USD }
                              - name: bot
                                scope: "tenant:acme/app:web/agent:bot"
                                limit: 1 USD
                          other: {}
                        """);
    }

    @AfterEach
    void close() {
        browsers.forEach(HttpClient::close);
        house.close();
    }

    /// A browser that has signed in.
    private HttpClient browser(String token) {
        HttpClient browser =
                HttpClient.newBuilder()
                        .cookieHandler(new CookieManager())
                        .followRedirects(HttpClient.Redirect.NEVER)
                        .build();
        browsers.add(browser);
        assertThat(post(browser, "/sign-in", Map.of("token", token)).statusCode()).isEqualTo(303);
        return browser;
    }

    private HttpClient operator() {
        return browser(house.token("ann", Role.OPERATOR, null));
    }

    private HttpResponse<String> get(HttpClient browser, String path, String... headers) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(uri(path)).header("Accept", "text/html");
        if (headers.length > 0) {
            request.headers(headers);
        }
        return send(browser, request.build());
    }

    private HttpResponse<String> post(HttpClient browser, String path, Map<String, String> form) {
        String body =
                form.entrySet().stream()
                        .map(field -> encoded(field.getKey()) + "=" + encoded(field.getValue()))
                        .collect(Collectors.joining("&"));
        return send(
                browser,
                HttpRequest.newBuilder(uri(path))
                        .header("Accept", "text/html")
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .POST(BodyPublishers.ofString(body))
                        .build());
    }

    private static HttpResponse<String> send(HttpClient browser, HttpRequest request) {
        try {
            return browser.send(request, BodyHandlers.ofString());
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + house.port() + path);
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    /// What a form of a page would send: where to, and what stands in its fields.
    private record Form(String action, Map<String, String> fields) {

        /// @param fills what the person types, or null to leave a field out
        Form with(String name, @Nullable String fills) {
            Map<String, String> changed = new LinkedHashMap<>(fields);
            if (fills == null) {
                changed.remove(name);
            } else {
                changed.put(name, fills);
            }
            return new Form(action, changed);
        }
    }

    private static Form form(String html, String actionEnd) {
        Matcher form =
                Pattern.compile(
                                "<form method=\"post\" action=\"([^\"]+)\">(.*?)</form>",
                                Pattern.DOTALL)
                        .matcher(html);
        while (form.find()) {
            if (form.group(1).endsWith(actionEnd)) {
                Map<String, String> fields = new LinkedHashMap<>();
                Matcher field =
                        Pattern.compile(
                                        "<input type=\"[a-z-]+\" name=\"([^\"]+)\"(?: value=\"([^\"]*)\")?")
                                .matcher(form.group(2));
                while (field.find()) {
                    fields.put(
                            field.group(1),
                            field.group(2) == null ? "" : field.group(2).replace("&amp;", "&"));
                }
                return new Form(form.group(1), fields);
            }
        }
        throw new AssertionError("no form for " + actionEnd + " in " + html);
    }

    private HttpResponse<String> send(HttpClient browser, Form form) {
        return post(browser, form.action(), form.fields());
    }

    private Approval refused() {
        house.reserve("big", 11 * USD);
        return house.authority.approvals(ApiHouse.ACME).getFirst();
    }

    private Balance month() {
        return house.authority.balances(MONTH, 1).getFirst();
    }

    @Test
    void approval_granted_raisesTheLimitAndSaysSo_once() {
        refused();
        HttpClient ann = operator();
        String page = get(ann, "/approvals").body();
        assertThat(page).contains("1 approval waits", "run=r1", "workflow support", "$11.00");

        HttpResponse<String> answer =
                send(ann, form(page, "/grant").with("amount", "5").with("reason", "a busy day"));

        assertThat(answer.statusCode()).isEqualTo(303);
        assertThat(answer.headers().firstValue("location")).contains("/approvals");
        assertThat(month().limit()).isEqualTo(15 * USD);
        assertThat(get(ann, "/approvals", "hx-request", "true").body()).doesNotContain("Granted");
        assertThat(get(ann, "/approvals").body())
                .contains("Granted: the limit of acme/month is 15 USD for now, and 15 USD is left.")
                .contains("Nothing waits for you");
        assertThat(get(ann, "/approvals").body()).doesNotContain("Granted");
    }

    @Test
    void approval_declined_asksNobodyAgain() {
        refused();
        HttpClient ann = operator();

        send(ann, form(get(ann, "/approvals").body(), "/decline").with("reason", "no"));

        assertThat(get(ann, "/approvals").body()).contains("Declined: acme/month");
        house.reserve("again", 11 * USD);
        assertThat(house.authority.approvals(ApiHouse.ACME)).isEmpty();
    }

    @Test
    void time_ofAForm_isInItsZone() {
        refused();
        HttpClient ann = operator();
        Form grant = form(get(ann, "/approvals").body(), "/grant");
        assertThat(grant.fields()).containsEntry("zone", "Europe/Berlin");

        send(ann, grant.with("until", "2099-07-01T12:00").with("reason", "summer"));

        assertThat(month().funding().grants())
                .singleElement()
                .satisfies(each ->
                        assertThat(Instant.ofEpochMilli(each.untilMillis()))
                                .isEqualTo("2099-07-01T10:00:00Z"));
    }

    @Test
    void mistake_inAForm_changesNothingAndIsNamed() {
        refused();
        HttpClient ann = operator();
        Form grant = form(get(ann, "/approvals").body(), "/grant").with("reason", "why");
        Map<String, Form> mistakes =
                Map.of(
                        "amount: ", grant.with("amount", "much"),
                        "amount: must be above 0", grant.with("amount", "0"),
                        "amount: must be in USD", grant.with("amount", "5 tokens"),
                        "until: must be a time that is still to come",
                                grant.with("until", "2020-01-01T00:00"),
                        "until: must be a time like", grant.with("until", "tomorrow"),
                        "reason: is missing", grant.with("reason", " "));
        long position = house.authority.journal().lastPosition();

        mistakes.forEach((words, form) -> {
            assertThat(send(ann, form).statusCode()).isEqualTo(303);
            assertThat(get(ann, "/approvals").body()).contains("Nothing was changed: ", words);
        });

        assertThat(house.authority.journal().lastPosition()).isEqualTo(position);
    }

    @Test
    void form_withoutTheSecretOfItsSession_isRefused() {
        refused();
        HttpClient ann = operator();
        HttpClient mallory = browser(house.token("mallory", Role.OPERATOR, null));
        Form grant = form(get(ann, "/approvals").body(), "/grant").with("reason", "why");
        long position = house.authority.journal().lastPosition();

        List<HttpResponse<String>> answers =
                List.of(
                        send(ann, grant.with("form_token", null)),
                        send(ann, grant.with("form_token", "")),
                        send(ann, grant.with("form_token", "0".repeat(64))),
                        send(mallory, grant));

        assertThat(answers).allMatch(answer -> answer.statusCode() == 403);
        assertThat(house.authority.journal().lastPosition()).isEqualTo(position);
        assertThat(send(ann, grant).statusCode()).isEqualTo(303);
        assertThat(house.authority.journal().lastPosition()).isGreaterThan(position);
    }

    @Test
    void form_withoutASession_leadsToTheSignIn() {
        refused();
        HttpClient ann = operator();
        Form grant = form(get(ann, "/approvals").body(), "/grant").with("reason", "why");
        HttpClient nobody = HttpClient.newHttpClient();
        browsers.add(nobody);

        HttpResponse<String> answer = send(nobody, grant);

        assertThat(answer.headers().firstValue("location")).contains("/sign-in?next=%2F");
        assertThat(house.authority.approvals(ApiHouse.ACME)).hasSize(1);
    }

    @Test
    void cookie_ofASession_isNotSentFromOtherSites() {
        HttpResponse<String> answer =
                post(HttpClient.newHttpClient(), "/sign-in", Map.of("token", ApiHouse.TOKEN));

        assertThat(answer.headers().firstValue("set-cookie").orElse(""))
                .contains("SameSite=Strict", "HTTPOnly");
    }

    @ParameterizedTest
    @EnumSource(names = {"FINANCE", "VIEWER"})
    void reader_seesWhatWaits_andHasNoForms(Role role) {
        refused();
        HttpClient ann = operator();
        Form grant = form(get(ann, "/approvals").body(), "/grant").with("reason", "why");
        HttpClient reader = browser(house.token("reader", role, null));

        assertThat(get(reader, "/approvals").body())
                .contains("1 approval waits", "Acting wants the role operator")
                .doesNotContain("form_token");
        assertThat(get(reader, "/budget?tenant=acme&name=month").body())
                .doesNotContain("form_token");
        assertThat(send(reader, grant).statusCode()).isEqualTo(403);
        assertThat(house.authority.approvals(ApiHouse.ACME)).hasSize(1);
    }

    @Test
    void operator_ofAnotherTenant_seesAndDoesNothingHere() {
        refused();
        HttpClient ann = operator();
        Form grant = form(get(ann, "/approvals").body(), "/grant").with("reason", "why");
        HttpClient bob = browser(house.token("bob", Role.OPERATOR, new TenantId("other")));
        String page = get(bob, "/approvals").body();
        assertThat(page).contains("Nothing waits for you");

        assertThat(send(bob, grant).statusCode()).isEqualTo(403);
        assertThat(get(bob, "/budget?tenant=acme&name=month").statusCode()).isEqualTo(404);
        assertThat(house.authority.approvals(ApiHouse.ACME)).hasSize(1);
    }

    @Test
    void sessionOfARevokedToken_doesNothing() {
        refused();
        HttpClient ann = operator();
        Form grant = form(get(ann, "/approvals").body(), "/grant").with("reason", "why");
        house.ok("DELETE", "/api/tokens/ann", "");

        assertThat(send(ann, grant).headers().firstValue("location")).contains("/sign-in?next=%2F");
        assertThat(house.authority.approvals(ApiHouse.ACME)).hasSize(1);
    }

    @Test
    void sessionOfARevokedToken_isNotRevived_byAnotherOfItsName() {
        HttpClient ann = operator();
        house.ok("DELETE", "/api/tokens/ann", "");
        house.token("ann", Role.OPERATOR, null);

        assertThat(get(ann, "/approvals").headers().firstValue("location").orElse(""))
                .startsWith("/sign-in");
    }

    @Test
    void session_endsWhenTheTokenOfTheConfigurationChanges() {
        HttpClient administrator = browser(ApiHouse.TOKEN);
        assertThat(get(administrator, "/approvals").statusCode()).isEqualTo(200);

        house.directory.tokens().configure("another-token");

        assertThat(get(administrator, "/approvals").headers().firstValue("location").orElse(""))
                .startsWith("/sign-in");
        assertThat(get(browser("another-token"), "/approvals").statusCode()).isEqualTo(200);
    }

    @Test
    void credit_sentTwice_countsOnce_andAgainFromAFreshPage() {
        house.reserve("r", USD);
        HttpClient ann = operator();
        String page = "/budget?tenant=acme&name=month";
        Form credit =
                form(get(ann, page).body(), "/credit").with("amount", "2").with("reason", "x");

        send(ann, credit);
        send(ann, credit);
        assertThat(month().limit()).isEqualTo(12 * USD);

        send(ann, form(get(ann, page).body(), "/credit").with("amount", "2").with("reason", "x"));
        assertThat(month().limit()).isEqualTo(14 * USD);
        assertThat(get(ann, page).body()).contains("credit $4.00", "$14.00");
    }

    @Test
    void balance_ofAUser_isCreditedByName() {
        HttpClient ann = operator();
        Form credit = form(get(ann, "/budget?tenant=acme&name=user").body(), "/credit");
        assertThat(credit.fields()).containsKey("per.user");

        send(ann, credit.with("per.user", "carol").with("amount", "1.50").with("reason", "x"));

        Balance balance = house.authority.balances(new BudgetId("acme/user"), 1).getFirst();
        assertThat(balance.account().per()).containsExactly("carol");
        assertThat(balance.limit()).isEqualTo(650_000_000);
    }

    @Test
    void debitAndReset_doWhatTheySay() {
        house.reserve("r", USD);
        house.commit("r", USD);
        HttpClient ann = operator();
        String page = "/budget?tenant=acme&name=month";

        send(ann, form(get(ann, page).body(), "/debit").with("amount", "3").with("reason", "x"));
        assertThat(month().limit()).isEqualTo(7 * USD);
        send(ann, form(get(ann, page).body(), "/reset").with("reason", "x"));
        assertThat(month().spent()).isZero();
        assertThat(get(ann, page).body()).contains("Reset is done: of acme/month, 7 USD is left");
    }

    @Test
    void budget_frozen_isSoOnItsPagesUntilItIsNot() {
        HttpClient ann = operator();
        String page = "/budget?tenant=acme&name=month";

        send(ann, form(get(ann, page).body(), "/freeze").with("reason", "stop"));

        assertThat(status("month")).isEqualTo(Budget.Status.FROZEN);
        assertThat(get(ann, page).body())
                .contains("acme/month is frozen now.", ">frozen</span>", "It refuses every call");
        assertThat(get(ann, "/budgets").body()).contains(">frozen</span>");
        send(ann, form(get(ann, page).body(), "/unfreeze").with("reason", "go"));
        assertThat(status("month")).isEqualTo(Budget.Status.ACTIVE);
        assertThat(get(ann, page).body()).contains("acme/month is active now.");
    }

    @Test
    void run_stopped_isSoOnItsPageUntilItIsResumed() {
        house.reserve("call-1", 8);
        house.commit("call-1", 5);
        house.caughtUp();
        HttpClient ann = operator();
        String page = "/run?tenant=acme&run=r1";

        send(ann, form(get(ann, page).body(), "/stop").with("reason", "too dear"));

        assertThat(house.authority.stopped(ApiHouse.ACME, "r1")).isPresent();
        assertThat(get(ann, page).body())
                .contains("nothing is let through for r1 any more", "Stopped by ann", "Too dear.");
        send(ann, form(get(ann, page).body(), "/resume").with("reason", "mended"));
        assertThat(house.authority.stopped(ApiHouse.ACME, "r1")).isEmpty();
        assertThat(get(ann, page).body())
                .contains("r1 may go on.")
                .doesNotContain("Stopped by ann");
        HttpClient eve = browser(house.token("eve", Role.VIEWER, null));
        assertThat(get(eve, page).body()).doesNotContain("/stop\"");
    }

    @Test
    void scope_frozen_takesAllBelow_andNothingElse() {
        HttpClient ann = operator();
        String html = get(ann, "/budget?tenant=acme&name=bot").body();
        assertThat(html)
                .contains("only this budget")
                .contains("tenant:acme/app:web/agent:bot and below: 1 budget<")
                .contains("tenant:acme/app:web and below: 2 budgets");

        send(ann, form(html, "/freeze").with("scope", "tenant:acme/app:web").with("reason", "x"));

        assertThat(get(ann, "/budgets").body()).contains("each of 2 budgets is frozen now.");
        assertThat(status("app")).isEqualTo(Budget.Status.FROZEN);
        assertThat(status("bot")).isEqualTo(Budget.Status.FROZEN);
        assertThat(status("month")).isEqualTo(Budget.Status.ACTIVE);
    }

    private Budget.Status status(String budget) {
        return house.authority.status(new BudgetId("acme/" + budget)).orElseThrow();
    }

    @Test
    void decisions_areListedWithWhoAndWhy() {
        refused();
        HttpClient ann = operator();
        Form grant = form(get(ann, "/approvals").body(), "/grant");

        send(ann, grant.with("amount", "5").with("reason", "a <busy> day"));

        house.caughtUp();
        for (String page : List.of("/approvals", "/audit?action=approval", "/audit?actor=ann")) {
            assertThat(get(ann, page).body())
                    .as(page)
                    .contains("approval.grant", ">ann<", "operator", "$5.00")
                    .contains("a &lt;busy&gt; day", "/budget?tenant=acme&amp;name=month");
        }
        assertThat(get(ann, "/audit?action=key").body()).contains("No act fits");
        assertThat(get(ann, "/audit?target=acme%2Fmonth").body()).contains("approval.grant");
        assertThat(get(ann, "/audit?target=acme%2Fuser").body()).doesNotContain("approval.grant");
        HttpClient bob = browser(house.token("bob", Role.VIEWER, new TenantId("other")));
        assertThat(get(bob, "/audit?tenant=acme").body())
                .doesNotContain("approval.grant", "acme/month");
    }

    @Test
    void audit_manyActs_arePagedNewestFirst() {
        HttpClient ann = operator();
        for (int i = 1; i <= 60; i++) {
            house.ok(
                    "POST",
                    "/api/budgets/acme/month/credit",
                    "{\"amount\":\"1 USD\",\"reason\":\"why-%02d\"}".formatted(i));
        }
        house.caughtUp();
        String page = "/audit?action=budget.credit";

        String first = get(ann, page).body();
        assertThat(reasons(first)).hasSize(50).startsWith("why-60", "why-59").endsWith("why-11");
        Matcher older = Pattern.compile("href=\"([^\"]+)\">Older<").matcher(first);
        assertThat(older.find()).isTrue();
        String second = get(ann, older.group(1).replace("&amp;", "&")).body();
        assertThat(reasons(second)).hasSize(10).startsWith("why-10").endsWith("why-01");
        assertThat(second).contains(">Newest<").doesNotContain(">Older<");
    }

    private static List<String> reasons(String html) {
        return Pattern.compile("<td class=\"optional\">(why-[0-9]+)</td>")
                .matcher(html)
                .results()
                .map(match -> match.group(1))
                .toList();
    }

    @Test
    void back_toAnotherSite_isNotFollowed() {
        HttpClient ann = operator();
        Form freeze = form(get(ann, "/budget?tenant=acme&name=month").body(), "/freeze");

        HttpResponse<String> answer =
                send(ann, freeze.with("back", "//evil.example/").with("reason", "x"));

        assertThat(answer.headers().firstValue("location")).contains("/");
    }

    @Test
    void signOut_endsTheSession() {
        HttpClient ann = operator();
        assertThat(get(ann, "/approvals").body()).contains("Signed in as ann, operator");

        post(ann, "/sign-out", Map.of());

        assertThat(get(ann, "/approvals").headers().firstValue("location").orElse(""))
                .startsWith("/sign-in");
    }
}
