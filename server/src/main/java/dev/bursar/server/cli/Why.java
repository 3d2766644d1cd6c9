package dev.bursar.server.cli;

import dev.bursar.server.directory.Actor;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Why somebody does what a command does.
final class Why {

    @Option(names = "--reason", paramLabel = "TEXT", description = "for the audit log")
    private @Nullable String reason;

    /// What the address of a request without a body says of it, with its question mark.
    String query() {
        return reason == null ? "" : "?reason=" + ApiClient.encoded(reason);
    }

    /// Who does it where no server runs.
    Actor actor() {
        return reason == null ? Actor.COMMAND_LINE : Actor.COMMAND_LINE.because(reason);
    }

    boolean isSaid() {
        return reason != null;
    }

    /// A body that says it, for more to be added.
    ObjectNode body() {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        if (reason != null) {
            body.put("reason", reason);
        }
        return body;
    }
}
