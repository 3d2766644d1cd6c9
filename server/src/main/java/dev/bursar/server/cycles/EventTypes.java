package dev.bursar.server.cycles;

import java.util.List;
import java.util.Map;
import java.util.Set;

/// The categories and types of events that the specification has. Few of them happen here.
final class EventTypes {

    static final String RESERVATION = "reservation";
    static final String DENIED = "reservation.denied";
    static final String EXPIRED = "reservation.expired";

    private static final List<String> CATEGORIES =
            List.of("budget", RESERVATION, "tenant", "webhook", "api_key", "policy", "system");

    /// What can stand behind the category; a closed list in the specification, but for `custom`.
    private static final Map<String, Set<String>> KNOWN =
            Map.of(
                    "budget",
                    words(
                            "created updated funded debited reset reset_spent debt_repaid frozen"
                                    + " unfrozen closed closed_via_tenant_cascade"
                                    + " threshold_crossed exhausted over_limit_entered"
                                    + " over_limit_exited debt_incurred burn_rate_anomaly"),
                    RESERVATION,
                    words(
                            "denied denial_rate_spike expired expiry_rate_spike commit_overage"
                                    + " released_via_tenant_cascade observed_denied"
                                    + " observed_allowed"),
                    "tenant",
                    words("created updated suspended reactivated closed settings_changed"),
                    "webhook",
                    words(
                            "created updated paused resumed disabled deleted"
                                    + " disabled_via_tenant_cascade"),
                    "api_key",
                    words(
                            "created revoked revoked_via_tenant_cascade expired"
                                    + " permissions_changed auth_failed auth_failure_rate_spike"),
                    "policy",
                    words("created updated deleted"),
                    "system",
                    words(
                            "store_connection_lost store_connection_restored high_latency"
                                    + " webhook_delivery_failed webhook_test"),
                    "quota",
                    words("threshold_approaching counter_reset"));

    private EventTypes() {}

    private static Set<String> words(String words) {
        return Set.of(words.split(" "));
    }

    /// @throws CyclesException for a type that the specification does not have
    static void requireType(String type) {
        int dot = type.indexOf('.');
        String category = dot < 0 ? type : type.substring(0, dot);
        String what = type.substring(dot + 1);
        boolean known =
                dot > 0
                        && (category.equals("custom")
                                || KNOWN.getOrDefault(category, Set.of()).contains(what));
        if (!known) {
            throw CyclesException.invalid(
                    "event_type must be one of the protocol's, like " + DENIED + ": " + type);
        }
    }

    /// @throws CyclesException for a category that the specification does not have
    static void requireCategory(String category) {
        if (!CATEGORIES.contains(category)) {
            throw CyclesException.invalid("category must be one of " + CATEGORIES);
        }
    }
}
