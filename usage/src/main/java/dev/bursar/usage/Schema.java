package dev.bursar.usage;

import dev.bursar.ledger.Subject;
import dev.bursar.pricing.TokenClass;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/// The tables of the read model. Another definition than the one a file was made with means that the
/// file is built again: there are no migrations.
final class Schema {

    /// Text of a call that no subject has.
    static final List<String> CALL_TEXT =
            List.of(
                    "status",
                    "provenance",
                    "dialect",
                    "request_type",
                    "requested_model",
                    "decision",
                    "breaker",
                    "price",
                    "denial",
                    "budget");

    /// One row for each call that ended or was denied, in the order of the journal.
    static final String CALLS = "CREATE TABLE calls (" + String.join(", ", callColumns()) + ")";

    /// Where each hold was made, to find the reserve of a call.
    static final String HOLDS = "CREATE TABLE holds (\"hold\" VARCHAR, \"position\" BIGINT)";

    /// One row: the last entry that is in, when that was, what the tables looked like, and until when
    /// runs that went idle are in the metrics.
    static final String META =
            "CREATE TABLE meta (\"position\" BIGINT, \"at\" VARCHAR, \"definition\" VARCHAR,"
                    + " \"counted_millis\" BIGINT)";

    /// Changes when rows say something else while the tables stay as they are.
    private static final String MEANING = "2";

    /// Stands for the definition above.
    static final String DEFINITION =
            Integer.toHexString(
                    (CALLS
                                    + ";"
                                    + HOLDS
                                    + ";"
                                    + META
                                    + ";"
                                    + ReservationTables.DEFINITIONS
                                    + ";"
                                    + AuditTable.DEFINITION
                                    + ";"
                                    + MEANING)
                            .hashCode());

    private Schema() {}

    /// The SQL of a dimension of calls, `''` where a call has none.
    static String column(Dimension dimension) {
        String name = dimension.name();
        if (name.startsWith(Subject.TAG_PREFIX)) {
            // A tag is of letters, digits and `_.-` only, which Dimension has made sure of.
            return "coalesce(tags['" + name.substring(Subject.TAG_PREFIX.length()) + "'], '')";
        }
        return "\"" + name + "\"";
    }

    /// The sum of a column, at most the largest `BIGINT`: see [Figures].
    static String sum(String column) {
        return "least(coalesce(sum(%s), 0), %d)::BIGINT".formatted(column, Long.MAX_VALUE);
    }

    static String tokens(TokenClass tokenClass) {
        return "tokens_" + tokenClass.wire();
    }

    static String cost(TokenClass tokenClass) {
        return "cost_" + tokenClass.wire();
    }

    /// In the order in which [Writer] appends them.
    private static List<String> callColumns() {
        List<String> columns = new ArrayList<>();
        columns.addAll(typed(List.of("position", "at_millis"), "BIGINT"));
        columns.addAll(typed(List.of("id", "outcome"), "VARCHAR"));
        columns.addAll(typed(Subject.DIMENSIONS, "VARCHAR"));
        columns.addAll(typed(CALL_TEXT, "VARCHAR"));
        columns.addAll(typed(List.of("calls", "denials", "cached"), "INTEGER"));
        columns.add("\"stops\" BOOLEAN");
        columns.addAll(
                typed(
                        List.of(
                                "tool_calls",
                                "tokens",
                                "microcents",
                                "asked_microcents",
                                "avoided_microcents",
                                "latency_millis"),
                        "BIGINT"));
        for (TokenClass tokenClass : TokenClass.values()) {
            columns.addAll(typed(List.of(tokens(tokenClass), cost(tokenClass)), "BIGINT"));
        }
        columns.add("\"tags\" MAP(VARCHAR, VARCHAR)");
        return columns;
    }

    private static List<String> typed(List<String> names, String type) {
        return names.stream().map(name -> "\"" + name + "\" " + type).collect(Collectors.toList());
    }
}
