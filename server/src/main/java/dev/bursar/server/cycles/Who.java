package dev.bursar.server.cycles;

import dev.bursar.server.directory.Actor;
import org.jspecify.annotations.Nullable;

/// Who asks: a key of a tenant, or a person with an access token.
///
/// @param caller null when it is a person
/// @param actor null when it is a key
record Who(@Nullable CyclesCaller caller, @Nullable Actor actor) {

    static Who key(CyclesCaller caller) {
        return new Who(caller, null);
    }

    static Who person(Actor actor) {
        return new Who(null, actor);
    }
}
