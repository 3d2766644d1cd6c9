package dev.bursar.server.cli;

import dev.bursar.server.conformance.Kit;
import dev.bursar.server.conformance.Result;
import dev.bursar.server.conformance.Result.Outcome;
import dev.bursar.server.conformance.Settings;
import java.io.PrintWriter;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;

/// `bursar conformance`.
@Command(
        name = "conformance",
        description = {
            "Try a server of the Cycles Protocol v0.1.25 over HTTP, this one or another: one case for",
            "each thing that it must or should do. A few units of the tenant's budget are spent."
        })
final class Conformance implements Callable<Integer> {

    @Spec private CommandSpec spec = CommandSpec.create();

    @Option(names = "--url", required = true, description = "without a path")
    private String url = "";

    @Option(
            names = "--key",
            required = true,
            paramLabel = "KEY",
            description = "of the tenant, with all permissions of the runtime")
    private String key = "";

    @Option(
            names = "--tenant",
            required = true,
            paramLabel = "TENANT",
            description = "of the key, with a budget at its own scope, tenant:TENANT")
    private String tenant = "";

    @Option(
            names = "--unit",
            defaultValue = "USD_MICROCENTS",
            description = "of that budget: ${DEFAULT-VALUE} unless said")
    private String unit = "";

    @Option(
            names = "--other-key",
            paramLabel = "KEY",
            description = "of another tenant; without it some cases are skipped")
    private @Nullable String otherKey;

    @Option(
            names = "--admin-key",
            paramLabel = "KEY",
            description = "of an administrator; without it some cases are skipped")
    private @Nullable String adminKey;

    @Option(
            names = "--spare-agent",
            paramLabel = "AGENT",
            description = {
                "of the tenant, with a budget at tenant:TENANT/agent:AGENT that is used up and is",
                "over its limit afterwards; without it some cases are skipped"
            })
    private @Nullable String spareAgent;

    @Option(
            names = "--overdraft-agent",
            paramLabel = "AGENT",
            description = {
                "another one, whose budget has an overdraft and is in debt afterwards; without it",
                "some cases are skipped"
            })
    private @Nullable String overdraftAgent;

    @Option(names = "--json", description = "answer as one line of JSON")
    private boolean json;

    @Override
    public Integer call() {
        String base = url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
        requireUrl(base);
        PrintWriter out = spec.commandLine().getOut();
        Settings settings =
                new Settings(
                        base, key, tenant, unit, otherKey, adminKey, spareAgent, overdraftAgent);
        List<Result> results =
                Kit.run(
                        settings,
                        result -> {
                            if (!json) {
                                print(out, result);
                            }
                        });
        if (json) {
            printJson(out, results);
        } else {
            out.printf(
                    "%n%d cases: %d passed, %d failed, %d skipped%n",
                    results.size(),
                    count(results, Outcome.PASS),
                    count(results, Outcome.FAIL),
                    count(results, Outcome.SKIP));
        }
        return count(results, Outcome.FAIL) == 0 ? 0 : 1;
    }

    private static void requireUrl(String url) {
        String scheme = url.contains(" ") ? "" : String.valueOf(URI.create(url).getScheme());
        if (!scheme.equals("http") && !scheme.equals("https")) {
            throw new CliException("--url must start with http:// or https://: " + url);
        }
    }

    private static long count(List<Result> results, Outcome outcome) {
        return results.stream().filter(result -> result.outcome() == outcome).count();
    }

    private static void print(PrintWriter out, Result result) {
        out.printf(
                "%-4s  %-6s  %-24s  %s%n",
                result.outcome(),
                result.must() ? "MUST" : "SHOULD",
                result.id(),
                result.requirement());
        if (!result.detail().isEmpty()) {
            out.printf("%40s%s%n", "", result.detail());
        }
        out.flush();
    }

    private static void printJson(PrintWriter out, List<Result> results) {
        ArrayNode list = new JsonMapper().createArrayNode();
        for (Result result : results) {
            list.addObject()
                    .put("id", result.id())
                    .put("level", result.must() ? "MUST" : "SHOULD")
                    .put("requirement", result.requirement())
                    .put("result", result.outcome().name().toLowerCase(Locale.ROOT))
                    .put("detail", result.detail());
        }
        out.println(list);
    }
}
