package dev.bursar.server.http;

import dev.bursar.authority.Authority;
import dev.bursar.gateway.Quantity;
import dev.bursar.ledger.Unit;
import dev.bursar.usage.AuditQuery;
import dev.bursar.usage.AuditRow;
import dev.bursar.usage.CallRow;
import dev.bursar.usage.CallsQuery;
import dev.bursar.usage.TotalsQuery;
import dev.bursar.usage.TotalsRow;
import dev.bursar.usage.Usage;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/// `/api/exports`: totals, calls and acts as CSV, for those who close the books.
///
/// A file is sent page by page while it is read. One that cannot be finished is cut off, so that no reader
/// takes it for whole.
final class ExportsApi {

    private final Usage usage;
    private final Authority authority;
    private final UsageQueries queries;

    ExportsApi(Usage usage, Authority authority, InstantSource clock) {
        this.usage = usage;
        this.authority = authority;
        this.queries = new UsageQueries(clock);
    }

    /// One page of a file after the other.
    private interface Pages<T> {

        /// @param last of the page before, null for the first page
        List<T> after(@Nullable T last);
    }

    private interface Line<T> {

        void write(Csv csv, T row);
    }

    void mount(ApiRouter api) {
        api.on(ApiRoute.EXPORT_SPEND, this::spend);
        api.on(ApiRoute.EXPORT_CALLS, this::calls);
        api.on(ApiRoute.EXPORT_AUDIT, this::audit);
    }

    private void spend(RoutingContext context) {
        TotalsQuery query = queries.totals(context);
        Freshness.await(usage, authority);
        List<TotalsRow> rows = usage.totals(query);
        Csv csv =
                Csv.head(
                        "start",
                        query.groupBy() == null ? "key" : query.groupBy().name(),
                        "other",
                        "calls",
                        "tool_calls",
                        "denials",
                        "tokens",
                        "usd",
                        "denied_asked_usd",
                        "cached",
                        "cache_avoided_usd");
        send(context, "spend", csv, last -> last == null ? rows : List.of(), ExportsApi::total);
    }

    private static void total(Csv csv, TotalsRow row) {
        csv.text(row.start().toString())
                .text(row.key())
                .text(row.other() ? "true" : "false")
                .number(row.calls())
                .number(row.toolCalls())
                .number(row.denials())
                .number(row.tokens())
                .usd(row.microcents())
                .usd(row.deniedAskedMicrocents())
                .number(row.cached())
                .usd(row.cacheAvoidedMicrocents());
    }

    private void calls(RoutingContext context) {
        CallsQuery query = queries.calls(context);
        Freshness.await(usage, authority);
        Csv csv =
                Csv.head(
                        "at",
                        "id",
                        "outcome",
                        "tenant",
                        "run",
                        "workflow",
                        "agent",
                        "user",
                        "release",
                        "provider",
                        "model",
                        "requested_model",
                        "tool",
                        "status",
                        "provenance",
                        "decision",
                        "tokens",
                        "usd",
                        "asked_usd",
                        "latency_millis",
                        "denial",
                        "budget");
        send(
                context,
                "calls",
                csv,
                last -> usage.calls(last == null ? query : query.after(last.position())),
                ExportsApi::call);
    }

    private static void call(Csv csv, CallRow row) {
        csv.text(row.at().toString())
                .text(row.id())
                .text(row.outcome().name().toLowerCase(Locale.ROOT))
                .text(row.tenant())
                .text(row.run())
                .text(row.workflow())
                .text(row.agent())
                .text(row.user())
                .text(row.release())
                .text(row.provider())
                .text(row.model())
                .text(row.requestedModel())
                .text(row.tool())
                .text(row.status())
                .text(row.provenance())
                .text(row.decision())
                .number(row.tokens())
                .usd(row.microcents())
                .usd(row.askedMicrocents());
        if (row.latencyMillis() < 0) {
            csv.text(null);
        } else {
            csv.number(row.latencyMillis());
        }
        csv.text(row.denial()).text(row.budget());
    }

    private void audit(RoutingContext context) {
        AuditQuery query =
                AuditApi.query(Parameters.of(context, AuditApi.FILTERS), AuditQuery.MAX_LIMIT);
        Freshness.await(usage, authority);
        Csv csv =
                Csv.head(
                        "position",
                        "at",
                        "tenant",
                        "actor",
                        "role",
                        "action",
                        "target",
                        "reason",
                        "request_id",
                        "trace_id",
                        "on_behalf_of",
                        "unit",
                        "amount",
                        "details");
        send(
                context,
                "audit",
                csv,
                last -> usage.audit(last == null ? query : query.before(last.position())),
                ExportsApi::act);
    }

    private static void act(Csv csv, AuditRow row) {
        csv.number(row.position())
                .text(row.at().toString())
                .text(row.tenant())
                .text(row.actor())
                .text(row.role())
                .text(row.action())
                .text(row.target())
                .text(row.reason())
                .text(row.requestId())
                .text(row.traceId())
                .text(row.onBehalfOf());
        if (row.unit() == null) {
            csv.text(null).text(null);
        } else {
            Unit unit = new Unit(row.unit());
            csv.text(Quantity.unit(unit)).raw(Quantity.number(unit, row.amount()));
        }
        csv.text(row.details().isEmpty() ? null : ApiJson.text(ApiJson.of(row.details())));
    }

    /// The first page is read before anything is sent: what is wrong then is a problem document.
    private static <T> void send(
            RoutingContext context, String name, Csv csv, Pages<T> pages, Line<T> line) {
        List<T> page = pages.after(null);
        HttpServerResponse response = context.response();
        response.setChunked(true)
                .putHeader(HttpHeaders.CONTENT_TYPE, "text/csv; charset=utf-8")
                .putHeader("content-disposition", "attachment; filename=\"" + name + ".csv\"")
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                .putHeader("x-content-type-options", "nosniff");
        try {
            while (!page.isEmpty()) {
                page.forEach(row -> {
                    line.write(csv, row);
                    csv.end();
                });
                response.write(csv.take()).toCompletionStage().toCompletableFuture().join();
                page = pages.after(page.getLast());
            }
            response.end(csv.take());
        } catch (CompletionException e) {
            // The client is gone: nobody is left to tell.
            response.reset();
        } catch (RuntimeException e) {
            response.reset();
            throw e;
        }
    }
}
