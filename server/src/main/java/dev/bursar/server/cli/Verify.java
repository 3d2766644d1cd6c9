package dev.bursar.server.cli;

import dev.bursar.authority.JournalVerifier;
import dev.bursar.ledger.LedgerLimits;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// `bursar verify`.
@Command(
        name = "verify",
        description =
                "Replay the journal and prove its balances. Changes nothing; a server may be running.")
final class Verify implements Callable<Integer> {

    @Spec private CommandSpec spec = CommandSpec.create();

    @Mixin private Place place = new Place();

    @Option(names = "--json", description = "answer as one line of JSON")
    private boolean json;

    @Option(
            names = "--known",
            paramLabel = "ENTRIES:CHAIN",
            description = "what an earlier verify has told: the journal must begin with all of it")
    private @Nullable String known;

    @Override
    public Integer call() {
        JournalVerifier.Report report =
                JournalVerifier.verify(place.data(), LedgerLimits.DEFAULT, known());
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(node(report));
        } else {
            out.printf(
                    "%s: %d records, %d entries, %d open holds, %d accounts, %d checkpoints%n",
                    report.file(),
                    report.records(),
                    report.entries(),
                    report.holds(),
                    report.accounts(),
                    report.checkpoints());
            if (report.note() != null) {
                out.println("begins at entry " + report.from() + ": " + report.note());
            }
            out.println("chain " + report.chain());
            report.problems()
                    .forEach(problem ->
                            out.printf(
                                    "position %d: %s%nto do: %s%n",
                                    problem.position(), problem.message(), problem.remedy()));
            out.println(report.sound() ? "sound" : "damaged");
        }
        return report.sound() ? 0 : 1;
    }

    private JournalVerifier.@Nullable Known known() {
        String written = known;
        if (written == null) {
            return null;
        }
        int colon = written.indexOf(':');
        try {
            return new JournalVerifier.Known(
                    Long.parseLong(written.substring(0, Math.max(0, colon))),
                    written.substring(colon + 1));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--known must be the entries and the chain that an earlier verify has told,"
                            + " as 412:0f3a…: "
                            + written);
        }
    }

    private static ObjectNode node(JournalVerifier.Report report) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("sound", report.sound());
        node.put("file", report.file().toString());
        node.put("records", report.records());
        node.put("from", report.from());
        node.put("entries", report.entries());
        if (report.note() != null) {
            node.put("note", report.note());
        }
        node.put("chain", report.chain());
        node.put("holds", report.holds());
        node.put("accounts", report.accounts());
        node.put("checkpoints", report.checkpoints());
        ArrayNode problems = node.putArray("problems");
        report.problems()
                .forEach(problem ->
                        problems.addObject()
                                .put("position", problem.position())
                                .put("message", problem.message())
                                .put("remedy", problem.remedy()));
        return node;
    }
}
