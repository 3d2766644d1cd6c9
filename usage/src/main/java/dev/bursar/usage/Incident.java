package dev.bursar.usage;

import java.time.Instant;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/// Something about a reservation that somebody may want to hear of.
///
/// @param position in the journal
/// @param scope where, as a scope path
/// @param reservation its id, `""` where there is none: a denied reserve
/// @param facts by the names below, those that are known; numbers as decimals
public record Incident(
        long position,
        Instant at,
        Kind kind,
        String tenant,
        String scope,
        String reservation,
        SortedMap<String, String> facts) {

    /// What was denied: `reserve`, `charge`, `commit`, or, without a consequence, `decide`, `dry_run`.
    public static final String OPERATION = "operation";

    /// The ledger's reason of a denial.
    public static final String REASON = "reason";

    /// Of the budget that is told first: why it stands in the way, its name, its path and what is left.
    public static final String CAUSE = "cause";

    public static final String BUDGET = "budget";
    public static final String BUDGET_SCOPE = "budget_scope";
    public static final String REMAINING = "remaining";

    /// What was asked for, or held by what has expired.
    public static final String AMOUNT = "amount";

    public static final String UNIT = "unit";

    public static final String CREATED_MILLIS = "created_millis";
    public static final String TTL_MILLIS = "ttl_millis";
    public static final String EXTENSIONS = "extensions";

    /// Of the request that was denied, or that made the reservation.
    public static final String REQUEST_ID = "request_id";

    public static final String TRACE_ID = "trace_id";
    public static final String ACTION_KIND = "action_kind";
    public static final String ACTION_NAME = "action_name";

    /// JSON, like the next.
    public static final String ACTION_TAGS = "action_tags";

    public static final String DIMENSIONS = "dimensions";

    /// Before the name of a level of the subject, or of `key`.
    public static final String SUBJECT = "subject.";

    /// What happened.
    public enum Kind {
        DENIED,
        EXPIRED
    }

    public Incident {
        facts = Collections.unmodifiableSortedMap(new TreeMap<>(facts));
    }
}
