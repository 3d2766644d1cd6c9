package dev.bursar.server.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Why somebody does what a command does.
final class Why {

    @Option(names = "--reason", paramLabel = "TEXT", description = "for the audit log")
    private @Nullable String reason;

    /// A body that says it, for more to be added.
    ObjectNode body() {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        if (reason != null) {
            body.put("reason", reason);
        }
        return body;
    }
}
