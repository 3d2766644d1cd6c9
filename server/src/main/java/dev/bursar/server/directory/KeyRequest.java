package dev.bursar.server.directory;

import dev.bursar.ledger.ScopePath;
import dev.bursar.ledger.Subject;
import dev.bursar.ledger.TenantId;
import dev.bursar.server.config.Permission;
import dev.bursar.server.directory.DirectoryException.Kind;
import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A key that somebody wants. The components are those of [ApiKey].
public record KeyRequest(
        TenantId tenant,
        String name,
        SortedMap<String, String> defaults,
        Set<Permission> permissions,
        @Nullable ScopePath scope,
        @Nullable Instant expires) {

    static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,63}");

    public KeyRequest {
        defaults = Collections.unmodifiableSortedMap(new TreeMap<>(defaults));
        permissions = Set.copyOf(permissions);
    }

    /// A key for everything that a running agent needs.
    public static KeyRequest runtime(
            TenantId tenant, String name, SortedMap<String, String> defaults) {
        return new KeyRequest(tenant, name, defaults, Permission.RUNTIME, null, null);
    }

    /// What the audit log says of it.
    Map<String, String> facts() {
        Map<String, String> facts = new TreeMap<>();
        facts.put("permissions", String.join(",", Permission.written(permissions)));
        if (scope != null) {
            facts.put("scope", scope.toString());
        }
        if (expires != null) {
            facts.put("expires", expires.toString());
        }
        return facts;
    }

    /// @throws DirectoryException `CALLER` naming what is malformed
    void requireSound(Instant now) {
        if (!NAME.matcher(name).matches()) {
            throw new DirectoryException(
                    Kind.CALLER, "name: a key's has 1 to 64 letters, digits, '.', '_' or '-'");
        }
        try {
            Subject.of(defaults);
        } catch (IllegalArgumentException e) {
            throw new DirectoryException(Kind.CALLER, "defaults: " + e.getMessage(), e);
        }
        if (permissions.isEmpty()) {
            throw new DirectoryException(Kind.CALLER, "permissions: names none");
        }
        if (scope != null && !scope.segments().getFirst().value().equals(lowerCase(tenant))) {
            throw new DirectoryException(
                    Kind.CALLER, "scope: " + scope + " is not one of the tenant " + tenant);
        }
        if (expires != null && !expires.isAfter(now)) {
            throw new DirectoryException(Kind.CALLER, "expires: has passed: " + expires);
        }
    }

    private static String lowerCase(TenantId tenant) {
        return new ScopePath.Segment(Subject.TENANT, tenant.value()).value();
    }

    ApiKey made(Instant now) {
        return new ApiKey(
                tenant, name, defaults, permissions, scope, expires, Origin.API, now, null);
    }
}
