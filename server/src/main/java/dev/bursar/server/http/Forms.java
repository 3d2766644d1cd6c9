package dev.bursar.server.http;

import dev.bursar.server.dashboard.view.Notice;
import io.vertx.core.MultiMap;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// The forms of the pages: each does what a route of `/api` does, for people who are signed in, by the
/// code and the roles of that route. The answer leads back to the page, which says what came of it.
///
/// A browser sends the session's cookie with nothing that another site asked for, and a form has a secret
/// of its session that other sites cannot read: both must be there.
final class Forms {

    /// Instead of `/api` in the path.
    static final String PREFIX = "/act";

    private static final String TOKEN = "form_token";

    private final Access access;
    private final SignIn signIn;

    Forms(Access access, SignIn signIn) {
        this.access = access;
        this.signIn = signIn;
    }

    void mount(Router router, List<FormAct> acts) {
        for (FormAct act : acts) {
            router.route(act.route().method(), path(act.route()))
                    .handler(this::requireOwnForm)
                    .handler(context -> access.require(act.route(), context))
                    .handler(context -> submit(context, act));
        }
    }

    static String path(ApiRoute route) {
        return PREFIX + route.path().substring("/api".length());
    }

    private void requireOwnForm(RoutingContext context) {
        String sent = context.request().getFormAttribute(TOKEN);
        boolean own =
                sent != null
                        && signIn.session(context)
                                .map(session -> isSame(session.formToken(), sent))
                                .orElse(false);
        if (!own) {
            throw new ApiException(
                    403,
                    "foreign_form",
                    "this form is not of your session: open the page again, and send it from there");
        }
        context.next();
    }

    private static boolean isSame(String token, String sent) {
        return MessageDigest.isEqual(
                token.getBytes(StandardCharsets.UTF_8), sent.getBytes(StandardCharsets.UTF_8));
    }

    private void submit(RoutingContext context, FormAct act) {
        MultiMap form = context.request().formAttributes();
        Notice notice;
        try {
            String once = form.get("once");
            if (once != null) {
                context.put(Idempotency.OF_FORM, once);
            }
            Body body = Body.of(fields(form, act.fields()), act.fields());
            body.required("reason");
            notice = Notice.good(act.effect().on(context, body).said());
        } catch (ApiException e) {
            notice = Notice.mistake(String.valueOf(e.getMessage()));
        }
        signIn.tell(context, notice);
        Answers.redirect(context, SignIn.local(form.get("back")));
    }

    /// What a JSON body would say. What was left empty is not there; `per.user` is the field `user` of
    /// `per`; an amount has its unit beside it, and a time its zone.
    private static ObjectNode fields(MultiMap form, List<String> known) {
        ObjectNode body = ApiJson.object();
        for (Map.Entry<String, String> field : form) {
            String name = field.getKey();
            String value = field.getValue().strip();
            if (name.startsWith("per.")) {
                body.withObjectProperty("per").put(name.substring("per.".length()), value);
            } else if (known.contains(name) && !value.isEmpty()) {
                switch (name) {
                    case "amount" -> body.put(name, withUnit(value, form.get("unit")));
                    case "until" -> body.put(name, instant(value, form.get("zone")));
                    case "budgets" -> list(body, name).add(value);
                    default -> body.put(name, value);
                }
            }
        }
        if (body.has("scope")) {
            body.remove("budgets");
        }
        return body;
    }

    private static ArrayNode list(ObjectNode body, String name) {
        return body.withArrayProperty(name);
    }

    private static String withUnit(String amount, @Nullable String unit) {
        boolean plain = amount.chars().noneMatch(Character::isAlphabetic);
        return plain && unit != null ? amount + " " + unit : amount;
    }

    /// What is no time of day is left as it is, to be refused like any other mistake.
    private static String instant(String local, @Nullable String zone) {
        try {
            return LocalDateTime.parse(local)
                    .atZone(ZoneId.of(zone == null ? "UTC" : zone))
                    .toInstant()
                    .toString();
        } catch (DateTimeException e) {
            return local;
        }
    }
}
