package dev.bursar.gateway.ladder;

import dev.bursar.gateway.ladder.RequestBody.Edit;
import dev.bursar.gateway.ladder.ToolList.Choice;
import dev.bursar.gateway.ladder.ToolList.Tool;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;

/// Where the parts of a request's body are, in bytes: its fields, its tools, its budget for thinking.
final class BodyScan {

    private static final JsonFactory FACTORY =
            JsonFactory.builder()
                    .streamReadConstraints(
                            StreamReadConstraints.builder()
                                    .maxNestingDepth(256)
                                    .maxStringLength(Integer.MAX_VALUE)
                                    .build())
                    .build();

    /// How many fields, tools and names of tools are kept of one body.
    static final int MAX_PARTS = 200_000;

    /// The fewest tokens that Messages takes for thinking.
    static final long LEAST_OF_MESSAGES = 1_024;

    /// The same of Gemini's models; some take none at all, others refuse to think less.
    static final long LEAST_OF_GEMINI = 128;

    /// The field of Converse that a model gets as it is.
    static final String MODEL_FIELDS = "additionalModelRequestFields";

    private static final String TOOLS = "tools";

    /// Types of choices that say nothing of which tool is wanted.
    private static final Set<String> OF_MANY =
            Set.of("function", "custom", "mcp", "tool", "allowed_tools", "auto", "any", "none");

    private final JsonParser in;
    private final List<Member> members = new ArrayList<>();
    private final ToolList tools = ToolList.of("tool_choice");

    /// The tools of old, which Chat Completions still takes beside the others.
    private final ToolList functions = ToolList.of("function_call");

    /// By the field that has them. Of one that is there several times the last counts, as everywhere.
    private final SequencedMap<String, Effort> efforts = new LinkedHashMap<>();

    private int parts;
    private int inside;
    private boolean thinks;
    private @Nullable Thinking thinking;

    /// A part among its like.
    interface Part {

        /// Its first byte.
        int start();

        /// After its last byte.
        int end();
    }

    /// A field of the body.
    ///
    /// @param start of its name, the quote included
    /// @param value where its value starts
    record Member(String name, int start, int value, int end) implements Part {}

    /// The budget for thinking, and where its number is.
    ///
    /// @param least the fewest tokens that the provider takes there
    record Thinking(long tokens, long least, int start, int end) {}

    /// How hard the model is to think, and where that word is.
    record Effort(String word, int start, int end) {}

    private BodyScan(JsonParser in) {
        this.in = in;
    }

    static BodyScan of(byte[] body) {
        try (JsonParser in = parser(body)) {
            BodyScan scan = new BodyScan(in);
            scan.read();
            return scan;
        }
    }

    static JsonParser parser(byte[] body) {
        return FACTORY.createParser(ObjectReadContext.empty(), body);
    }

    /// Whether there is more in the body than is kept: [#members] and [#toolLists] lack some.
    boolean isCut() {
        return parts > MAX_PARTS;
    }

    List<Member> members() {
        return members;
    }

    /// The field of one of these names.
    @Nullable Member member(String... names) {
        return members.stream()
                .filter(member -> List.of(names).contains(member.name()))
                .findFirst()
                .orElse(null);
    }

    /// Each in a field of its own, and empty where the body does not have that.
    List<ToolList> toolLists() {
        return List.of(tools, functions);
    }

    /// After the opening brace.
    int inside() {
        return inside;
    }

    /// Whether the client asks for thinking in a field of its own.
    boolean thinks() {
        return thinks;
    }

    @Nullable Thinking thinking() {
        return thinking;
    }

    List<Effort> efforts() {
        return List.copyOf(efforts.values());
    }

    /// Takes some of the parts out of a list of them, with the commas between.
    ///
    /// @param gone fewer than `all`
    static <P extends Part> List<Edit> remove(List<P> all, List<P> gone) {
        Set<Integer> starts = new HashSet<>();
        gone.forEach(part -> starts.add(part.start()));
        List<Edit> edits = new ArrayList<>();
        for (int from = 0; from < all.size(); from++) {
            if (starts.contains(all.get(from).start())) {
                int to = from;
                while (to + 1 < all.size() && starts.contains(all.get(to + 1).start())) {
                    to++;
                }
                edits.add(
                        to + 1 < all.size()
                                ? new Edit(all.get(from).start(), all.get(to + 1).start(), "")
                                : new Edit(all.get(from - 1).end(), all.get(to).end(), ""));
                from = to;
            }
        }
        return edits;
    }

    private void read() {
        in.nextToken();
        inside = offset() + 1;
        while (in.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = in.currentName();
            int start = offset();
            in.nextToken();
            int value = offset();
            switch (name) {
                case "tools" -> readTools(tools.tools());
                case "functions" -> readTools(functions.tools());
                case "tool_choice" -> readChoice(tools.choice());
                case "function_call" -> readChoice(functions.choice());
                case "thinking" -> readThinking();
                case "reasoning_effort" -> readEffort(name);
                case "reasoning", "output_config" -> readReasoning(name);
                case "generationConfig", "generation_config" -> readGeneration();
                case MODEL_FIELDS -> readModelFields();
                default -> in.skipChildren();
            }
            if (keeps()) {
                members.add(new Member(name, start, value, end()));
            }
        }
    }

