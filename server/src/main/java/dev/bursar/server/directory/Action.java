package dev.bursar.server.directory;

/// What can be done, or tried, that is remembered. The audit log has no other acts of this server.
public enum Action {
    APPROVAL_GRANT(Kind.APPROVAL, "grant"),
    APPROVAL_DECLINE(Kind.APPROVAL, "decline"),

    BUDGET_DEFINE(Kind.BUDGET, "define"),
    BUDGET_CHANGE(Kind.BUDGET, "change"),
    BUDGET_REMOVE(Kind.BUDGET, "remove"),
    BUDGET_CREDIT(Kind.BUDGET, "credit"),
    BUDGET_DEBIT(Kind.BUDGET, "debit"),
    BUDGET_RESET(Kind.BUDGET, "reset"),
    BUDGET_REPAY(Kind.BUDGET, "repay"),
    BUDGET_FREEZE(Kind.BUDGET, "freeze"),
    BUDGET_UNFREEZE(Kind.BUDGET, "unfreeze"),
    BUDGET_CLOSE(Kind.BUDGET, "close"),

    /// By people, and by the breakers of the gateway.
    RUN_STOP(Kind.RUN, "stop"),
    RUN_RESUME(Kind.RUN, "resume"),

    RESERVATION_CREATE(Kind.RESERVATION, "create"),
    RESERVATION_EXTEND(Kind.RESERVATION, "extend"),
    RESERVATION_RELEASE(Kind.RESERVATION, "release"),
    RESERVATION_COMMIT(Kind.RESERVATION, "commit"),

    TENANT_CREATE(Kind.TENANT, "create"),
    TENANT_CHANGE(Kind.TENANT, "change"),
    TENANT_SUSPEND(Kind.TENANT, "suspend"),
    TENANT_ACTIVATE(Kind.TENANT, "activate"),
    TENANT_CLOSE(Kind.TENANT, "close"),
    /// By the configuration, which names it no more: its keys are good again when it comes back.
    TENANT_REMOVE(Kind.TENANT, "remove"),

    KEY_CREATE(Kind.KEY, "create"),
    KEY_REVOKE(Kind.KEY, "revoke"),

    TOKEN_CREATE(Kind.TOKEN, "create"),
    TOKEN_REVOKE(Kind.TOKEN, "revoke"),

    /// A request that its actor may not make, not an act.
    ACCESS_REFUSE(Kind.ACCESS, "refuse"),

    CONFIGURATION_RELOAD(Kind.CONFIGURATION, "reload"),
    USAGE_REBUILD(Kind.USAGE, "rebuild"),
    BACKUP(Kind.BACKUP, ""),
    ARCHIVE(Kind.ARCHIVE, "");

    /// What an action is about: the first word of its name, by which acts can be asked for.
    public enum Kind {
        APPROVAL("approval", "approvals"),
        BUDGET("budget", "budgets"),
        RUN("run", "runs"),
        TENANT("tenant", "tenants"),
        KEY("key", "keys"),
        TOKEN("token", "tokens"),
        RESERVATION("reservation", "reservations"),
        ACCESS("access", "refused requests"),
        CONFIGURATION("configuration", "the configuration"),
        USAGE("usage", "the read model"),
        BACKUP("backup", "backups"),
        ARCHIVE("archive", "archives");

        private final String written;
        private final String plural;

        Kind(String written, String plural) {
            this.written = written;
            this.plural = plural;
        }

        public String written() {
            return written;
        }

        /// In words for people: `budgets`, `the read model`.
        public String plural() {
            return plural;
        }
    }

    private final Kind kind;
    private final String verb;

    Action(Kind kind, String verb) {
        this.kind = kind;
        this.verb = verb;
    }

    public Kind kind() {
        return kind;
    }

    /// What was done to it: `credit`; empty where the kind says it.
    public String verb() {
        return verb;
    }

    /// As the audit log has it: `budget.credit`.
    public String written() {
        return verb.isEmpty() ? kind.written() : kind.written() + "." + verb;
    }
}
