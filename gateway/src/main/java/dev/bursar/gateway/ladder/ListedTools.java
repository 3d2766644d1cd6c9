package dev.bursar.gateway.ladder;

import dev.bursar.gateway.ladder.RequestBody.Disabled;
import dev.bursar.gateway.ladder.RequestBody.Edit;
import dev.bursar.gateway.ladder.ToolList.Tool;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;

/// Takes tools from a request of OpenAI or Anthropic, which has them in a list, or in the two of Chat
/// Completions. Each list is changed for itself.
///
/// Where no tool would be left of a list, its tools stay and the model is told to call none: Messages refuses
/// a history of calls without them. The same is said where no tool would be left of those that the model may
/// choose from.
final class ListedTools {

    /// More names than a choice has: whoever names more is refused, as each is looked for among all tools.
    private static final int MAX_WANTED = 16;

    private final BodyScan scan;

    /// How the dialect says that no tool may be called.
    private final String none;

    /// Of tools, or `tools` for all.
    private final SortedSet<String> names;

    /// Those that have tools.
    private final List<ToolList> lists;

    private ListedTools(BodyScan scan, String none, SortedSet<String> names) {
        this.scan = scan;
        this.none = none;
        this.names = names;
        lists = scan.toolLists().stream().filter(list -> !list.tools().isEmpty()).toList();
    }

    /// @param none the choice of no tool
    /// @param names of tools, or `tools` for all
    static Disabled disable(BodyScan scan, String none, SortedSet<String> names) {
        return new ListedTools(scan, none, names).disable();
    }

    private Disabled disable() {
        List<String> taken = names.stream().filter(this::isUsed).toList();
        if (taken.isEmpty()) {
            return new Disabled.Changed(List.of(), List.of(), false);
        }
        boolean noTools = lists.stream().allMatch(this::isForbidden);
        for (ToolList list : scan.toolLists()) {
            String needed = needed(list, taken.getFirst(), noTools);
            if (needed != null) {
                return new Disabled.Needed(needed, list.choiceField());
            }
        }
        List<Edit> edits = new ArrayList<>();
        for (ToolList list : lists) {
            edits.addAll(edits(list));
        }
        return new Disabled.Changed(edits, taken, noTools);
    }

    private boolean isUsed(String name) {
        return lists.stream()
                .flatMap(list -> list.tools().stream())
                .anyMatch(tool -> name.equals(RequestBody.TOOLS) || tool.is(name));
    }

    private boolean goes(Tool tool) {
        return names.contains(RequestBody.TOOLS) || tool.isOneOf(names);
    }

    /// Whether none of its tools may be called any more.
    private boolean isForbidden(ToolList list) {
        return isNoneLeft(list.tools()) || isNoneLeft(list.choice().allowed());
    }

    private boolean isNoneLeft(List<Tool> tools) {
        return !tools.isEmpty() && tools.stream().allMatch(this::goes);
    }

    /// The name of what the client insists on and may not be called, or null.
    ///
    /// @param taken what is told where it insists on no tool by its name
    /// @param noTools whether no tool of any list may be called any more
    private @Nullable String needed(ToolList list, String taken, boolean noTools) {
        SortedSet<String> wanted = list.choice().names();
        if (wanted.size() > MAX_WANTED) {
            return taken;
        }
        String missed = wanted.stream().filter(this::isMissed).findFirst().orElse(null);
        if (missed != null) {
            return missed;
        }
        return list.choice().isForced() && (noTools || isForbidden(list)) ? taken : null;
    }

    /// A tool may be wanted without the version of its type. It is not missed where another one is left that
    /// is called so.
    private boolean isMissed(String name) {
        List<Tool> all = lists.stream().flatMap(list -> list.tools().stream()).toList();
        List<Tool> gone = all.stream().filter(this::goes).toList();
        return gone.stream().anyMatch(tool -> tool.names().contains(name))
                || (gone.stream().anyMatch(tool -> tool.is(name))
                        && all.stream().noneMatch(tool -> tool.is(name) && !goes(tool)));
    }

    private List<Edit> edits(ToolList list) {
        List<Tool> allowed = list.choice().allowed();
        List<Edit> edits = new ArrayList<>();
        if (isForbidden(list)) {
            edits.add(forbid(list.choiceField()));
        } else {
            edits.addAll(BodyScan.remove(allowed, allowed.stream().filter(this::goes).toList()));
        }
        if (!isNoneLeft(list.tools())) {
            edits.addAll(
                    BodyScan.remove(
                            list.tools(), list.tools().stream().filter(this::goes).toList()));
        }
        return edits;
    }

    private Edit forbid(String choiceField) {
        BodyScan.Member named = scan.member(choiceField);
        if (named == null) {
            int inside = scan.inside();
            return new Edit(inside, inside, "\"" + choiceField + "\":" + none + ",");
        }
        return new Edit(named.value(), named.end(), none);
    }
}
