package dev.bursar.server.http;

import dev.bursar.authority.AuthorityException;
import dev.bursar.server.config.ConfigException;
import dev.bursar.server.dashboard.view.Shell;
import dev.bursar.server.directory.DirectoryException;
import dev.bursar.usage.UsageException;
import gg.jte.ContentType;
import gg.jte.TemplateEngine;
import gg.jte.output.StringOutput;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.HttpException;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// How requests are answered: JSON, a problem document, or a page. The only place that knows statuses.
final class Answers {

    private static final Logger LOG = LoggerFactory.getLogger(Answers.class);

    private static final String CONTENT_SECURITY_POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; form-action"
                    + " 'self'; base-uri 'none'; frame-ancestors 'none'";

    private static final List<String> PROGRAMS =
            List.of("/api/", "/v1/", "/v1beta/", "/openai/", "/anthropic/", "/gemini/");

    private final TemplateEngine templates = TemplateEngine.createPrecompiled(ContentType.Html);
    private final Shell.Files files;

    /// @param files that make these pages look like the dashboard
    Answers(Shell.Files files) {
        this.files = files;
    }

    static void json(RoutingContext context, int status, JsonNode body) {
        send(context, status, "application/json", ApiJson.text(body));
    }

    static void problem(RoutingContext context, int status, ObjectNode document) {
        send(context, status, "application/problem+json", ApiJson.text(document));
    }

    static void text(RoutingContext context, int status, String body) {
        send(context, status, "text/plain; charset=utf-8", body);
    }

    static void redirect(RoutingContext context, String to) {
        if (context.response().ended()) {
            return;
        }
        context.response().setStatusCode(303).putHeader(HttpHeaders.LOCATION, to).end();
    }

    /// Answers a failure of any handler. A bug is logged and told as such, without its details.
    void failure(RoutingContext context) {
        Throwable cause = context.failure();
        switch (cause) {
            case null -> problem(context, context.statusCode(), "", "");
            case ApiException e -> problem(context, e.status(), e.code(), message(e));
            case HttpException e -> problem(context, e.getStatusCode(), "", "");
            case DirectoryException e -> directory(context, e);
            case ConfigException e -> problem(context, 422, "bad_configuration", message(e));
            case UsageException e -> usage(context, e);
            case AuthorityException e -> {
                retryLater(context);
                problem(context, 503, "authority_unavailable", message(e));
            }
            default -> {
                LOG.error("event=request_failed path={}", context.normalizedPath(), cause);
                problem(context, 500, "internal", "a mistake in Bursar; the log has it");
            }
        }
    }

    private void directory(RoutingContext context, DirectoryException e) {
        switch (e.kind()) {
            case CALLER -> problem(context, 400, "bad_request", message(e));
            case NOT_FOUND -> problem(context, 404, "not_found", message(e));
            case EXISTS -> problem(context, 409, "exists", message(e));
            case CLOSED -> problem(context, 409, "tenant_closed", message(e));
            case OWNED_BY_FILE -> problem(context, 409, "owned_by_file", message(e));
            case EXTERNAL -> {
                LOG.error("event=directory_failed", e);
                problem(context, 503, "directory_unavailable", message(e));
            }
        }
    }

    private void usage(RoutingContext context, UsageException e) {
        switch (e.kind()) {
            case CALLER -> problem(context, 400, "bad_request", message(e));
            case ARCHIVED -> problem(context, 503, "usage_unavailable", message(e));
            case CAPACITY, EXTERNAL, INTERNAL -> {
                retryLater(context);
                problem(context, 503, "usage_unavailable", message(e));
            }
        }
    }

    private static void retryLater(RoutingContext context) {
        context.response().putHeader(HttpHeaders.RETRY_AFTER, "2");
    }

    /// A problem document for programs, a page for people.
    void problem(RoutingContext context, int status, String code, String detail) {
        String title = HttpResponseStatus.valueOf(status).reasonPhrase();
        if (!forPeople(context)) {
            String type = code.isEmpty() ? title.toLowerCase(Locale.ROOT) : code;
            ObjectNode body = ApiJson.object();
            body.put("type", "urn:bursar:problem:" + type.replace(' ', '_'));
            body.put("title", title);
            body.put("status", status);
            if (!detail.isEmpty()) {
                body.put("detail", detail);
            }
            problem(context, status, body);
            return;
        }
        page(
                context,
                status,
                "http/page.jte",
                Map.of("title", title, "message", detail.isEmpty() ? explained(status) : detail));
    }

    void page(RoutingContext context, int status, String template, Map<String, Object> values) {
        Map<String, Object> all = new HashMap<>(values);
        all.put("files", files);
        StringOutput html = new StringOutput();
        templates.render(template, all, html);
        context.response().putHeader("content-security-policy", CONTENT_SECURITY_POLICY);
        send(context, status, "text/html; charset=utf-8", html.toString());
    }

    private static boolean forPeople(RoutingContext context) {
        String accept = context.request().getHeader(HttpHeaders.ACCEPT);
        String path = context.normalizedPath();
        return accept != null
                && accept.contains("text/html")
                && PROGRAMS.stream().noneMatch(path::startsWith);
    }

    private static String explained(int status) {
        return status == 404 ? "There is nothing at this address." : "This did not work.";
    }

    private static String message(Throwable cause) {
        return String.valueOf(cause.getMessage());
    }

    private static void send(RoutingContext context, int status, String type, String body) {
        HttpServerResponse response = context.response();
        if (response.ended()) {
            return;
        }
        response.setStatusCode(status)
                .putHeader(HttpHeaders.CONTENT_TYPE, type)
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                .putHeader("x-content-type-options", "nosniff")
                .end(body);
    }
}
