package dev.bursar.server.dashboard;

import dev.bursar.authority.Authority;
import dev.bursar.server.dashboard.view.Shell;
import dev.bursar.usage.Usage;
import dev.bursar.usage.UsageException;
import gg.jte.ContentType;
import gg.jte.TemplateEngine;
import gg.jte.output.StringOutput;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Function;

/// The pages that people see, rendered here and complete without a script; scripts only keep figures
/// fresh and draw charts.
///
/// Pages change nothing: every route is a `GET`, and all state of a page is in its address.
public final class Dashboard {

    /// Nothing from elsewhere, and no script or style inside a page: what a call was named cannot run.
    private static final String CONTENT_SECURITY_POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src"
                    + " 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    private static final String RETRY_SECONDS = "3";

    private final TemplateEngine templates = TemplateEngine.createPrecompiled(ContentType.Html);
    private final Assets assets = new Assets();
    private final InstantSource clock;
    private final Zones zones;
    private final Frame frame;
    private final OverviewPage overview;
    private final RunsPage runs;
    private final RunPage run;
    private final CallPage call;
    private final BudgetsPage budgets;
    private final BudgetPage budget;
    private final ApprovalsPage approvals;
    private final AuditPage audit;

    /// @param prices looks into the price book in use, which a reload may change
    public Dashboard(
            Usage usage,
            Authority authority,
            PriceLookup prices,
            Zones zones,
            InstantSource clock) {
        this.clock = clock;
        this.zones = zones;
        frame = new Frame(usage, authority, assets.files());
        overview = new OverviewPage(usage, authority, frame);
        runs = new RunsPage(usage, frame);
        run = new RunPage(usage, authority, new RunBudgets(authority), frame);
        call = new CallPage(usage, new PriceLines(prices), frame);
        budgets = new BudgetsPage(authority, frame);
        budget = new BudgetPage(authority, new Halts(usage), frame);
        approvals = new ApprovalsPage(authority, usage, frame);
        audit = new AuditPage(usage, frame);
    }

    /// What pages that are not made here load, to look the same.
    public Shell.Files files() {
        return assets.files();
    }

    /// Adds the pages to a router whose handlers may block.
    public void mount(Router router) {
        router.get(Assets.PATH + "*").handler(assets::serve);
        page(router, "/", "overview", request -> Optional.of(overview.view(request)));
        page(router, "/runs", "runs", request -> Optional.of(runs.view(request)));
        page(router, "/run", "run", run::view);
        page(router, "/call", "call", call::view);
        page(router, "/budgets", "budgets", request -> Optional.of(budgets.view(request)));
        page(router, "/budget", "budget", budget::view);
        page(router, "/approvals", "approvals", request -> Optional.of(approvals.view(request)));
        page(router, "/audit", "audit", request -> Optional.of(audit.view(request)));
    }

    private void page(
            Router router, String path, String template, Function<Request, Optional<?>> view) {
        router.get(path).handler(context -> answer(context, template, view));
    }

    private void answer(
            RoutingContext context, String template, Function<Request, Optional<?>> view) {
        Request request = Request.of(context, clock.instant(), zones);
        try {
            Optional<?> found = view.apply(request);
            if (found.isPresent()) {
                render(context, 200, template, found.get());
            } else {
                message(
                        context,
                        request,
                        404,
                        "Not found",
                        "Nothing of that name is known here. A call appears a moment after it ends.");
            }
        } catch (UsageException e) {
            noFigures(context, request, e);
        }
    }

    /// The browser asks again by itself, unless the question was wrong.
    private void noFigures(RoutingContext context, Request request, UsageException e) {
        boolean wrong = e.kind() == UsageException.Kind.CALLER;
        if (!wrong) {
            context.response().putHeader("refresh", RETRY_SECONDS);
        }
        message(
                context,
                request,
                wrong ? 400 : 503,
                "No figures just now",
                "The read model could not answer: %s. Budgets are enforced all the same."
                        .formatted(e.getMessage()));
    }

    private void message(
            RoutingContext context, Request request, int status, String title, String text) {
        render(context, status, "message", frame.message(request, title, text));
    }

    private void render(RoutingContext context, int status, String template, Object view) {
        StringOutput html = new StringOutput();
        templates.render("dashboard/" + template + ".jte", view, html);
        context.response()
                .setStatusCode(status)
                .putHeader(HttpHeaders.CONTENT_TYPE, "text/html; charset=utf-8")
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                .putHeader("content-security-policy", CONTENT_SECURITY_POLICY)
                .putHeader("referrer-policy", "same-origin")
                .putHeader("x-content-type-options", "nosniff")
                .end(html.toString());
    }
}
