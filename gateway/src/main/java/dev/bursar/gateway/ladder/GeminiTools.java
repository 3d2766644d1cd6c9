package dev.bursar.gateway.ladder;

import dev.bursar.gateway.ladder.RequestBody.Disabled;
import dev.bursar.gateway.ladder.RequestBody.Edit;
import dev.bursar.gateway.ladder.ToolList.Tool;
import dev.bursar.gateway.ladder.ValueReader.Wanted;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Takes tools from a request of Gemini. Functions are the client's: where none would be left, they stay and
/// the model is told to call none. What Google runs cannot be forbidden, so it goes.
///
/// Names of fields are written in camel case or with underscores.
final class GeminiTools {

    /// The field that says which functions the model may or must call.
    static final String CALLING = "toolConfig.functionCallingConfig";

    /// Of functions and MCP servers their names, of all else what it is called.
    private static final Wanted TOOL =
            Wanted.fields(Map.of(), Wanted.list(Wanted.only(Map.of("name", Wanted.TEXT))));

    private static final Wanted CALLS =
            Wanted.fields(
                    Map.of(
                            "mode", Wanted.TEXT,
                            "allowedFunctionNames", Wanted.list(Wanted.TEXT),
                            "allowed_function_names", Wanted.list(Wanted.TEXT)),
                    Wanted.PLACE);

    private static final Wanted CONFIG =
            Wanted.fields(
                    Map.of("functionCallingConfig", CALLS, "function_calling_config", CALLS),
                    Wanted.PLACE);

    private static final Wanted WANTED =
            Wanted.only(
                    Map.of("tools", TOOL.orList(), "toolConfig", CONFIG, "tool_config", CONFIG));

    private static final Pattern UPPER = Pattern.compile("([A-Z])");
    private static final Pattern UNDERSCORE = Pattern.compile("_([a-z])");

    private final BodyScan scan;
    private final SortedSet<String> names;
    private final @Nullable Value tools;
    private final @Nullable Value config;
    private final @Nullable Value calling;
    private final List<Value> allowed;
    private final List<Tool> functions = new ArrayList<>();

    /// The names of functions that go.
    private final Set<String> goneFunctions = new HashSet<>();

    /// What Google runs.
    private final List<Tool> others = new ArrayList<>();

    /// Whether the functions stay and none of them may be called.
    private boolean forbids;

    private GeminiTools(BodyScan scan, Value body, SortedSet<String> names) {
        this.scan = scan;
        this.names = names;
        tools = body.field("tools");
        config = body.field("toolConfig", "tool_config");
        calling =
                config == null
                        ? null
                        : config.field("functionCallingConfig", "function_calling_config");
        Value only =
                calling == null
                        ? null
                        : calling.field("allowedFunctionNames", "allowed_function_names");
        allowed = only == null ? List.of() : only.elements();
        for (Value tool : list()) {
            for (Value.Field field : tool.fields()) {
                (isFunctions(field) ? functions : others).addAll(toolsOf(field));
            }
        }
        functions.stream()
                .filter(this::goes)
                .forEach(function -> goneFunctions.addAll(function.names()));
    }

    /// @param names of tools, or `tools` for all
    static Disabled disable(byte[] body, BodyScan scan, SortedSet<String> names) {
        Value read = ValueReader.read(body, WANTED);
        return read == null
                ? new Disabled.Needed(names.first(), "tools")
                : new GeminiTools(scan, read, names).disable();
    }

    private Disabled disable() {
        List<String> taken = names.stream().filter(this::isUsed).toList();
        if (taken.isEmpty()) {
            return new Disabled.Changed(List.of(), List.of(), false);
        }
        forbids =
                !functions.isEmpty() && (functions.stream().allMatch(this::goes) || noneAllowed());
        if (forbids && isForced()) {
            return new Disabled.Needed(taken.getFirst(), CALLING);
        }
        List<Edit> edits = new ArrayList<>(forbids ? forbid() : allowLess());
        edits.addAll(remove());
        boolean none = (forbids || functions.isEmpty()) && others.stream().allMatch(this::goes);
        return new Disabled.Changed(edits, taken, none);
    }

    private boolean isUsed(String name) {
        return Stream.concat(functions.stream(), others.stream())
                .anyMatch(tool -> name.equals(RequestBody.TOOLS) || tool.is(name));
    }

    private boolean goes(Tool tool) {
        return names.contains(RequestBody.TOOLS) || tool.isOneOf(names);
    }

    private boolean isForced() {
        String mode = calling == null ? null : calling.textOf("mode");
        return "ANY".equalsIgnoreCase(mode);
    }

    private boolean noneAllowed() {
        return !allowed.isEmpty() && allowed.stream().allMatch(this::isOfGone);
    }

    /// Whether it names a function that goes.
    private boolean isOfGone(Value name) {
        return name.text() != null && goneFunctions.contains(name.text());
    }

