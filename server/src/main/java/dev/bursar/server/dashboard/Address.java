package dev.bursar.server.dashboard;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/// An address within the dashboard. All state of a page is in it, so that it can be shared.
///
/// @param text path and query, percent-encoded
record Address(String text) {

    static final Address OVERVIEW = new Address("/");
    static final Address RUNS = new Address("/runs");
    static final Address BUDGETS = new Address("/budgets");
    static final Address APPROVALS = new Address("/approvals");
    static final Address AUDIT = new Address("/audit");

    static Address run(String tenant, String run) {
        return new Address("/run").with("tenant", tenant).with("run", run);
    }

    static Address call(String id) {
        return new Address("/call").with("id", id);
    }

    static Address budget(String tenant, String name) {
        return new Address("/budget").with("tenant", tenant).with("name", name);
    }

    /// Where forms are sent to: each does what the route of `/api` of the same path does.
    static Address act(String... path) {
        StringBuilder text = new StringBuilder("/act");
        for (String part : path) {
            text.append('/')
                    .append(URLEncoder.encode(part, StandardCharsets.UTF_8).replace("+", "%20"));
        }
        return new Address(text.toString());
    }

    /// This address with one more parameter, or the same where the value is empty.
    Address with(String name, String value) {
        if (value.isEmpty()) {
            return this;
        }
        char joint = text.indexOf('?') < 0 ? '?' : '&';
        return new Address(
                text + joint + name + "=" + URLEncoder.encode(value, StandardCharsets.UTF_8));
    }

    @Override
    public String toString() {
        return text;
    }
}
