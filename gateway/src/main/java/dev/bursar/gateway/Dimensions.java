package dev.bursar.gateway;

import dev.bursar.gateway.Routes.Route;
import dev.bursar.ledger.ScopePath;
import dev.bursar.ledger.Subject;
import java.util.Map;
import java.util.TreeMap;

/// What a call is booked by: the dimensions that its key and its headers name, and where it goes.
final class Dimensions {

    private Dimensions() {}

    /// All but the provider and its model. A call that names no run is a run of its own, or belongs to
    /// that of its trace.
    static Map<String, String> of(Identity.Caller caller, CallHeaders headers, String call) {
        Map<String, String> dimensions = new TreeMap<>(caller.defaults());
        dimensions.put(Subject.RUN, headers.traceId() == null ? call : headers.traceId());
        dimensions.putAll(headers.dimensions());
        dimensions.put(Subject.TENANT, caller.tenant().value());
        dimensions.put(Subject.KEY, caller.key());
        return dimensions;
    }

    /// @throws RefusedException when there are more than a subject may have
    static Subject subject(Map<String, String> dimensions, Route route) {
        Map<String, String> all = new TreeMap<>(dimensions);
        all.put(Subject.PROVIDER, route.provider().name());
        all.put(Subject.MODEL, route.model());
        return subject(all);
    }

    private static Subject subject(Map<String, String> dimensions) {
        try {
            return Subject.of(dimensions);
        } catch (IllegalArgumentException e) {
            throw RefusedException.malformed("X-Bursar-Tags", String.valueOf(e.getMessage()));
        }
    }

    /// A key may be for a part of its tenant only.
    ///
    /// @throws RefusedException when the call is for another part
    static void requireScope(Identity.Caller caller, Map<String, String> dimensions) {
        ScopePath scope = caller.scope();
        Subject subject = subject(dimensions);
        if (scope != null && !ScopePath.of(caller.tenant(), subject).contains(scope)) {
            throw new RefusedException(
                    Refusal.KEY_OUT_OF_SCOPE, "this key is for " + scope + " only");
        }
    }
}
