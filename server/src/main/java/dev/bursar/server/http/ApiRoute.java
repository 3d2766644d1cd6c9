package dev.bursar.server.http;

import dev.bursar.server.directory.Role;
import io.vertx.core.http.HttpMethod;

/// Every route of `/api`, with the role that it needs and how it belongs to a tenant. Nothing is mounted
/// below `/api` that is not here.
enum ApiRoute {
    DOCUMENT("GET", OpenApi.PATH, Need.READ, Tenancy.NONE),

    LIST_TENANTS("GET", "/api/tenants", Need.READ, Tenancy.FILTER),
    CREATE_TENANT("POST", "/api/tenants", Need.RULE, Tenancy.PLACE),
    TENANT("GET", "/api/tenants/:tenant", Need.READ, Tenancy.PATH),
    CHANGE_TENANT("PUT", "/api/tenants/:tenant", Need.RULE, Tenancy.PATH),
    SUSPEND_TENANT("POST", "/api/tenants/:tenant/suspend", Need.RULE, Tenancy.PLACE),
    ACTIVATE_TENANT("POST", "/api/tenants/:tenant/activate", Need.RULE, Tenancy.PLACE),
    CLOSE_TENANT("POST", "/api/tenants/:tenant/close", Need.RULE, Tenancy.PATH),

    LIST_KEYS("GET", "/api/keys", Need.READ, Tenancy.FILTER),
    CREATE_KEY("POST", "/api/keys", Need.OPERATE, Tenancy.BODY),
    REVOKE_KEY("DELETE", "/api/keys/:tenant/:name", Need.OPERATE, Tenancy.PATH),

    LIST_TOKENS("GET", "/api/tokens", Need.RULE, Tenancy.FILTER),
    CREATE_TOKEN("POST", "/api/tokens", Need.RULE, Tenancy.BODY),
    REVOKE_TOKEN("DELETE", "/api/tokens/:name", Need.RULE, Tenancy.FOUND),

    LIST_BUDGETS("GET", "/api/budgets", Need.READ, Tenancy.FILTER),
    DEFINE_BUDGET("POST", "/api/budgets", Need.OPERATE, Tenancy.BODY),
    BUDGET("GET", "/api/budgets/:tenant/:name", Need.READ, Tenancy.PATH),
    CHANGE_BUDGET("PUT", "/api/budgets/:tenant/:name", Need.OPERATE, Tenancy.PATH),
    REMOVE_BUDGET("DELETE", "/api/budgets/:tenant/:name", Need.OPERATE, Tenancy.PATH),
    BALANCES("GET", "/api/budgets/:tenant/:name/balances", Need.READ, Tenancy.PATH),
    CREDIT("POST", "/api/budgets/:tenant/:name/credit", Need.OPERATE, Tenancy.PATH),
    DEBIT("POST", "/api/budgets/:tenant/:name/debit", Need.OPERATE, Tenancy.PATH),
    RESET("POST", "/api/budgets/:tenant/:name/reset", Need.OPERATE, Tenancy.PATH),
    REPAY("POST", "/api/budgets/:tenant/:name/repay", Need.OPERATE, Tenancy.PATH),
    FREEZE("POST", "/api/budgets/:tenant/freeze", Need.OPERATE, Tenancy.PATH),
    UNFREEZE("POST", "/api/budgets/:tenant/unfreeze", Need.OPERATE, Tenancy.PATH),
    CLOSE_BUDGETS("POST", "/api/budgets/:tenant/close", Need.OPERATE, Tenancy.PATH),

    LIST_APPROVALS("GET", "/api/approvals", Need.READ, Tenancy.FILTER),
    GRANT("POST", "/api/approvals/:tenant/:approval/grant", Need.OPERATE, Tenancy.PATH),
    DECLINE("POST", "/api/approvals/:tenant/:approval/decline", Need.OPERATE, Tenancy.PATH),

    LIST_RESERVATIONS("GET", "/api/reservations", Need.READ, Tenancy.FILTER),
    CREATE_RESERVATION("POST", "/api/reservations", Need.OPERATE, Tenancy.BODY),
    RESERVATION("GET", "/api/reservations/:tenant/:id", Need.READ, Tenancy.PATH),
    EXTEND_RESERVATION("POST", "/api/reservations/:tenant/:id/extend", Need.OPERATE, Tenancy.PATH),
    RELEASE_RESERVATION(
            "POST", "/api/reservations/:tenant/:id/release", Need.OPERATE, Tenancy.PATH),
    COMMIT_RESERVATION("POST", "/api/reservations/:tenant/:id/commit", Need.OPERATE, Tenancy.PATH),

