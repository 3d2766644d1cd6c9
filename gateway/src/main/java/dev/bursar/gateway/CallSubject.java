package dev.bursar.gateway;

import dev.bursar.gateway.Routes.Route;
import dev.bursar.ledger.ScopePath;
import dev.bursar.ledger.Subject;
import java.util.Map;
import java.util.TreeMap;

/// Who and what a call is about, by its key and its headers.
final class CallSubject {

    private CallSubject() {}

    /// All that is known of a call before it is known what serves it. A call that names no run is a run of its
    /// own, or belongs to that of its trace.
    ///
    /// @param call its id
    static Map<String, String> dimensions(
            Identity.Caller caller, CallHeaders headers, String call) {
        String trace = headers.traceId();
        Map<String, String> dimensions = new TreeMap<>(caller.defaults());
        dimensions.put(Subject.RUN, trace == null ? call : trace);
        dimensions.putAll(headers.dimensions());
        dimensions.put(Subject.TENANT, caller.tenant().value());
        dimensions.put(Subject.KEY, caller.key());
        return dimensions;
    }

    /// @throws RefusedException when there are more dimensions than a subject may have
    static Subject of(Map<String, String> dimensions) {
        try {
            return Subject.of(dimensions);
        } catch (IllegalArgumentException e) {
            throw RefusedException.malformed("X-Bursar-Tags", String.valueOf(e.getMessage()));
        }
    }

    /// Of a call that a route serves.
    ///
    /// @throws RefusedException when there are more dimensions than a subject may have
    static Subject of(Map<String, String> dimensions, Route route) {
        Map<String, String> all = new TreeMap<>(dimensions);
        all.put(Subject.PROVIDER, route.provider().name());
        all.put(Subject.MODEL, route.model());
        return of(all);
    }

    /// A key may be for a part of its tenant only.
    ///
    /// @throws RefusedException when the call is outside of it
    static void requireScope(Identity.Caller caller, Subject subject) {
        ScopePath scope = caller.scope();
        if (scope != null && !isIn(scope, caller, subject)) {
            throw new RefusedException(
                    Refusal.KEY_OUT_OF_SCOPE, "this key is for " + scope + " only");
        }
    }

    private static boolean isIn(ScopePath scope, Identity.Caller caller, Subject subject) {
        try {
            return ScopePath.of(caller.tenant(), subject).contains(scope);
        } catch (IllegalArgumentException e) {
            return false; // a value that cannot stand in a path
        }
    }
}
