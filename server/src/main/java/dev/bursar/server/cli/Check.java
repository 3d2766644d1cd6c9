package dev.bursar.server.cli;

import dev.bursar.server.config.Config;
import dev.bursar.server.config.ConfigException;
import dev.bursar.server.config.EffectiveConfig;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// `bursar check FILE`.
@Command(
        name = "check",
        description = "Check a configuration and name the line of a mistake. Starts nothing.")
final class Check implements Callable<Integer> {

    @Spec private CommandSpec spec = CommandSpec.create();

    @Parameters(paramLabel = "FILE", description = "the configuration")
    private Path file = Path.of("bursar.yaml");

    @Option(names = "--json", description = "answer as one line of JSON")
    private boolean json;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        try {
            Config config = Config.read(file, System.getenv());
            ObjectNode summary = JsonNodeFactory.instance.objectNode();
            summary.put("ok", true);
            summary.put("tenants", config.tenants().size());
            summary.put("budgets", config.budgets().size());
            summary.put("providers", config.gateway().providers().size());
            var tools = summary.putArray("tools");
            config.tools().all().forEach(tool -> tools.add(EffectiveConfig.tool(tool)));
            var notes = summary.putArray("notes");
            config.notes().forEach(notes::add);
            if (json) {
                out.println(summary);
            } else {
                out.printf(
                        "%s is sound: %s, %s, %s%n",
                        file,
                        counted(config.tenants().size(), "tenant"),
                        counted(config.budgets().size(), "budget"),
                        counted(config.gateway().providers().size(), "provider"));
                tools.forEach(tool -> out.println(tool.asString()));
                config.notes().forEach(note -> out.println("note: " + note));
            }
            return 0;
        } catch (ConfigException e) {
            if (!json) {
                throw e;
            }
            ObjectNode problem = JsonNodeFactory.instance.objectNode();
            problem.put("ok", false);
            problem.put("problem", e.getMessage());
            out.println(problem);
            return 1;
        }
    }

    private static String counted(int number, String one) {
        return number + " " + one + (number == 1 ? "" : "s");
    }
}
