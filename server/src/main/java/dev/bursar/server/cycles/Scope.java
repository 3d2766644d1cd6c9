package dev.bursar.server.cycles;

import dev.bursar.ledger.ScopePath;
import dev.bursar.ledger.Subject;
import dev.bursar.ledger.TenantId;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Where a request takes place: its subject in the words of the ledger, and the paths that follow.
///
/// @param dimensions as they were sent: JSON, null when there are none
/// @param paths each a prefix of the next, the tenant's own first
record Scope(Subject subject, @Nullable String dimensions, List<ScopePath> paths) {

    /// Dimensions of ours that the protocol has no level for: they keep their names.
    private static final Set<String> OWN =
            Set.of(
                    Subject.TEAM,
                    Subject.USER,
                    Subject.CUSTOMER,
                    Subject.FEATURE,
                    Subject.RUN,
                    Subject.RELEASE,
                    Subject.ENVIRONMENT,
                    Subject.MODEL,
                    Subject.PROVIDER,
                    Subject.TOOL);

    private static final Pattern TAG = Pattern.compile("[A-Za-z0-9_.-]{1,64}");

    Scope {
        paths = List.copyOf(paths);
    }

    /// The place of a request. A subject without a tenant is one of the caller's.
    ///
    /// Levels are only those that were sent: a default would move the request to another path. Defaults
    /// of the key count for all other dimensions.
    ///
    /// Whether the key is for this part of its tenant is still to be asked.
    ///
    /// @throws CyclesException `FORBIDDEN` when it is another tenant's; `INVALID_REQUEST` when it has more
    ///     dimensions than the ledger takes
    static Scope of(WireSubject wire, CyclesCaller caller) {
        String tenant = wire.levels().get(Subject.TENANT);
        if (tenant != null && !tenant.equals(caller.tenant().value())) {
            throw new CyclesException(
                    ErrorCode.FORBIDDEN,
                    "subject.tenant is not the tenant of the key: " + caller.tenant());
        }
        SortedMap<String, String> values = new TreeMap<>(wire.levels());
        values.put(Subject.TENANT, caller.tenant().value());
        addDimensions(wire.dimensions(), values);
        addDefaults(caller.defaults(), values);
        values.put(Subject.KEY, caller.name());
        if (values.size() > Subject.MAX_DIMENSIONS) {
            throw CyclesException.invalid(
                    "subject.dimensions and the key's defaults are more than %d together"
                            .formatted(Subject.MAX_DIMENSIONS));
        }
        Subject subject = Subject.of(values);
        return new Scope(subject, json(wire.dimensions()), ScopePath.of(caller.tenant(), subject));
    }

    /// What the ledger cannot take as a dimension is only kept as it was sent: no budget can name it.
    private static void addDimensions(
            Map<String, String> dimensions, SortedMap<String, String> values) {
        for (Map.Entry<String, String> dimension : dimensions.entrySet()) {
            String name = dimension.getKey();
            String value = dimension.getValue();
            if (value.isEmpty()
                    || value.length() > Subject.MAX_VALUE_LENGTH
                    || value.chars().anyMatch(Character::isISOControl)) {
                continue;
            }
            if (OWN.contains(name)) {
                values.put(name, value);
            } else if (TAG.matcher(name).matches()) {
                values.put(Subject.TAG_PREFIX + name, value);
            }
        }
    }

    private static void addDefaults(
            Map<String, String> defaults, SortedMap<String, String> values) {
        defaults.forEach((name, value) -> {
            if (!ScopePath.LEVELS.contains(name)) {
                values.putIfAbsent(name, value);
            }
        });
    }

    private static @Nullable String json(SortedMap<String, String> dimensions) {
        if (dimensions.isEmpty()) {
            return null;
        }
        SortedMap<String, String> fields = new TreeMap<>();
        dimensions.forEach((name, value) -> fields.put(name, CanonicalJson.string(value)));
        return CanonicalJson.object(fields);
    }

    /// The narrowest path.
    ScopePath path() {
        return paths.getLast();
    }

    /// The paths of a subject that was made by [#of].
    static List<ScopePath> paths(TenantId tenant, Subject subject) {
        return ScopePath.of(tenant, subject);
    }
}
