package dev.bursar.server.dashboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.deque.html.axecore.results.Rule;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.Cookie;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The pages in a real browser: what it complains about, whether everybody can use them, and that fresh
/// figures do not disturb.
class BrowserTest {

    private static final int WIDE = 1_280;
    private static final int NARROW = 390;

    @TempDir static Path directory;

    private static Traffic traffic;
    private static PageServer pages;
    private static Playwright playwright;
    private static Browser browser;

    @BeforeAll
    static void open() throws Exception {
        Path chromium = chromium().orElse(null);
        if (chromium == null) {
            abort("no Chromium on the PATH: ./bursar test installs it, or set BURSAR_CHROMIUM");
        }
        traffic = new Traffic(directory, 11);
        pages = new PageServer(directory, traffic);
        traffic.day();
        traffic.askedFor("word-wanted", "waiting-run");
        traffic.granted("more-for-now", "granted-run", 12_500, Traffic.END.plusSeconds(86_400));
        traffic.freeze("tenant:acme/agent:bot", "ann", "it loops", "bot-calls");
        traffic.key("worker", "for the new workers");
        pages.caughtUp();
        playwright =
                Playwright.create(
                        new Playwright.CreateOptions()
                                .setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
        browser =
                playwright
                        .chromium()
                        .launch(
                                new BrowserType.LaunchOptions()
                                        .setExecutablePath(chromium)
                                        .setArgs(List.of("--no-sandbox", "--disable-gpu")));
    }

    @AfterAll
    static void close() {
        if (browser != null) {
            browser.close();
            playwright.close();
        }
        if (pages != null) {
            pages.close();
            traffic.close();
        }
    }

    static Stream<Address> addresses() {
        return Stream.of(
                Address.OVERVIEW,
                Address.OVERVIEW.with("range", "30d"),
                Address.RUNS,
                Address.RUNS.with("workflow", "nothing"),
                Address.run("acme", Traffic.RUNAWAY),
                Address.run("acme", Traffic.HOSTILE),
                Address.call("call-00001"),
                Address.call("call-00282"),
                Address.BUDGETS,
                Address.budget("acme", "run"),
                Address.budget("acme", "more-for-now"),
                Address.budget("acme", "bot-calls"),
                Address.APPROVALS,
                Address.AUDIT,
                Address.AUDIT.with("actor", "nobody"),
                Address.call("unknown"));
    }

    static Stream<Address> addressesOfOperators() {
        return Stream.of(Address.APPROVALS, Address.budget("acme", "run"));
    }

    /// With all forms open.
    @ParameterizedTest
    @MethodSource("addressesOfOperators")
    void forms_lightDarkAndNarrow_areAccessibleQuietAndFit(Address address) {
        for (int width : List.of(WIDE, NARROW)) {
            for (ColorScheme scheme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
                try (BrowserContext context = context(width, scheme)) {
                    context.addCookies(
                            List.of(new Cookie("who", "ann").setUrl(pages.url(address))));
                    List<String> complaints = new ArrayList<>();
                    Page page = visit(context, address, complaints);
                    assertThat(page.locator("details.act").count()).isPositive();
                    page.evaluate(
                            "document.querySelectorAll('details.act').forEach(d => d.open = true)");
                    assertThat(page.evaluate("document.documentElement.scrollWidth"))
                            .isEqualTo(width);
                    List<Rule> violations = new AxeBuilder(page).analyze().getViolations();
                    assertThat(violations)
                            .as(address + " " + scheme)
                            .map(BrowserTest::words)
                            .isEmpty();
                    assertThat(complaints).as(address.text()).isEmpty();
                }
            }
        }
    }

    @Test
    void form_whileFreshFiguresCome_keepsWhatWasTyped() throws Exception {
        try (BrowserContext context = context(WIDE, ColorScheme.LIGHT)) {
            Address budget = Address.budget("acme", "run");
            context.addCookies(List.of(new Cookie("who", "ann").setUrl(pages.url(budget))));
            Page page = visit(context, budget, new ArrayList<>());
            String once = page.locator("form[action$=credit] [name=once]").inputValue();
            page.locator("details.act:has(form[action$=credit]) summary").click();
            page.locator("form[action$=credit] [name=amount]").fill("12");
            traffic.call(Traffic.ACME, "while-typing", "support", "gpt-4o");
            pages.caughtUp();
            page.waitForSelector("#live a:text-is('run while-typing')");
            assertThat(page.locator("form[action$=credit] [name=amount]").inputValue())
                    .isEqualTo("12");
            assertThat(page.locator("form[action$=credit] [name=once]").inputValue())
                    .isEqualTo(once);
            assertThat(page.locator("form[action$=credit]").isVisible()).isTrue();
        }
    }

    @ParameterizedTest
    @MethodSource("addresses")
    void page_lightAndDark_isAccessibleAndQuiet(Address address) {
        for (ColorScheme scheme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
            try (BrowserContext context = context(WIDE, scheme)) {
                List<String> complaints = new ArrayList<>();
                Page page = visit(context, address, complaints);
                List<Rule> violations = new AxeBuilder(page).analyze().getViolations();
                assertThat(violations).as(address + " " + scheme).map(BrowserTest::words).isEmpty();
                assertThat(complaints).as(address.text()).isEmpty();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("addresses")
    void page_onAPhone_fitsItsWidth(Address address) {
        try (BrowserContext context = context(NARROW, ColorScheme.LIGHT)) {
            Page page = visit(context, address, new ArrayList<>());
            assertThat(page.evaluate("document.documentElement.scrollWidth"))
                    .as(address.text())
                    .isEqualTo(NARROW);
            List<Rule> violations = new AxeBuilder(page).analyze().getViolations();
            assertThat(violations).as(address.text()).map(BrowserTest::words).isEmpty();
        }
    }

    @Test
    void noteOfAGrant_onAPhone_isThereAsAWhole() {
        try (BrowserContext context = context(NARROW, ColorScheme.LIGHT)) {
            for (Address address :
                    List.of(Address.BUDGETS, Address.budget("acme", "more-for-now"))) {
                Page page = visit(context, address, new ArrayList<>());
                Locator note = page.locator("th .cell-2:has-text('granted 12,500 calls until')");
                assertThat(note.evaluate("e => e.scrollWidth <= e.clientWidth"))
                        .as(address.text())
                        .isEqualTo(true);
            }
        }
    }

    @Test
    void audit_ofAnActWithManyDetails_showsItsReasonBesideThem() {
        try (BrowserContext context = context(WIDE, ColorScheme.LIGHT)) {
            Page page = visit(context, Address.AUDIT, new ArrayList<>());
            assertThat(page.locator("td:text-is('for the new workers')").count()).isEqualTo(1);
            assertThat(
                            page.locator(".table-wrap:has(.audit)")
                                    .evaluate("e => e.scrollWidth - e.clientWidth"))
                    .isEqualTo(0);
        }
    }

    @Test
    void navigation_onAPhone_isThereAsAWhole() {
        try (BrowserContext context = context(NARROW, ColorScheme.LIGHT)) {
            Page page = visit(context, Address.AUDIT, new ArrayList<>());
            assertThat(page.locator(".nav").evaluate("e => e.scrollWidth - e.clientWidth"))
                    .isEqualTo(0);
        }
    }

    @Test
    void factsOfABudget_breakInNoWord() {
        String broken =
                """
                () => [...document.querySelectorAll('.facts dt, .facts dd, .facts dd span')]
                    .flatMap(e => [...e.childNodes])
                    .filter(n => n.nodeType === Node.TEXT_NODE)
                    .flatMap(n => [...n.data.matchAll(/\\S+/g)].filter(word => {
                      const range = document.createRange();
                      range.setStart(n, word.index);
                      range.setEnd(n, word.index + word[0].length);
                      return range.getClientRects().length > 1;
                    }).map(word => word[0]))
                """;
        for (int width : List.of(WIDE, NARROW)) {
            try (BrowserContext context = context(width, ColorScheme.LIGHT)) {
                Page page = visit(context, Address.budget("acme", "bot-calls"), new ArrayList<>());
                assertThat(page.locator(".facts").innerText()).contains("the configuration");
                assertThat(page.evaluate(broken)).as("%d wide", width).isEqualTo(List.of());
            }
        }
    }

    @Test
    void charts_areDrawnFromTheJar() {
        try (BrowserContext context = context(WIDE, ColorScheme.LIGHT)) {
            Page page = visit(context, Address.OVERVIEW, new ArrayList<>());
            page.waitForSelector("#spend-chart canvas");
            page.navigate(pages.url(Address.run("acme", Traffic.RUNAWAY)));
            page.waitForSelector("#run-chart canvas");
        }
    }

    @Test
    void overview_freshFigures_keepFocusAndOpenParts() throws Exception {
        try (BrowserContext context = context(WIDE, ColorScheme.LIGHT)) {
            List<String> complaints = new ArrayList<>();
            Page page = visit(context, Address.OVERVIEW, complaints);
            page.locator("details.data summary").click();
            page.locator("#live a:text-is('company-month')").focus();
            page.evaluate("document.activeElement.mark = 'same'");
            traffic.call(Traffic.ACME, "just-now", "support", "gpt-4o");
            pages.caughtUp();
            page.waitForSelector("#live a:text-is('just-now')");
            assertThat(page.evaluate("document.activeElement.mark")).isEqualTo("same");
            assertThat(page.evaluate("document.querySelector('details.data').open"))
                    .isEqualTo(true);
            page.waitForSelector("#spend-chart canvas");
            assertThat(page.locator("#spend-chart canvas").count()).isEqualTo(1);
            assertThat(complaints).isEmpty();
        }
    }

    @Test
    void overview_whileHidden_fetchesNothing() {
        try (BrowserContext context = context(WIDE, ColorScheme.LIGHT)) {
            Page page = visit(context, Address.OVERVIEW, new ArrayList<>());
            page.evaluate(
                    "Object.defineProperty(document, 'hidden', { get: () => true, configurable: true })");
            page.waitForSelector("[data-live][data-state=paused]");
            page.evaluate(
                    "delete document.hidden; document.dispatchEvent(new Event('visibilitychange'))");
            page.waitForSelector("[data-live][data-state=live]");
        }
    }

    @Test
    void overview_whenTheServerIsGone_saysSo() {
        try (BrowserContext context = context(WIDE, ColorScheme.LIGHT)) {
            Page page = visit(context, Address.OVERVIEW, new ArrayList<>());
            page.route("**/*", route -> route.abort());
            page.waitForSelector("[data-live][data-state=lost]");
        }
    }

    @Test
    void runs_changedFilter_isInTheAddressAndComesBack() {
        try (BrowserContext context = context(WIDE, ColorScheme.LIGHT)) {
            Page page = visit(context, Address.RUNS, new ArrayList<>());
            page.locator("select[name=status]").selectOption("stopped");
            page.waitForURL(url -> url.endsWith("status=stopped&sort=cost"));
            page.waitForFunction("document.querySelectorAll('#runs tbody tr').length === 1");
            page.reload();
            assertThat(page.locator("#runs tbody tr").count()).isEqualTo(1);
            assertThat(page.locator("select[name=status]").inputValue()).isEqualTo("stopped");
        }
    }

    @Test
    void theme_switched_staysForTheNextPage() {
        try (BrowserContext context = context(WIDE, ColorScheme.LIGHT)) {
            Page page = visit(context, Address.OVERVIEW, new ArrayList<>());
            page.locator("[data-theme-toggle]").click();
            assertThat(theme(page)).isEqualTo("dark");
            page.navigate(pages.url(Address.BUDGETS));
            assertThat(theme(page)).isEqualTo("dark");
        }
    }

    @Test
    void keyboard_reachesContentPastTheNavigation() {
        try (BrowserContext context = context(WIDE, ColorScheme.LIGHT)) {
            Page page = visit(context, Address.RUNS, new ArrayList<>());
            page.keyboard().press("Tab");
            page.keyboard().press("Enter");
            page.waitForFunction("document.activeElement.id === 'content'");
        }
    }

    private static Object theme(Page page) {
        return page.evaluate("document.documentElement.dataset.theme");
    }

    private static BrowserContext context(int width, ColorScheme scheme) {
        BrowserContext context =
                browser.newContext(
                        new Browser.NewContextOptions()
                                .setViewportSize(width, 900)
                                .setColorScheme(scheme));
        context.setDefaultTimeout(30_000);
        return context;
    }

    /// @param complaints gets what the browser says is wrong: errors of scripts, things that the content
    ///     security policy blocked
    private static Page visit(BrowserContext context, Address address, List<String> complaints) {
        Page page = context.newPage();
        page.onPageError(complaints::add);
        page.onConsoleMessage(message -> {
            boolean expected = message.text().contains("404 (Not Found)");
            if ("error".equals(message.type()) && !expected) {
                complaints.add(message.text());
            }
        });
        page.navigate(pages.url(address));
        return page;
    }

    private static String words(Rule rule) {
        return rule.getId() + ": " + rule.getNodes();
    }

    /// From `BURSAR_CHROMIUM`, or where Debian and others put it on the `PATH`.
    private static Optional<Path> chromium() {
        String set = System.getenv("BURSAR_CHROMIUM");
        if (set != null) {
            return Optional.of(Path.of(set));
        }
        return Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .flatMap(folder ->
                        Stream.of("chromium", "chromium-browser", "google-chrome")
                                .map(name -> Path.of(folder, name)))
                .filter(Files::isExecutable)
                .findFirst();
    }
}
