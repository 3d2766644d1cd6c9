package dev.bursar.server.cli;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import java.util.function.BiConsumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

/// `bursar reload` and `bursar rebuild`: what a running server is asked to do.
final class Operations {

    private Operations() {}

    /// `bursar reload`.
    @Command(name = "reload", description = "Have the running server read its configuration again.")
    static final class Reload implements Callable<Integer> {

        @Spec private CommandSpec spec = CommandSpec.create();

        @Mixin private Place place = new Place();

        @Mixin private Why why = new Why();

        @Option(names = "--json", description = "answer as one line of JSON")
        private boolean json;

        @Override
        public Integer call() {
            return post(place, "/api/reload", why, spec, json, Operations::changes);
        }
    }

    /// `bursar rebuild`.
    @Command(
            name = "rebuild",
            description = "Have the running server build its read model again from the journal.")
    static final class Rebuild implements Callable<Integer> {

        @Spec private CommandSpec spec = CommandSpec.create();

        @Mixin private Place place = new Place();

        @Mixin private Why why = new Why();

        @Option(names = "--json", description = "answer as one line of JSON")
        private boolean json;

        @Override
        public Integer call() {
            return post(
                    place,
                    "/api/rebuild",
                    why,
                    spec,
                    json,
                    (out, answer) ->
                            out.println(
                                    "the server reads "
                                            + answer.path("entries").asLong()
                                            + " entries of the journal again; calls go on, and"
                                            + " /health/ready says how many are still to go"));
        }
    }

    private static int post(
            Place place,
            String path,
            Why why,
            CommandSpec spec,
            boolean json,
            BiConsumer<PrintWriter, JsonNode> words) {
        PrintWriter out = spec.commandLine().getOut();
        try (ApiClient api = place.server()) {
            JsonNode answer = api.post(path, why.body());
            if (json) {
                out.println(answer);
            } else {
                words.accept(out, answer);
            }
        }
        return 0;
    }

    private static void changes(PrintWriter out, JsonNode answer) {
        answer.path("changes").forEach(change -> out.println(change.asString()));
        out.println("reloaded");
    }
}
