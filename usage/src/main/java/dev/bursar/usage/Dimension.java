package dev.bursar.usage;

import dev.bursar.ledger.Subject;
import java.util.List;

/// Something that calls can be grouped or filtered by. Throws `IllegalArgumentException` for a name that
/// is none.
///
/// @param name a dimension of a subject (`tenant`, `user`, `tag.x`, …) or one of [#OF_CALLS]
public record Dimension(String name) {

    /// What is known of a call beside its subject. `model` and `provider` are those that were really
    /// called, which a subject may not say.
    public static final List<String> OF_CALLS =
            List.of(
                    "status",
                    "outcome",
                    "provenance",
                    "dialect",
                    "request_type",
                    "requested_model",
                    "decision",
                    "price",
                    "denial",
                    "budget",
                    "token_class");

    public static final Dimension TENANT = new Dimension(Subject.TENANT);
    public static final Dimension TEAM = new Dimension(Subject.TEAM);
    public static final Dimension USER = new Dimension(Subject.USER);
    public static final Dimension WORKFLOW = new Dimension(Subject.WORKFLOW);
    public static final Dimension AGENT = new Dimension(Subject.AGENT);
    public static final Dimension RUN = new Dimension(Subject.RUN);
    public static final Dimension RELEASE = new Dimension(Subject.RELEASE);
    public static final Dimension MODEL = new Dimension(Subject.MODEL);
    public static final Dimension PROVIDER = new Dimension(Subject.PROVIDER);
    public static final Dimension TOOL = new Dimension(Subject.TOOL);
    public static final Dimension KEY = new Dimension(Subject.KEY);

    /// The provider's status, or how the call failed.
    public static final Dimension STATUS = new Dimension("status");

    /// See [CallOutcome], in lower case.
    public static final Dimension OUTCOME = new Dimension("outcome");

    /// Where tokens and price come from: `provider`, `priced`, `estimated`, `unpriced`.
    public static final Dimension PROVENANCE = new Dimension("provenance");

    /// Why a call was denied: `budget_exhausted`, `rate_limited`, `budget_held`, …
    public static final Dimension DENIAL = new Dimension("denial");

    /// The budget that decided a denial.
    public static final Dimension BUDGET = new Dimension("budget");

    /// Tokens by class: a call is in one row for each class it has tokens or cost of. Cannot be
    /// filtered by.
    public static final Dimension TOKEN_CLASS = new Dimension("token_class");

    public Dimension {
        if (!OF_CALLS.contains(name)) {
            Subject.requireDimension(name);
        }
    }

    /// The dimension that is a user's own tag.
    public static Dimension tag(String name) {
        return new Dimension(Subject.TAG_PREFIX + name);
    }
}
