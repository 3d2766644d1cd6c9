package dev.bursar.server.conformance;

import static dev.bursar.server.conformance.Case.must;

import dev.bursar.server.conformance.Case.Skipped;
import java.net.http.HttpRequest;
import java.util.List;

/// X-Admin-API-Key, which opens three operations in place of a tenant's key, and no other.
final class AdminCases {

    private static final String ADMIN_KEY = "X-Admin-API-Key";

    static final List<Case> ALL =
            List.of(
                    must(
                            "admin-key-wrong",
                            "a tenant's key as X-Admin-API-Key is 401 UNAUTHORIZED",
                            t ->
                                    t.send(
                                                    t.request("/v1/reservations?tenant=x")
                                                            .header(ADMIN_KEY, t.settings().key()))
                                            .error(401, "UNAUTHORIZED")),
                    must(
                            "admin-elsewhere",
                            "X-Admin-API-Key alone is 401 UNAUTHORIZED where only tenants may ask",
                            AdminCases::elsewhere),
                    must(
                            "admin-list",
                            "an administrator lists the reservations of a tenant, and names it",
                            AdminCases::list),
                    must(
                            "admin-find",
                            "an administrator reads a reservation of any tenant",
                            AdminCases::find),
                    must(
                            "admin-release",
                            "an administrator releases a reservation of any tenant",
                            AdminCases::release));

    private AdminCases() {}

    private static HttpRequest.Builder asAdmin(Target target, String path) {
        String key = target.settings().adminKey();
        if (key == null) {
            throw new Skipped("needs an administrator's key");
        }
        return target.request(path).header(ADMIN_KEY, key);
    }

    private static void elsewhere(Target target) {
        String asking = target.reserving(Target.newKey(), 1, "");
        String path = "/v1/reservations/01890000-0000-7000-8000-000000000000";
        refused(target, "/v1/decide", asking);
        refused(target, "/v1/reservations", asking);
        refused(target, "/v1/events", target.asking(Target.newKey(), "actual", 1, ""));
        refused(target, path + "/commit", target.committing(Target.newKey(), 1));
        refused(target, path + "/extend", Target.extending(Target.newKey(), 1));
        target.send(asAdmin(target, "/v1/balances?tenant=" + target.settings().tenant()))
                .error(401, "UNAUTHORIZED");
    }

    private static void refused(Target target, String path, String body) {
        target.send(target.posting(asAdmin(target, path), body)).error(401, "UNAUTHORIZED");
    }

    private static void list(Target target) {
        target.send(asAdmin(target, "/v1/reservations")).error(400, "INVALID_REQUEST");
        Reply page =
                target.send(
                                asAdmin(
                                        target,
                                        "/v1/reservations?tenant=" + target.settings().tenant()))
                        .status(200);
        Shape.page(page.json(), "reservations");
    }

    private static void find(Target target) {
        HttpRequest.Builder probe = asAdmin(target, "/v1/reservations");
        Reply reserved = target.reserve("");
        String path = "/v1/reservations/" + reserved.text("reservation_id");
        Reply found = target.send(probe.uri(target.uri(path)));
        target.forget(reserved);
        Shape.detail(found.status(200).json());
    }

    private static void release(Target target) {
        HttpRequest.Builder probe = asAdmin(target, "/v1/reservations");
        Reply reserved = target.reserve("");
        String path = "/v1/reservations/" + reserved.text("reservation_id") + "/release";
        Reply released =
                target.send(
                        target.posting(
                                probe.uri(target.uri(path)), Target.keyOnly(Target.newKey())));
        target.forget(reserved);
        Shape.released(released.status(200).json());
    }
}
