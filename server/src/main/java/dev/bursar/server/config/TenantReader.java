package dev.bursar.server.config;

import dev.bursar.gateway.ladder.LadderSettings;
import dev.bursar.ledger.Budget;
import dev.bursar.ledger.Budget.Mode;
import dev.bursar.ledger.BudgetId;
import dev.bursar.ledger.ScopePath;
import dev.bursar.ledger.Subject;
import dev.bursar.ledger.TenantId;
import dev.bursar.ledger.Terms;
import dev.bursar.ledger.Unit;
import dev.bursar.ledger.Window;
import dev.bursar.server.config.Node.Place;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Reads `tenants`: who there is, with which keys, under which budgets.
final class TenantReader {

    /// The tenant that there is when the file names none.
    static final String DEFAULT_TENANT = "default";

    /// What a run may spend when nobody has said anything: enough to try things, and the loop that
    /// nobody watches still ends.
    private static final long DEFAULT_RUN_LIMIT = 5 * Unit.MICROCENTS_PER_USD;

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,63}");

    private static final String NAME_RULE = "a name has 1 to 64 letters, digits, '.', '_' or '-': ";

    private final List<String> notes;

    /// Where each secret is used first: the same one twice would make it unclear who calls.
    private final Map<String, Place> secrets = new HashMap<>();

    TenantReader(List<String> notes) {
        this.notes = notes;
    }

    SortedMap<String, Config.Tenant> tenants(Node node) {
        Section section = Section.any(node);
        SortedMap<String, Config.Tenant> tenants = new TreeMap<>();
        section.fields()
                .forEach((name, value) -> {
                    requireName(name, section.keyPlace(name));
                    tenants.put(name, tenant(name, value));
                });
        if (tenants.isEmpty()) {
            tenants.put(DEFAULT_TENANT, defaultTenant());
        }
        return tenants;
    }

    private Config.Tenant tenant(String name, Node node) {
        Section section =
                Section.of(
                        node,
                        "timezone",
                        "keys",
                        "budgets",
                        "breakers",
                        "cache",
                        "downgrade",
                        "clamp",
                        "defer");
        TenantId id = new TenantId(name);
        ZoneId zone = zone(section);
        LadderSettings ladder = LadderReader.ladder(section);
        return new Config.Tenant(
                id,
                zone,
                keys(id, section.node("keys")),
                BudgetReader.budgets(id, zone, section.node("budgets"), ladder, notes),
                ladder);
    }

    private static Config.Tenant defaultTenant() {
        TenantId id = new TenantId(DEFAULT_TENANT);
        Budget run =
                new Budget(
                        new BudgetId(DEFAULT_TENANT + "/run"),
                        id,
                        "run",
                        new TreeMap<>(),
                        List.of(Subject.RUN),
                        Unit.USD_MICROCENTS,
                        DEFAULT_RUN_LIMIT,
                        new Window.Life(),
                        Mode.HARD,
                        List.of(),
                        new Terms(null, 0, 0, BudgetReader.RUN_IDLE, true));
        return new Config.Tenant(
                id, ZoneOffset.UTC, List.of(), List.of(run), LadderSettings.DEFAULT);
    }

    private static ZoneId zone(Section section) {
        String written = section.text("timezone").orElse("UTC");
        try {
            return ZoneId.of(written);
        } catch (DateTimeException e) {
            throw section.valuePlace("timezone")
                    .mistake("unknown time zone, one is like Europe/Berlin: " + written);
        }
    }

    private List<Config.Key> keys(TenantId tenant, Node node) {
        List<Config.Key> keys = new ArrayList<>();
        Map<String, Place> names = new HashMap<>();
        for (Node item : Section.items(node)) {
            Section section =
                    Section.of(
                            item, "name", "secret", "defaults", "permissions", "scope", "expires");
            String name = section.requiredText("name");
            requireName(name, section.valuePlace("name"));
            requireNew(names, name, section.valuePlace("name"), "the key " + name);
            String secret = section.requiredText("secret");
            Place place = section.valuePlace("secret");
            if (!Secrets.isSound(secret)) {
                throw place.mistake(Secrets.RULE);
            }
            requireNew(secrets, secret, place, "the same secret");
            keys.add(
                    new Config.Key(
                            name,
                            secret,
                            defaults(section),
                            permissions(section),
                            scope(tenant, section),
                            expires(section)));
        }
        return keys;
    }

    private static Set<Permission> permissions(Section key) {
        if (!key.has("permissions")) {
            return Permission.RUNTIME;
        }
        Set<Permission> permissions = EnumSet.noneOf(Permission.class);
        for (Node item : Section.items(key.node("permissions"))) {
            String written = Section.scalar(item).text();
            permissions.add(
                    Permission.of(written)
                            .orElseThrow(() ->
                                    item.place()
                                            .mistake(
                                                    "unknown permission "
                                                            + written
                                                            + ", known are "
                                                            + Permission.known())));
        }
        if (permissions.isEmpty()) {
            throw key.valuePlace("permissions").mistake("names none: leave the key out instead");
        }
        return permissions;
    }

    private static @Nullable ScopePath scope(TenantId tenant, Section key) {
        Optional<String> written = key.text("scope");
        if (written.isEmpty()) {
            return null;
        }
        Place place = key.valuePlace("scope");
        ScopePath scope = BudgetReader.scope(written.get(), place);
        if (!scope.segments().getFirst().value().equalsIgnoreCase(tenant.value())) {
            throw place.mistake("the scope " + scope + " is not one of the tenant " + tenant);
        }
        return scope;
    }

    private static @Nullable Instant expires(Section key) {
        Optional<String> written = key.text("expires");
        if (written.isEmpty()) {
            return null;
        }
        String text = written.get();
        try {
            return text.contains("T")
                    ? Instant.parse(text)
                    : LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant();
        } catch (DateTimeException e) {
            throw key.valuePlace("expires")
                    .mistake("must be like 2026-12-31 or 2026-12-31T18:00:00Z: " + text);
        }
    }

    private static SortedMap<String, String> defaults(Section key) {
        SortedMap<String, String> defaults = key.texts("defaults");
        Section section = Section.any(key.node("defaults"));
        defaults.forEach((dimension, value) -> {
            try {
                Subject.of(Map.of(dimension, value));
            } catch (IllegalArgumentException e) {
                throw section.keyPlace(dimension).mistake(String.valueOf(e.getMessage()));
            }
        });
        return defaults;
    }

    static void requireName(String name, Place place) {
        if (!NAME.matcher(name).matches()) {
            throw place.mistake(NAME_RULE + name);
        }
    }

    static void requireNew(Map<String, Place> seen, String value, Place place, String what) {
        Place before = seen.putIfAbsent(value, place);
        if (before != null) {
            throw place.mistake(what + " is in line " + before.line() + ", too");
        }
    }
}
