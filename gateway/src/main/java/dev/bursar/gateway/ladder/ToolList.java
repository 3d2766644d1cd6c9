package dev.bursar.gateway.ladder;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/// A list of tools in a request of OpenAI or Anthropic, and what the client says of it.
///
/// @param choiceField the field that says what of the list may or must be called
record ToolList(String choiceField, List<Tool> tools, Choice choice) {

    /// A tool that the model may call.
    ///
    /// @param names its name and its type
    record Tool(SortedSet<String> names, int start, int end) implements BodyScan.Part {

        boolean isOneOf(SortedSet<String> wanted) {
            return wanted.stream().anyMatch(this::is);
        }

        /// Types have a version at their end, such as `web_search_20250305`.
        boolean is(String wanted) {
            return names.stream()
                    .anyMatch(name ->
                            name.equals(wanted)
                                    || name.startsWith(wanted + "_2")
                                    || name.startsWith(wanted + "_preview"));
        }
    }

    /// What the client wants to be called.
    ///
    /// @param names of tools
    /// @param words such as `auto` and `required`
    /// @param allowed the tools that the model is to choose from, where they are listed
    record Choice(SortedSet<String> names, SortedSet<String> words, List<Tool> allowed) {

        boolean isForced() {
            return !names.isEmpty() || words.contains("required") || words.contains("any");
        }
    }

    /// One that has nothing yet.
    static ToolList of(String choiceField) {
        Choice choice = new Choice(new TreeSet<>(), new TreeSet<>(), new ArrayList<>());
        return new ToolList(choiceField, new ArrayList<>(), choice);
    }
}
