package dev.bursar.server.conformance;

import org.jspecify.annotations.Nullable;

/// What the kit is given.
///
/// @param url without a path
/// @param key of a tenant, with all permissions of the runtime plane
/// @param tenant of the key; has a budget at its own scope
/// @param unit of that budget
/// @param otherKey of another tenant. Of this and what follows null is none: some cases are skipped then
/// @param adminKey of an administrator
/// @param spareAgent an agent of the tenant with a budget of its own that may be used up
/// @param overdraftAgent another one, whose budget has an overdraft
public record Settings(
        String url,
        String key,
        String tenant,
        String unit,
        @Nullable String otherKey,
        @Nullable String adminKey,
        @Nullable String spareAgent,
        @Nullable String overdraftAgent) {

    /// Without the keys.
    @Override
    public String toString() {
        return "Settings[" + url + ", " + tenant + ", " + unit + "]";
    }
}