    /// Of a list that is there several times the last counts.
    private void readTools(List<Tool> found) {
        found.clear();
        if (in.currentToken() != JsonToken.START_ARRAY) {
            in.skipChildren();
            return;
        }
        while (in.nextToken() != JsonToken.END_ARRAY) {
            int start = offset();
            SortedSet<String> names = new TreeSet<>();
            readTool(names);
            if (keeps()) {
                found.add(new Tool(names, start, end()));
            }
        }
    }

    private boolean keeps() {
        return ++parts <= MAX_PARTS;
    }

    /// The name of a tool is in it, or in the object that is named like its type.
    private void readTool(SortedSet<String> names) {
        if (in.currentToken() != JsonToken.START_OBJECT) {
            in.skipChildren();
            return;
        }
        while (in.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = in.currentName();
            JsonToken value = in.nextToken();
            switch (name) {
                case "name", "type", "server_label" -> {
                    if (value == JsonToken.VALUE_STRING && keeps()) {
                        names.add(in.getString());
                    }
                    in.skipChildren();
                }
                case "function", "custom" -> readTool(names);
                default -> in.skipChildren();
            }
        }
    }

    private void readChoice(Choice choice) {
        if (in.currentToken() == JsonToken.VALUE_STRING && keeps()) {
            choice.words().add(in.getString());
        }
        if (!in.currentToken().isStructStart()) {
            return;
        }
        for (int depth = 1; depth > 0; ) {
            JsonToken token = in.nextToken();
            if (token == JsonToken.START_ARRAY && TOOLS.equals(in.currentName())) {
                readTools(choice.allowed());
            } else if (token.isStructStart()) {
                depth++;
            } else if (token.isStructEnd()) {
                depth--;
            } else if (token == JsonToken.VALUE_STRING && keeps()) {
                (isTool(in.currentName()) ? choice.names() : choice.words()).add(in.getString());
            }
        }
    }

    /// Whether the text at the parser says which tool is wanted. What the provider runs may have no name but
    /// its type.
    private boolean isTool(@Nullable String field) {
        return switch (field) {
            case "name", "server_label" -> true;
            case "type" -> !OF_MANY.contains(in.getString());
            case null, default -> false;
        };
    }

    /// What Converse passes on to a model, which for Claude is a part of Messages.
    private void readModelFields() {
        readFields(name -> {
            if (name.equals("thinking") || name.equals("reasoning_config")) {
                readThinking();
            } else {
                in.skipChildren();
            }
        });
    }

    private void readThinking() {
        if (in.currentToken() != JsonToken.START_OBJECT) {
            in.skipChildren();
            return;
        }
        while (in.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = in.currentName();
            JsonToken value = in.nextToken();
            if (name.equals("budget_tokens") && value == JsonToken.VALUE_NUMBER_INT) {
                long tokens = (long) Math.min(in.getDoubleValue(), Integer.MAX_VALUE);
                thinking = new Thinking(tokens, LEAST_OF_MESSAGES, offset(), end());
            } else if (name.equals("type") && value == JsonToken.VALUE_STRING) {
                thinks = !in.getString().equals("disabled");
            } else {
                in.skipChildren();
            }
        }
        thinking = thinks ? thinking : null;
    }

    private void readEffort(String field) {
        if (in.currentToken() == JsonToken.VALUE_STRING) {
            String word = in.getString();
            efforts.put(field, new Effort(word, offset(), end()));
        } else {
            in.skipChildren();
        }
    }

    /// Of Responses, and of Messages.
    private void readReasoning(String field) {
        readFields(name -> {
            if (name.equals("effort")) {
                readEffort(field);
            } else {
                in.skipChildren();
            }
        });
    }

    /// Of Gemini, which takes names in both ways of writing.
    private void readGeneration() {
        readFields(name -> {
            if (name.equals("thinkingConfig") || name.equals("thinking_config")) {
                readFields(this::readThinkingConfig);
            } else {
                in.skipChildren();
            }
        });
    }

    private void readThinkingConfig(String name) {
        switch (name) {
            case "thinkingBudget", "thinking_budget" -> readThinkingBudget();
            case "thinkingLevel", "thinking_level" -> readEffort(name);
            default -> in.skipChildren();
        }
    }

    /// Some say by a number below zero that the model may choose.
    private void readThinkingBudget() {
        if (in.currentToken() != JsonToken.VALUE_NUMBER_INT) {
            in.skipChildren();
            return;
        }
        long tokens = (long) Math.min(in.getDoubleValue(), Integer.MAX_VALUE);
        if (tokens > LEAST_OF_GEMINI) {
            thinking = new Thinking(tokens, LEAST_OF_GEMINI, offset(), end());
        }
    }

    /// @param field reads the value at the parser
    private void readFields(Consumer<String> field) {
        if (in.currentToken() != JsonToken.START_OBJECT) {
            in.skipChildren();
            return;
        }
        while (in.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = in.currentName();
            in.nextToken();
            field.accept(name);
        }
    }

    private int offset() {
        return Value.offset(in);
    }

    private int end() {
        return Value.end(in);
    }
}
