package dev.bursar.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.AriaRole;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/// What a person sees of the demo, in a real browser.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DashboardTest {

    private static final String RUNAWAY = "fixer-loop-1";

    /// From the start of the demo to the denial of its runaway, with room for a busy machine.
    private static final int RUNAWAY_STOPPED_MILLIS = 60_000;

    /// For a page or a script on a busy machine.
    private static final int PATIENCE_MILLIS = 30_000;

    private static final List<String> SERIOUS = List.of("serious", "critical");

    private final List<String> complaints = new ArrayList<>();
    private Bursar bursar;
    private Playwright playwright;
    private Browser browser;

    @BeforeAll
    void start(@TempDir Path home) {
        Path chromium = chromium();
        assumeTrue(Files.isExecutable(chromium), "install Chromium: apt-get install chromium");
        bursar = Bursar.demo(home);
        PlaywrightAssertions.setDefaultAssertionTimeout(PATIENCE_MILLIS);
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
                                        .setArgs(List.of("--no-sandbox")));
    }

    @AfterAll
    void stop() {
        if (playwright != null) {
            playwright.close();
        }
        if (bursar != null) {
            bursar.close();
        }
    }

    @Test
    void demo_showsSpend_theStoppedRunaway_itsRunAndItsCalls() {
        try (Page page = open("/")) {
            assertThat(page.getByRole(AriaRole.HEADING, named("Overview"))).isVisible();
            assertThat(page.locator(".tiles")).containsText("$");
            assertNoSeriousBarriers(page);

            page.navigate(bursar.url() + "/runs?status=stopped");
            Locator row = page.locator("tr", new Page.LocatorOptions().setHasText(RUNAWAY));
            awaitRunaway(page, row);
            assertThat(row).containsText(Pattern.compile("stopped", Pattern.CASE_INSENSITIVE));
            assertNoSeriousBarriers(page);

            row.getByRole(AriaRole.LINK).first().click();
            assertThat(page.locator("h1", new Page.LocatorOptions().setHasText(RUNAWAY)))
                    .isVisible();
            assertThat(page.locator("body")).containsText("$0.90");
            assertNoSeriousBarriers(page);

            page.locator("tbody tr:not(.is-denied) a.row").last().click();
            page.waitForURL(Pattern.compile(".*/call\\?.*"));
            assertThat(page.locator("body")).containsText("claude-opus-4-1");
            assertThat(page.locator("body")).containsText("$0.15");
            assertNoSeriousBarriers(page);

            page.navigate(bursar.url() + "/budgets");
            assertThat(page.locator("body")).containsText("company-month");
            assertNoSeriousBarriers(page);
        }
        assertThat(complaints).isEmpty();
    }

    /// Reloads the list until the runaway is on it.
    private static void awaitRunaway(Page page, Locator row) {
        long end = System.nanoTime() + RUNAWAY_STOPPED_MILLIS * 1_000_000L;
        while (row.count() == 0 && System.nanoTime() < end) {
            page.waitForTimeout(500);
            page.reload();
        }
        assertThat(row)
                .isVisible(new LocatorAssertions.IsVisibleOptions().setTimeout(PATIENCE_MILLIS));
    }

    /// A page that reports errors in its scripts, and anything that it loads from elsewhere.
    private Page open(String path) {
        Page page = browser.newPage();
        page.onPageError(complaints::add);
        page.onConsoleMessage(message -> {
            if (message.type().equals("error")) {
                complaints.add(message.text());
            }
        });
        page.onRequest(request -> {
            if (!request.url().startsWith(bursar.url())) {
                complaints.add("loads " + request.url());
            }
        });
        page.navigate(bursar.url() + path);
        return page;
    }

    private static void assertNoSeriousBarriers(Page page) {
        List<String> barriers =
                new AxeBuilder(page)
                        .analyze().getViolations().stream()
                                .filter(rule -> SERIOUS.contains(rule.getImpact()))
                                .map(rule -> rule.getId() + ": " + rule.getNodes())
                                .toList();
        assertThat(barriers).as(page.url()).isEmpty();
    }

    private static Page.GetByRoleOptions named(String name) {
        return new Page.GetByRoleOptions().setName(name).setExact(true);
    }

    private static Path chromium() {
        return Stream.of(
                        System.getenv().getOrDefault("BURSAR_CHROMIUM", ""),
                        "/usr/bin/chromium",
                        "/usr/bin/chromium-browser",
                        "/usr/bin/google-chrome")
                .map(Path::of)
                .filter(Files::isRegularFile)
                .findFirst()
                .orElse(Path.of("/usr/bin/chromium"));
    }
}
