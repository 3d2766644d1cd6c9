package dev.bursar.server.cli;

import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// `bursar archive`: asks the running server, which knows what its read model has read.
@Command(
        name = "archive",
        description =
                "Have the running server move old entries of the journal into files of their own.")
final class MakeArchive implements Callable<Integer> {

    private static final Pattern AGE = Pattern.compile("([0-9]{1,5})(h|d)");

    @Spec private CommandSpec spec = CommandSpec.create();

    @Mixin private Place place = new Place();

    @Mixin private Why why = new Why();

    @Option(
            names = "--older-than",
            paramLabel = "AGE",
            defaultValue = "90d",
            description = "like 30d or 12h; ${DEFAULT-VALUE} when left out")
    private String age = "";

    @Option(names = "--json", description = "answer as one line of JSON")
    private boolean json;

    @Override
    public Integer call() {
        Instant before = InstantSource.system().instant().minus(age());
        PrintWriter out = spec.commandLine().getOut();
        long first = 0;
        long last = 0;
        JsonNode answer;
        try (ApiClient api = place.server()) {
            ObjectNode order = why.body();
            order.put("before", before.toString());
            do {
                answer = api.post("/api/archive", order);
                if (answer.path("entries").asLong() > 0) {
                    first = first == 0 ? answer.path("first").asLong() : first;
                    last = answer.path("last").asLong();
                }
            } while (answer.path("more").asBoolean());
        }
        String kept = answer.path("kept").asString("");
        if (json) {
            out.println(
                    JsonNodeFactory.instance
                            .objectNode()
                            .put("entries", last == 0 ? 0 : last - first + 1)
                            .put("first", first)
                            .put("last", last)
                            .put("kept", kept));
        } else if (last == 0) {
            out.println("nothing was archived: " + kept);
        } else {
            out.println("archived entries " + first + " to " + last + "; " + kept);
        }
        return 0;
    }

    private Duration age() {
        Matcher matcher = AGE.matcher(age);
        if (!matcher.matches()) {
            throw new ParameterException(
                    spec.commandLine(), "--older-than must be like 30d or 12h: " + age);
        }
        long number = Long.parseLong(matcher.group(1));
        return matcher.group(2).equals("h") ? Duration.ofHours(number) : Duration.ofDays(number);
    }
}
