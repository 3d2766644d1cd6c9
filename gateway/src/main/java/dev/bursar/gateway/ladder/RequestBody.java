package dev.bursar.gateway.ladder;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;

/// The body of a request, as far as steps of a ladder change it. What is not changed stays byte for byte.
///
/// Fields are known by their names in the APIs of OpenAI, Anthropic and Gemini, which mean the same wherever
/// two have them.
public final class RequestBody {

    private static final String LOW_EFFORT = "\"low\"";

    /// Efforts that take more than `low`.
    private static final Set<String> HIGHER_EFFORTS = Set.of("medium", "high", "xhigh", "max");

    private final byte[] body;
    private final BodyScan scan;

    /// Bytes `start` (inclusive) to `end` (exclusive) become `text`.
    public record Edit(int start, int end, String text) {}

    /// How a dialect says that no tool may be called.
    public enum NoTools {
        OPENAI("\"none\""),
        ANTHROPIC("{\"type\":\"none\"}");

        private final String choice;

        NoTools(String choice) {
            this.choice = choice;
        }
    }

    /// What became of tools and features that are disabled.
    public sealed interface Disabled {

        /// The request goes without them.
        ///
        /// @param names what was taken from it, empty when it used none of them
        /// @param noTools whether no tool can be called any more
        record Changed(List<Edit> edits, List<String> names, boolean noTools) implements Disabled {

            public Changed {
                edits = List.copyOf(edits);
                names = List.copyOf(names);
            }
        }

        /// The request makes no sense without one of them.
        ///
        /// @param field the part of the request that needs it
        record Needed(String name, String field) implements Disabled {}
    }

    private RequestBody(byte[] body, BodyScan scan) {
        this.body = body;
        this.scan = scan;
    }

    /// @param body a JSON object that was read without fault before
    public static RequestBody read(byte[] body) {
        return new RequestBody(body, BodyScan.of(body));
    }

    /// The fewest output tokens that a clamp may leave of one answer: the floor, and with a budget for
    /// thinking as much beside the least of that.
    ///
    /// @param asked the bound of the client, or the default
    public long leastOutput(long asked, long floor) {
        return Math.min(asked, scan.thinking() == null ? floor : scan.thinking().least() + floor);
    }

    /// The budget for thinking that the client named, or null.
    public @Nullable Long thinkingTokens() {
        return scan.thinking() == null ? null : scan.thinking().tokens();
    }

    /// What is left of the budget for thinking beside a bound of the output: it must stay below that.
    ///
    /// @param tokens the bound, at least [#leastOutput]
    public @Nullable Long thinkingTokens(long tokens, long floor) {
        BodyScan.Thinking named = scan.thinking();
        return named == null
                ? null
                : Long.valueOf(Math.min(named.tokens(), Math.max(named.least(), tokens - floor)));
    }

    /// Bounds thinking and effort with the output of one answer.
    ///
    /// @param tokens its bound, at least [#leastOutput]
    public List<Edit> lessThinking(long tokens, long floor) {
        List<Edit> edits = new ArrayList<>(lowEfforts());
        BodyScan.Thinking thinking = scan.thinking();
        Long left = thinkingTokens(tokens, floor);
        if (thinking != null && left != null && left < thinking.tokens()) {
            edits.add(new Edit(thinking.start(), thinking.end(), Long.toString(left)));
        }
        return edits;
    }