    private List<Edit> allowLess() {
        return BodyScan.remove(allowed, allowed.stream().filter(this::isOfGone).toList());
    }

    private List<Edit> forbid() {
        String none = "\"mode\":\"NONE\"";
        if (config == null) {
            String in = "{\"functionCallingConfig\":{" + none + "}}";
            return List.of(put(scan.member("toolConfig", "tool_config"), "toolConfig", in));
        }
        if (calling == null) {
            return List.of(put(config, "functionCallingConfig", "{" + none + "}"));
        }
        List<Value.Field> only =
                calling.fields().stream()
                        .filter(each ->
                                each.isOneOf("allowedFunctionNames", "allowed_function_names"))
                        .toList();
        if (calling.fields().stream().anyMatch(field -> field.isOneOf("mode")) || only.isEmpty()) {
            List<Edit> edits = new ArrayList<>();
            edits.add(put(calling, "mode", "\"NONE\""));
            edits.addAll(BodyScan.remove(calling.fields(), only));
            return edits;
        }
        return List.of(new Edit(only.getFirst().start(), only.getFirst().end(), none));
    }

    private Edit put(BodyScan.@Nullable Member member, String name, String value) {
        return member == null
                ? new Edit(scan.inside(), scan.inside(), "\"" + name + "\":" + value + ",")
                : new Edit(member.value(), member.end(), value);
    }

    private static Edit put(Value object, String name, String value) {
        for (Value.Field field : object.fields()) {
            if (field.isOneOf(name, underscored(name))) {
                return new Edit(field.value().start(), field.value().end(), value);
            }
        }
        int inside = object.start() + 1;
        String comma = object.fields().isEmpty() ? "" : ",";
        return new Edit(inside, inside, "\"" + name + "\":" + value + comma);
    }

    private List<Edit> remove() {
        List<Edit> edits = new ArrayList<>();
        List<Value> gone = list().stream().filter(tool -> isRemoved(tool, edits)).toList();
        BodyScan.Member member = scan.member("tools");
        edits.addAll(
                member != null && gone.size() == list().size()
                        ? BodyScan.remove(scan.members(), List.of(member))
                        : BodyScan.remove(list(), gone));
        return edits;
    }

    /// @param edits for one that stays
    /// @return whether nothing is left of it
    private boolean isRemoved(Value tool, List<Edit> edits) {
        List<Value.Field> gone =
                tool.fields().stream().filter(field -> isRemoved(field, edits)).toList();
        long empty = tool.fields().stream().filter(field -> field.value().nothing()).count();
        if (!gone.isEmpty() && gone.size() + empty == tool.fields().size()) {
            return true;
        }
        edits.addAll(BodyScan.remove(tool.fields(), gone));
        return false;
    }

    private boolean isRemoved(Value.Field field, List<Edit> edits) {
        if (forbids && isFunctions(field)) {
            return false;
        }
        List<Tool> all = toolsOf(field);
        List<Tool> gone = all.stream().filter(this::goes).toList();
        if (!gone.isEmpty() && gone.size() == all.size()) {
            return true;
        }
        edits.addAll(BodyScan.remove(all, gone));
        return false;
    }

    /// A single tool may be there without a list.
    private List<Value> list() {
        if (tools == null) {
            return List.of();
        }
        return tools.fields().isEmpty() ? tools.elements() : List.of(tools);
    }

    private static boolean isFunctions(Value.Field field) {
        return field.isOneOf("functionDeclarations", "function_declarations");
    }

    /// Functions and MCP servers are in lists and have names; all else is named by its field.
    private static List<Tool> toolsOf(Value.Field field) {
        if (field.value().nothing()) {
            return List.of();
        }
        SortedSet<String> called = isFunctions(field) ? new TreeSet<>() : names(field.name());
        if (field.value().elements().isEmpty()) {
            return isFunctions(field)
                    ? List.of()
                    : List.of(new Tool(called, field.start(), field.end()));
        }
        List<Tool> tools = new ArrayList<>();
        for (Value each : field.value().elements()) {
            SortedSet<String> own = new TreeSet<>(called);
            own.addAll(each.textsOf("name"));
            tools.add(new Tool(own, each.start(), each.end()));
        }
        return tools;
    }

    /// Both spellings, and what all dialects call a search of the web.
    private static SortedSet<String> names(String field) {
        String underscored = underscored(field);
        SortedSet<String> names = new TreeSet<>(List.of(field, underscored));
        names.add(
                UNDERSCORE
                        .matcher(field)
                        .replaceAll(match -> match.group(1).toUpperCase(Locale.ROOT)));
        switch (underscored) {
            case "google_search", "google_search_retrieval", "enterprise_web_search" ->
                    names.add(RequestBody.WEB_SEARCH);
            default -> {}
        }
        return names;
    }

    private static String underscored(String field) {
        return UPPER.matcher(field).replaceAll("_$1").toLowerCase(Locale.ROOT);
    }
}
