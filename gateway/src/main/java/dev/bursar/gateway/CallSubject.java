package dev.bursar.gateway;

import dev.bursar.gateway.Routes.Route;
import dev.bursar.ledger.ScopePath;
import dev.bursar.ledger.Subject;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Who and what a call is about, by its key and its headers, and by what serves it. There for as long as the
/// call is open, and shared by all who need it. Not thread-safe.
final class CallSubject {

    private final Subject known;

    /// The route that was asked for last, and the subject by it.
    private @Nullable Route route;

    private @Nullable Subject served;

    private CallSubject(Subject known) {
        this.known = known;
    }

    /// @param call its id
    /// @throws RefusedException when there are more dimensions than a subject may have
    static CallSubject of(Identity.Caller caller, CallHeaders headers, String call) {
        return new CallSubject(of(dimensions(caller, headers, call)));
    }

    /// All that is known of a call before it is known what serves it. A call that names no run is a run of its
    /// own, or belongs to that of its trace.
    ///
    /// @param call its id
    static Map<String, String> dimensions(
            Identity.Caller caller, CallHeaders headers, String call) {
        String trace = headers.traceId();
        Map<String, String> dimensions = new TreeMap<>(caller.defaults());
        dimensions.put(Subject.RUN, trace == null ? call : trace);
        dimensions.putAll(headers.dimensions().values());
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

    /// Without what serves the call.
    Subject known() {
        return known;
    }

    /// Of the call when a route serves it.
    ///
    /// @throws RefusedException when there are more dimensions than a subject may have
    Subject by(Route asked) {
        Subject made = served;
        if (made == null || !asked.equals(route)) {
            made = served(known, asked);
            route = asked;
            served = made;
        }
        return made;
    }

    /// The subject of whoever asks, when a route serves what is asked.
    ///
    /// @throws RefusedException when there are more dimensions than a subject may have
    static Subject served(Subject known, Route by) {
        Map<String, String> all = new TreeMap<>(known.values());
        all.put(Subject.PROVIDER, by.provider().name());
        all.put(Subject.MODEL, by.model());
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
