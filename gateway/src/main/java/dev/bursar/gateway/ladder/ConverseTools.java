package dev.bursar.gateway.ladder;

import dev.bursar.gateway.ladder.RequestBody.Disabled;
import dev.bursar.gateway.ladder.RequestBody.Edit;
import dev.bursar.gateway.ladder.ToolList.Tool;
import dev.bursar.gateway.ladder.ValueReader.Wanted;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/// Takes tools from a request of Bedrock's Converse. It knows no way to forbid tools that are there, and
/// takes no history of calls without any: such a request needs its last tool.
///
/// Tools in the fields that a model gets as they are cannot be taken out: they are needed, too.
final class ConverseTools {

    /// The field that has the tools.
    static final String CONFIG = "toolConfig";

    /// The field that says what the model must call.
    static final String CHOICE = "toolConfig.toolChoice";

    private static final String CACHE_POINT = "cachePoint";

    private static final Wanted NAME = Wanted.only(Map.of("name", Wanted.TEXT));

    private static final Wanted CONFIGURED =
            Wanted.only(
                    Map.of(
                            "tools", Wanted.list(Wanted.fields(Map.of(), NAME)),
                            "toolChoice", Wanted.only(Map.of("tool", NAME, "any", Wanted.PLACE))));

    /// Of what a model gets as it is.
    private static final Wanted PASSED_ON =
            Wanted.list(Wanted.only(Map.of("name", Wanted.TEXT, "type", Wanted.TEXT)));

    private static final Wanted WANTED =
            Wanted.only(
                    Map.of(
                            CONFIG,
                            CONFIGURED,
                            BodyScan.MODEL_FIELDS,
                            Wanted.only(Map.of("tools", PASSED_ON, "mcp_servers", PASSED_ON))));

    /// Where the fields of a block are: messages, message, content, block.
    private static final int DEPTH_OF_BLOCK = 4;

    private final byte[] body;
    private final BodyScan scan;
    private final SortedSet<String> names;
    private final Value read;
    private final List<Value> elements;

    /// What each of the elements is.
    private final List<Tool> tools;

    private ConverseTools(byte[] body, BodyScan scan, Value read, SortedSet<String> names) {
        this.body = body;
        this.scan = scan;
        this.names = names;
        this.read = read;
        Value config = read.field(CONFIG);
        Value list = config == null ? null : config.field("tools");
        elements = list == null ? List.of() : list.elements();
        tools = elements.stream().map(ConverseTools::tool).toList();
    }

    /// @param names of tools, or `tools` for all
    static Disabled disable(byte[] body, BodyScan scan, SortedSet<String> names) {
        Value read = ValueReader.read(body, WANTED);
        return read == null
                ? new Disabled.Needed(names.first(), CONFIG)
                : new ConverseTools(body, scan, read, names).disable();
    }

    private Disabled disable() {
        String passedOn = first(passedOn());
        if (passedOn != null) {
            return new Disabled.Needed(passedOn, BodyScan.MODEL_FIELDS);
        }
        List<Tool> real = tools.stream().filter(ConverseTools::isTool).toList();
        List<Tool> gone = real.stream().filter(this::goes).toList();
        String first = first(gone);
        if (first == null) {
            return new Disabled.Changed(List.of(), List.of(), false);
        }
        boolean none = gone.size() == real.size();
        String insisted = insisted(gone, none);
        if (insisted != null) {
            return new Disabled.Needed(insisted, CHOICE);
        }
        if (none && hasCalls()) {
            return new Disabled.Needed(first, "messages");
        }
        List<String> taken = names.stream().filter(name -> isUsed(name, gone)).toList();
        return new Disabled.Changed(none ? withoutConfig() : without(gone), taken, none);
    }

    /// A mark for the cache is none.
    private static boolean isTool(Tool element) {
        return !element.names().isEmpty();
    }

    private boolean goes(Tool tool) {
        return names.contains(RequestBody.TOOLS) || tool.isOneOf(names);
    }

