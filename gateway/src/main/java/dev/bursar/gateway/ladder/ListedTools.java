package dev.bursar.gateway.ladder;

import dev.bursar.gateway.ladder.BodyScan.Tool;
import dev.bursar.gateway.ladder.RequestBody.Disabled;
import dev.bursar.gateway.ladder.RequestBody.Edit;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;

/// Takes tools from a request of OpenAI or Anthropic, which has them in one list.
///
/// Where no tool would be left, the tools stay and the model is told to call none: Messages refuses a
/// history of calls without them. The same is said where no tool would be left of those that the model may choose
/// from.
final class ListedTools {

    /// The field that says what the model may or must call.
    static final String CHOICE = "tool_choice";

    private final BodyScan scan;

    /// How the dialect says that no tool may be called.
    private final String none;

    /// @param none the choice of no tool
    ListedTools(BodyScan scan, String none) {
        this.scan = scan;
        this.none = none;
    }

    /// @param names of tools, or `tools` for all
    Disabled disable(SortedSet<String> names) {
        List<Tool> gone = scan.tools().stream().filter(tool -> tool.isOneOf(names)).toList();
        boolean all = !scan.tools().isEmpty() && gone.size() == scan.tools().size();
        all |= !scan.tools().isEmpty() && names.contains(RequestBody.TOOLS);
        List<String> taken = taken(names, all);
        if (taken.isEmpty()) {
            return new Disabled.Changed(List.of(), List.of(), false);
        }
        String insisted = insisted(all ? scan.tools() : gone);
        if (insisted != null) {
            return new Disabled.Needed(insisted, CHOICE);
        }
        List<Tool> allowed = scan.choice().allowed();
        List<Tool> less = allowed.stream().filter(tool -> tool.isOneOf(names)).toList();
        boolean none = all || (!allowed.isEmpty() && less.size() == allowed.size());
        if (none && scan.choice().isForced()) {
            return new Disabled.Needed(taken.getFirst(), CHOICE);
        }
        List<Edit> edits = new ArrayList<>(none ? forbid() : BodyScan.remove(allowed, less));
        edits.addAll(all ? List.of() : BodyScan.remove(scan.tools(), gone));
        return new Disabled.Changed(edits, taken, none);
    }

    private List<String> taken(SortedSet<String> names, boolean all) {
        List<String> taken = new ArrayList<>();
        for (String name : names) {
            boolean named = scan.tools().stream().anyMatch(tool -> tool.is(name));
            if (named || (all && name.equals(RequestBody.TOOLS))) {
                taken.add(name);
            }
        }
        return taken;
    }

    /// The name of what the client wants to be called and may not be.
    private @Nullable String insisted(List<Tool> gone) {
        return gone.stream()
                .flatMap(tool -> tool.names().stream())
                .filter(name -> scan.choice().names().contains(name))
                .findFirst()
                .orElse(null);
    }

    private List<Edit> forbid() {
        List<Edit> edits = new ArrayList<>();
        for (boolean legacy : List.of(false, true)) {
            String tools = legacy ? "functions" : "tools";
            String choice = legacy ? "function_call" : CHOICE;
            if (scan.member(tools) != null) {
                BodyScan.Member named = scan.member(choice);
                edits.add(
                        named == null
                                ? new Edit(
                                        scan.inside(),
                                        scan.inside(),
                                        "\"" + choice + "\":" + none + ",")
                                : new Edit(named.value(), named.end(), none));
            }
        }
        return edits;
    }
}
