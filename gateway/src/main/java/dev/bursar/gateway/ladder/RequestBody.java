package dev.bursar.gateway.ladder;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// The body of a request, as far as steps of a ladder change it. What is not changed stays byte for byte.
///
/// Fields are known by their names in the APIs of OpenAI, Anthropic, Gemini and Bedrock, which mean the same
/// wherever two have them; only tools are written in a [Form].
public final class RequestBody {

    /// The name of all tools together.
    static final String TOOLS = "tools";

    /// The name of what searches the web, however a dialect calls it.
    static final String WEB_SEARCH = "web_search";

    private static final String LOW_EFFORT = "\"low\"";

    /// Efforts that take more than `low`.
    private static final Set<String> HIGHER_EFFORTS = Set.of("medium", "high", "xhigh", "max");

    private final byte[] body;
    private final BodyScan scan;

    /// Bytes `start` (inclusive) to `end` (exclusive) become `text`.
    public record Edit(int start, int end, String text) {}

    /// Whose way of writing tools a request has.
    public enum Form {
        OPENAI,
        ANTHROPIC,
        GEMINI,
        CONVERSE
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
    /// @param images whether there are any in the request
    public Disabled disable(SortedSet<String> names, boolean images, Form form) {
        if (images && names.contains("images")) {
            return new Disabled.Needed("images", form == Form.GEMINI ? "contents" : "messages");
        }
        if (names.contains("thinking")
                && scan.thinks()
                && scan.member(BodyScan.MODEL_FIELDS) != null) {
            return new Disabled.Needed("thinking", BodyScan.MODEL_FIELDS);
        }
        if (scan.isCut()) {
            return new Disabled.Needed(
                    names.first(), form == Form.CONVERSE ? ConverseTools.CONFIG : TOOLS);
        }
        Disabled tools =
                switch (form) {
                    case OPENAI -> ListedTools.disable(scan, "\"none\"", names);
                    case ANTHROPIC -> ListedTools.disable(scan, "{\"type\":\"none\"}", names);
                    case GEMINI -> GeminiTools.disable(body, scan, names);
                    case CONVERSE -> ConverseTools.disable(body, scan, names);
                };
        boolean fields = form == Form.OPENAI || form == Form.ANTHROPIC;
        return switch (tools) {
            case Disabled.Needed needed -> needed;
            case Disabled.Changed changed -> withoutFeatures(changed, names, fields);
        };
    }

    /// @param fields whether features are fields of the body
    private Disabled.Changed withoutFeatures(
            Disabled.Changed tools, SortedSet<String> names, boolean fields) {
        List<Edit> edits = new ArrayList<>(tools.edits());
        SortedSet<String> taken = new TreeSet<>(tools.names());
        List<BodyScan.Member> gone = new ArrayList<>();
        for (String name : names) {
            for (BodyScan.Member member : scan.members()) {
                if (fields && isFeature(name, member)) {
                    taken.add(name);
                    gone.add(member);
                }
            }
            List<Edit> less = name.equals("thinking") ? leastThinking() : List.of();
            if (!less.isEmpty()) {
                taken.add(name);
                edits.addAll(less);
            }
        }
        edits.addAll(BodyScan.remove(scan.members(), gone));
        return new Disabled.Changed(edits, List.copyOf(taken), tools.noTools());
    }

    private boolean isFeature(String name, BodyScan.Member member) {
        return switch (name) {
            case WEB_SEARCH -> member.name().equals("web_search_options") && !isNull(member);
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