    SPEND("GET", "/api/spend", Need.READ, Tenancy.FILTER),
    LIST_RUNS("GET", "/api/runs", Need.READ, Tenancy.FILTER),
    RUN("GET", "/api/runs/:tenant/:run", Need.READ, Tenancy.PATH),
    STOP_RUN("POST", "/api/runs/:tenant/:run/stop", Need.OPERATE, Tenancy.PATH),
    RESUME_RUN("POST", "/api/runs/:tenant/:run/resume", Need.OPERATE, Tenancy.PATH),
    CALL("GET", "/api/calls/:id", Need.READ, Tenancy.FOUND),
    LIVE("GET", "/api/live", Need.READ, Tenancy.FILTER),

    CACHES("GET", "/api/cache", Need.READ, Tenancy.FILTER),
    CACHE_FEEDBACK("POST", "/api/cache/feedback", Need.KEEP, Tenancy.BODY),
    KEEP_RESULT("PUT", "/api/cache/:namespace/:key", Need.KEEP, Tenancy.FILTER),
    RESULT("GET", "/api/cache/:namespace/:key", Need.KEEP, Tenancy.FILTER),
    DROP_RESULT("DELETE", "/api/cache/:namespace/:key", Need.KEEP, Tenancy.FILTER),

    ESTIMATES("GET", "/api/estimates", Need.READ, Tenancy.PLACE),

    LIST_TOOLS("GET", "/api/tools", Need.READ, Tenancy.NONE),
    RESERVE_TOOL("POST", "/api/tools/:tool/reserve", Need.KEEP, Tenancy.FILTER),
    CHARGE_TOOL("POST", "/api/tools/:tool/charge", Need.KEEP, Tenancy.FILTER),
    COMMIT_TOOL_CALL("POST", "/api/tools/calls/:id/commit", Need.KEEP, Tenancy.FILTER),
    RELEASE_TOOL_CALL("POST", "/api/tools/calls/:id/release", Need.KEEP, Tenancy.FILTER),

    AUDIT("GET", "/api/audit", Need.READ, Tenancy.FILTER),

    EXPORT_SPEND("GET", "/api/exports/spend.csv", Need.EXPORT, Tenancy.FILTER),
    EXPORT_CALLS("GET", "/api/exports/calls.csv", Need.EXPORT, Tenancy.FILTER),
    EXPORT_AUDIT("GET", "/api/exports/audit.csv", Need.EXPORT, Tenancy.FILTER),

    RELOAD("POST", "/api/reload", Need.RULE, Tenancy.PLACE),
    REBUILD("POST", "/api/rebuild", Need.RULE, Tenancy.PLACE),
    BACKUP("POST", "/api/backup", Need.RULE, Tenancy.PLACE),
    ARCHIVE("POST", "/api/archive", Need.RULE, Tenancy.PLACE);

    /// Which roles may use a route.
    enum Need {
        /// Every role.
        READ,
        /// Those who close the books, and those who act.
        EXPORT,
        /// Those who act, and agents with their keys.
        KEEP,
        /// Those who act.
        OPERATE,
        /// Tenants, access tokens, and the server itself.
        RULE;

        boolean isMetBy(Role role) {
            return switch (role) {
                case ADMIN -> true;
                case OPERATOR -> this != RULE;
                case FINANCE -> this == READ || this == EXPORT;
                case VIEWER -> this == READ;
            };
        }
    }

    /// What a token that is bound to a tenant can do with a route.
    enum Tenancy {
        /// About no tenant.
        NONE,
        /// About the whole place, or what it decides about a tenant: nothing.
        PLACE,
        /// The path names the tenant: another one is not found.
        PATH,
        /// A parameter names the tenant: only its own is listed, and another one is not found.
        FILTER,
        /// The body names the tenant: the handler finds no other one.
        BODY,
        /// What the path names has a tenant: the handler finds no other's.
        FOUND
    }

    private final String method;
    private final String path;
    private final Need need;
    private final Tenancy tenancy;

    ApiRoute(String method, String path, Need need, Tenancy tenancy) {
        this.method = method;
        this.path = path;
        this.need = need;
        this.tenancy = tenancy;
    }

    HttpMethod method() {
        return HttpMethod.valueOf(method);
    }

    String path() {
        return path;
    }

    /// As the audit log has it: `POST /api/keys`.
    String written() {
        return method + " " + path;
    }

    Need need() {
        return need;
    }

    Tenancy tenancy() {
        return tenancy;
    }
}
