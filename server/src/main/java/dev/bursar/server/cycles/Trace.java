package dev.bursar.server.cycles;

import io.vertx.core.MultiMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The trace that a request belongs to: of a `traceparent` (W3C Trace Context), else of
/// `X-Cycles-Trace-Id`, else a new one. What is malformed counts as not there.
final class Trace {

    private static final Pattern PARENT =
            Pattern.compile("00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}");

    private static final Pattern ID = Pattern.compile("[0-9a-f]{32}");

    private static final Pattern ZEROS = Pattern.compile("0+");

    private Trace() {}

    static String of(MultiMap headers, Ids ids) {
        String parent = headers.get("traceparent");
        if (parent != null) {
            Matcher matcher = PARENT.matcher(parent);
            if (matcher.matches()
                    && !ZEROS.matcher(matcher.group(1)).matches()
                    && !ZEROS.matcher(matcher.group(2)).matches()) {
                return matcher.group(1);
            }
        }
        String id = headers.get("x-cycles-trace-id");
        if (id != null && ID.matcher(id).matches() && !ZEROS.matcher(id).matches()) {
            return id;
        }
        return ids.trace();
    }
}
