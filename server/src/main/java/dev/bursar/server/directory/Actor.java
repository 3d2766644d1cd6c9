package dev.bursar.server.directory;

import dev.bursar.ledger.Attribution;
import dev.bursar.ledger.TenantId;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Who does something that is worth remembering.
///
/// @param name of the access token, or one of the names below
/// @param tenant the only one it may touch, null for all
/// @param trail what its acts are remembered with beside who and what: `request_id`, `trace_id`, `reason`
public record Actor(
        String name, Role role, @Nullable TenantId tenant, SortedMap<String, String> trail) {

    /// Who sends the administrator's token of the configuration, or of the first start.
    public static final String ADMINISTRATOR = "administrator";

    /// The command line on the machine of the server.
    public static final Actor COMMAND_LINE = of("command-line", Role.ADMIN);

    /// The configuration file, at a start or reload.
    public static final Actor CONFIGURATION = of("configuration", Role.ADMIN);

    /// The server by itself.
    public static final Actor SYSTEM = of("system", Role.ADMIN);

    /// The longest reason, in characters.
    public static final int MAX_REASON = 512;

    /// The start of names of agents; no token has such a name.
    private static final String KEY = "key:";

    public Actor {
        trail = Collections.unmodifiableSortedMap(new TreeMap<>(trail));
    }

    public static Actor of(String name, Role role) {
        return new Actor(name, role, null, new TreeMap<>());
    }

    /// An agent with its key, who may do nothing but what is for agents.
    public static Actor of(TenantId tenant, String key) {
        return new Actor(KEY + key, Role.VIEWER, tenant, new TreeMap<>());
    }

    public static Actor of(AccessToken token) {
        return new Actor(token.name(), token.role(), token.tenant(), new TreeMap<>());
    }

    /// The same, saying more of what it does: `reason`, `act`.
    public Actor and(Map<String, String> more) {
        SortedMap<String, String> all = new TreeMap<>(trail);
        all.putAll(more);
        return new Actor(name, role, tenant, all);
    }

    /// The same, saying why.
    ///
    /// @throws DirectoryException `CALLER` when the audit log cannot have such a reason
    public Actor because(String reason) {
        if (reason.length() > MAX_REASON || reason.chars().anyMatch(Character::isISOControl)) {
            throw new DirectoryException(
                    DirectoryException.Kind.CALLER,
                    "reason: must have at most "
                            + MAX_REASON
                            + " characters, none of them a control character");
        }
        return and(Map.of("reason", reason));
    }

    public Actor with(Map<String, String> requestTrail) {
        return new Actor(name, role, tenant, new TreeMap<>(requestTrail));
    }

    /// Whether a tenant is one it may see and touch.
    public boolean mayTouch(@Nullable String wanted) {
        return tenant == null || tenant.value().equals(wanted);
    }

    /// As the audit log has it: `acme/ann` for a token that is bound to a tenant, which may have the name of
    /// another one elsewhere.
    public String known() {
        return tenant == null || name.startsWith(KEY) ? name : tenant + "/" + name;
    }

    /// What an entry says of an act of this actor.
    ///
    /// @param more beside action and target: `reason`, `on_behalf_of`
    public Attribution did(Action action, String target, Map<String, String> more) {
        SortedMap<String, String> labels = new TreeMap<>(trail);
        labels.putAll(more);
        labels.put("actor", known());
        labels.put("role", role.written());
        labels.put("action", action.written());
        labels.put("target", target);
        return new Attribution(labels, new TreeMap<>());
    }
}
