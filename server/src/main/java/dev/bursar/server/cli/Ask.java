package dev.bursar.server.cli;

import java.io.PrintWriter;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// What all commands share that ask the running server: where it is, and how its answer is printed.
final class Ask {

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command = CommandSpec.create();

    @Mixin private Place place = new Place();

    @Option(names = "--json", description = "answer as one line of JSON")
    private boolean json;

    /// Says an answer in words.
    interface Words extends BiConsumer<PrintWriter, JsonNode> {}

    int get(String path, Words words) {
        try (ApiClient api = place.server()) {
            return print(api.get(path, Map.of()), words);
        }
    }

    /// @param body null for none
    int send(String method, String path, @Nullable ObjectNode body, Words words) {
        return send(method, path, body, null, words);
    }

    /// @param once see [ApiClient#send]
    int send(
            String method,
            String path,
            @Nullable ObjectNode body,
            @Nullable String once,
            Words words) {
        try (ApiClient api = place.server()) {
            return print(api.send(method, path, body, once), words);
        }
    }

    /// Reads a list page by page.
    ///
    /// @param parameters null values are left out
    /// @param atMost how many items
    int list(String path, Map<String, @Nullable String> parameters, int atMost, Words words) {
        Map<String, String> query = new LinkedHashMap<>();
        parameters.forEach((name, value) -> {
            if (value != null) {
                query.put(name, value);
            }
        });
        try (ApiClient api = place.server()) {
            return print(api.list(path, query, atMost), words);
        }
    }

    PrintWriter out() {
        return command.commandLine().getOut();
    }

    /// A mistake in the command line itself: exit code 2.
    RuntimeException usage(String message) {
        return new picocli.CommandLine.ParameterException(command.commandLine(), message);
    }

    /// When something ends.
    ///
    /// @param option for the message
    Instant end(String option, String written) {
        try {
            return End.parse(written, InstantSource.system());
        } catch (IllegalArgumentException e) {
            throw usage(option + ": " + e.getMessage());
        }
    }

    Place place() {
        return place;
    }

    int print(JsonNode answer, Words words) {
        if (json) {
            out().println(answer);
        } else {
            words.accept(out(), answer);
        }
        return 0;
    }
}
