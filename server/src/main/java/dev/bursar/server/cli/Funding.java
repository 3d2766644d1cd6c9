package dev.bursar.server.cli;

import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// `bursar budgets credit`, `debit`, `reset` and `repay`: what is done to one balance.
abstract sealed class Funding implements Callable<Integer> {

    private final String verb;

    @Mixin private Ask ask = new Ask();

    @Parameters(index = "0", paramLabel = "TENANT/NAME")
    private String budget = "";

    @Parameters(
            index = "1..*",
            arity = "0..2",
            paramLabel = "AMOUNT",
            description = "with its unit: 12.50 USD; for reset, what counts as spent from now on")
    private List<String> amount = List.of();

    @Option(
            names = "--per",
            paramLabel = "DIMENSION=VALUE",
            description = "which balance, where the budget has one for each; may be repeated")
    private @Nullable Map<String, String> per;

    @Mixin private Why why = new Why();

    @Mixin private Once once = new Once();

    private Funding(String verb) {
        this.verb = verb;
    }

    @Override
    public Integer call() {
        ObjectNode body = why.body();
        if (!amount.isEmpty()) {
            body.put("amount", String.join(" ", amount));
        }
        if (per != null) {
            per.forEach(body.putObject("per")::put);
        }
        return ask.send(
                "POST",
                BudgetName.of(ask, budget).path() + "/" + verb,
                body,
                once.key(),
                (out, answer) -> {
                    JsonNode balance = answer.path("balance");
                    out.printf(
                            "%s %s: %s%n",
                            verb, Table.cell(balance, "budget"), Table.amount(answer, "amount"));
                    out.printf(
                            "    limit %s, %s%n",
                            Table.cell(balance, "limit"), Budgets.balance(balance));
                });
    }

    /// `bursar budgets credit`.
    @Command(name = "credit", description = "Add to what one balance may spend.")
    static final class Credit extends Funding {
        Credit() {
            super("credit");
        }
    }

    /// `bursar budgets debit`.
    @Command(
            name = "debit",
            description = "Take from what one balance may spend, at most what is left.")
    static final class Debit extends Funding {
        Debit() {
            super("debit");
        }
    }

    /// `bursar budgets reset`.
    @Command(
            name = "reset",
            description = "Set what was spent, to nothing when no amount is given.")
    static final class Reset extends Funding {
        Reset() {
            super("reset");
        }
    }

    /// `bursar budgets repay`.
    @Command(name = "repay", description = "Take from the debt of one balance, at most all of it.")
    static final class Repay extends Funding {
        Repay() {
            super("repay");
        }
    }
}