    /// Takes tools and features from the request: `tools`, `web_search`, `thinking`, `images`, or the name
    /// or type of a tool.
    ///
    /// Where no tool would be left, the tools stay and the model is told to call none: Messages refuses a
    /// history of calls without them.
    ///
    /// @param images whether there are any in the request
    public Disabled disable(SortedSet<String> names, boolean images, NoTools noTools) {
        if (images && names.contains("images")) {
            return new Disabled.Needed("images", "messages");
        }
        if (names.contains("thinking")
                && scan.thinks()
                && scan.member(BodyScan.MODEL_FIELDS) != null) {
            return new Disabled.Needed("thinking", BodyScan.MODEL_FIELDS);
        }
        List<BodyScan.Tool> gone =
                scan.tools().stream().filter(tool -> tool.isOneOf(names)).toList();
        boolean none = !scan.tools().isEmpty() && gone.size() == scan.tools().size();
        none |= !scan.tools().isEmpty() && names.contains("tools");
        for (BodyScan.Tool tool : none ? scan.tools() : gone) {
            for (String name : tool.names()) {
                if (scan.choice().names().contains(name)) {
                    return new Disabled.Needed(name, "tool_choice");
                }
            }
        }
        if (none && scan.choice().isForced()) {
            return new Disabled.Needed(names.first(), "tool_choice");
        }
        return changed(names, none ? List.of() : gone, none, noTools);
    }

    private Disabled.Changed changed(
            SortedSet<String> names, List<BodyScan.Tool> gone, boolean none, NoTools noTools) {
        List<Edit> edits = new ArrayList<>();
        List<String> taken = new ArrayList<>();
        List<BodyScan.Member> fields = new ArrayList<>();
        for (String name : names) {
            boolean used =
                    none
                            && (name.equals("tools")
                                    || scan.tools().stream().anyMatch(t -> t.is(name)));
            used |= gone.stream().anyMatch(tool -> tool.is(name));
            for (BodyScan.Member member : scan.members()) {
                if (isFeature(name, member)) {
                    used = true;
                    fields.add(member);
                }
            }
            if (name.equals("thinking")) {
                List<Edit> less = leastThinking();
                used |= !less.isEmpty();
                edits.addAll(less);
            }
            if (used) {
                taken.add(name);
            }
        }
        if (none) {
            edits.addAll(forbidTools(noTools));
        }
        edits.addAll(BodyScan.remove(scan.tools(), gone));
        edits.addAll(BodyScan.remove(scan.members(), fields));
        return new Disabled.Changed(edits, taken, none);
    }

    private boolean isFeature(String name, BodyScan.Member member) {
        return switch (name) {
            case "web_search" -> member.name().equals("web_search_options") && !isNull(member);
            case "thinking" -> member.name().equals("thinking") && scan.thinks();
            default -> false;
        };
    }

    /// Where thinking is no field of its own that can go, as little of it as models take.
    private List<Edit> leastThinking() {
        List<Edit> edits = new ArrayList<>(lowEfforts());
        BodyScan.Thinking thinking = scan.thinks() ? null : scan.thinking();
        if (thinking != null) {
            edits.add(new Edit(thinking.start(), thinking.end(), Long.toString(thinking.least())));
        }
        return edits;
    }

    private List<Edit> forbidTools(NoTools noTools) {
        List<Edit> edits = new ArrayList<>();
        for (boolean legacy : List.of(false, true)) {
            String tools = legacy ? "functions" : "tools";
            String choice = legacy ? "function_call" : "tool_choice";
            if (scan.member(tools) != null) {
                BodyScan.Member named = scan.member(choice);
                edits.add(
                        named == null
                                ? insert(choice, noTools.choice)
                                : new Edit(named.value(), named.end(), noTools.choice));
            }
        }
        return edits;
    }

    private Edit insert(String field, String value) {
        return new Edit(scan.inside(), scan.inside(), "\"" + field + "\":" + value + ",");
    }

    private boolean isNull(BodyScan.Member member) {
        return body[member.value()] == 'n';
    }

    private List<Edit> lowEfforts() {
        return scan.efforts().stream()
                .filter(RequestBody::isHigher)
                .map(effort -> new Edit(effort.start(), effort.end(), LOW_EFFORT))
                .toList();
    }

    private static boolean isHigher(BodyScan.Effort effort) {
        return HIGHER_EFFORTS.contains(effort.word().toLowerCase(Locale.ROOT));
    }
}