    private static boolean isUsed(String name, List<Tool> gone) {
        return gone.stream().anyMatch(tool -> name.equals(RequestBody.TOOLS) || tool.is(name));
    }

    /// The first name that one of the tools has.
    private @Nullable String first(List<Tool> of) {
        return names.stream().filter(name -> isUsed(name, of)).findFirst().orElse(null);
    }

    /// The name of what the client wants to be called and may not be.
    private @Nullable String insisted(List<Tool> gone, boolean none) {
        Value config = read.field(CONFIG);
        Value choice = config == null ? null : config.field("toolChoice");
        Value one = choice == null ? null : choice.field("tool");
        String name = one == null ? null : one.textOf("name");
        if (name != null) {
            return first(gone.stream().filter(tool -> tool.names().contains(name)).toList());
        }
        return none && choice != null && choice.field("any") != null ? first(gone) : null;
    }

    private List<Edit> withoutConfig() {
        BodyScan.Member member = scan.member(CONFIG);
        return member == null ? List.of() : BodyScan.remove(scan.members(), List.of(member));
    }

    /// A mark for the cache goes with all tools that it was for.
    private List<Edit> without(List<Tool> gone) {
        List<Tool> all = new ArrayList<>(gone);
        boolean open = false;
        boolean taken = false;
        for (int i = 0; i < tools.size(); i++) {
            Tool each = tools.get(i);
            if (isTool(each) && goes(each)) {
                taken = true;
            } else if (elements.get(i).field(CACHE_POINT) == null) {
                open = true;
                taken = false;
            } else if (taken && !open) {
                all.add(each);
            } else {
                open = false;
                taken = false;
            }
        }
        return BodyScan.remove(tools, all);
    }

    /// By its name; those that run at AWS also by what they are. A mark for the cache has no names.
    private static Tool tool(Value element) {
        SortedSet<String> names = new TreeSet<>();
        for (Value.Field field : element.fields()) {
            if (!field.isOneOf(CACHE_POINT) && !field.value().nothing()) {
                List<String> own = field.value().textsOf("name");
                names.addAll(own.isEmpty() ? List.of(field.name()) : own);
            }
        }
        if (names.contains("nova_grounding")) {
            names.add(RequestBody.WEB_SEARCH);
        }
        return new Tool(names, element.start(), element.end());
    }

    private List<Tool> passedOn() {
        Value fields = read.field(BodyScan.MODEL_FIELDS);
        List<Tool> found = new ArrayList<>();
        for (String list : List.of("tools", "mcp_servers")) {
            Value value = fields == null ? null : fields.field(list);
            if (value != null) {
                for (Value each : value.elements()) {
                    SortedSet<String> own = new TreeSet<>(each.textsOf("name"));
                    own.addAll(each.textsOf("type"));
                    own.add(list);
                    found.add(new Tool(own, each.start(), each.end()));
                }
            }
        }
        return found;
    }

    /// Whether there are calls of tools in the messages, or what came of them.
    private boolean hasCalls() {
        try (JsonParser in = BodyScan.parser(body)) {
            in.nextToken();
            while (in.nextToken() == JsonToken.PROPERTY_NAME) {
                boolean messages = in.currentName().equals("messages");
                in.nextToken();
                if (messages && hasCalls(in)) {
                    return true;
                }
                in.skipChildren();
            }
        }
        return false;
    }

    /// @param in left anywhere in the value when there are, else at its end
    private static boolean hasCalls(JsonParser in) {
        int depth = in.currentToken().isStructStart() ? 1 : 0;
        while (depth > 0) {
            JsonToken token = in.nextToken();
            if (token.isStructStart()) {
                depth++;
            } else if (token.isStructEnd()) {
                depth--;
            } else if (token == JsonToken.PROPERTY_NAME && depth == DEPTH_OF_BLOCK) {
                String name = in.currentName();
                if (name.equals("toolUse") || name.equals("toolResult")) {
                    return true;
                }
            }
        }
        return false;
    }
}
