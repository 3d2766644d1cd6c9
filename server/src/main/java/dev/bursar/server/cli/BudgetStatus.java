package dev.bursar.server.cli;

import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// `bursar budgets freeze`, `unfreeze` and `close`: some budgets of one tenant, or all below a scope path,
/// in one step.
abstract sealed class BudgetStatus implements Callable<Integer> {

    private static final String TENANT = "tenant:";

    private final String verb;

    @Mixin private Ask ask = new Ask();

    @Parameters(paramLabel = "TENANT/NAME", arity = "0..*", description = "of one tenant")
    private List<String> budgets = List.of();

    @Option(
            names = "--scope",
            paramLabel = "PATH",
            description = "all at or below it, like tenant:acme/agent:bot")
    private @Nullable String scope;

    @Mixin private Why why = new Why();

    private BudgetStatus(String verb) {
        this.verb = verb;
    }

    @Override
    public Integer call() {
        if (budgets.isEmpty() == (scope == null)) {
            throw ask.usage("name budgets as TENANT/NAME, or a --scope, and not both");
        }
        ObjectNode body = why.body();
        String tenant = scope == null ? named(body) : tenant(scope);
        Budgets.text(body, "scope", scope);
        return ask.send(
                "POST",
                "/api/budgets/" + ApiClient.encoded(tenant) + "/" + verb,
                body,
                (out, answer) -> {
                    answer.path("changed")
                            .forEach(changed ->
                                    out.println(
                                            changed.asString()
                                                    + " is "
                                                    + Table.cell(answer, "status")));
                    int same = answer.path("budgets").size() - answer.path("changed").size();
                    if (same > 0) {
                        out.println(same + " were so before");
                    }
                });
    }

    private String named(ObjectNode body) {
        ArrayNode names = body.putArray("budgets");
        String tenant = BudgetName.of(ask, budgets.getFirst()).tenant();
        for (String written : budgets) {
            BudgetName budget = BudgetName.of(ask, written);
            if (!budget.tenant().equals(tenant)) {
                throw ask.usage("all budgets must be of one tenant: " + written);
            }
            names.add(budget.name());
        }
        return tenant;
    }

    private String tenant(String path) {
        if (!path.startsWith(TENANT)) {
            throw ask.usage("--scope: a path begins with tenant:, not " + path);
        }
        int end = path.indexOf('/');
        return path.substring(TENANT.length(), end < 0 ? path.length() : end);
    }

    /// `bursar budgets freeze`.
    @Command(name = "freeze", description = "Let nothing pass until they are unfrozen.")
    static final class Freeze extends BudgetStatus {
        Freeze() {
            super("freeze");
        }
    }

    /// `bursar budgets unfreeze`.
    @Command(name = "unfreeze", description = "Set frozen budgets free again.")
    static final class Unfreeze extends BudgetStatus {
        Unfreeze() {
            super("unfreeze");
        }
    }

    /// `bursar budgets close`.
    @Command(name = "close", description = "Close budgets for ever: nothing passes any more.")
    static final class Close extends BudgetStatus {
        Close() {
            super("close");
        }
    }
}
