package dev.bursar.server.conformance;

import org.jspecify.annotations.Nullable;

/// What the kit is given.
///
/// @param url without a path
/// @param key of a tenant, with all permissions of the runtime plane
/// @param tenant of the key; has a budget at its own scope
/// @param unit of that budget
/// @param otherKey of another tenant, null for none: some cases are skipped then
public record Settings(
        String url, String key, String tenant, String unit, @Nullable String otherKey) {

    /// Without the keys.
    @Override
    public String toString() {
        return "Settings[" + url + ", " + tenant + ", " + unit + "]";
    }
}
