package dev.bursar.gateway;

import dev.bursar.pricing.TokenUsage;
import dev.bursar.pricing.ToolPrice;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/// Reads what an answer says about itself: usage, model, stop reason, tool calls, and the text in case
/// the usage is missing. The same reader takes a whole answer or the events of a stream, one by one.
/// Not thread-safe.
abstract sealed class AnswerReader
        permits OpenAiReader, ResponsesReader, AnthropicReader, GeminiReader, ConverseReader {

    /// Tool calls are told apart by id or place; beyond this many, each mention counts.
    private static final int MAX_TOOL_CALLS = 4_096;

    /// Names of tools that are remembered of one answer: so many, of so many characters each and with the commas
    /// between them all together.
    private static final int MAX_TOOLS = 16;

    private static final int MAX_TOOL_CHARS = 64;
    private static final int MAX_ALL_TOOLS_CHARS = 256;

    /// Tiers of service, speeds and places that cost what the price book says.
    private static final Set<String> LIST_PRICE =
            Set.of("default", "auto", "standard", "on_demand", "global", "not_available");

    final ProducedText text = new ProducedText();

    /// Of the answer, as the provider names it.
    @Nullable String id;

    @Nullable String model;
    @Nullable String stopReason;
    @Nullable String serviceTier;

    /// What the answer says of its price that no price here knows, by name: a tier of service other than
    /// the plain one, searches that are billed beside tokens.
    private SortedMap<String, String> unpriced = Collections.emptySortedMap();

    /// What the provider bills, as far as it has said so and is believed.
    @Nullable TokenUsage usage;

    /// Whether the provider's last word on its usage has come.
    boolean usageFinal;

    /// The most tokens that are believed.
    private long most = Long.MAX_VALUE;

    /// Whether what was told last of the usage is not believed.
    private boolean doubted;

    /// The tokens told last that are more than can be, or 0.
    private long implausible;

    /// Whether the stream said that it is complete.
    boolean finished;

    /// Whether the provider reported an error inside the stream.
    boolean failed;

    // Most answers have neither, and thousands are open at a time.
    private Set<String> toolCallIds = Set.of();
    private SortedSet<String> tools = Collections.emptySortedSet();

    private int toolCalls;

    /// A count far beyond what could be asked for is a mistake: believed, one answer would spend a month's
    /// budget.
    ///
    /// @param tokens that may be told at most, input and output together
    final void believeUpTo(long tokens) {
        most = tokens;
    }

    /// Takes what the provider tells of its usage. It may tell it more than once, as running totals that it may
    /// also correct: the last word counts. None sent says nothing of the input, and none produced nothing of the
    /// output.
    ///
    /// @param told null when nothing was told
    /// @return whether anything was
    final boolean told(@Nullable TokenUsage told) {
        if (told == null) {
            return false;
        }
        boolean plausible = told.total() <= most;
        implausible = plausible ? 0 : told.total();
        doubted = !plausible || told.isEmpty();
        if (!doubted) {
            usage = usage == null ? told : told.orElse(usage);
        }
        return true;
    }

    /// The provider's last word on what it bills, or null when there is none that is believed. What was produced
    /// has a length where something of it was seen; not so what was sent: some models bill none of it.
    final @Nullable TokenUsage billed() {
        if (usage == null || !usageFinal || doubted) {
            return null;
        }
        return usage.output() == 0 && text.chars() > 0 ? null : usage;
    }

    /// How many tokens were told last that are more than can be, or 0.
    final long implausible() {
        return implausible;
    }

    final SortedMap<String, String> unpriced() {
        return unpriced;
    }

    private void unpriced(String name, String value) {
        if (unpriced.isEmpty()) {
            unpriced = new TreeMap<>();
        }
        unpriced.put(name, value);
    }

    /// Something that is billed apiece was in the answer, once at least.
    final void seen(String name) {
        if (!unpriced.containsKey(name)) {
            unpriced(name, "1");
        }
    }

    /// @param tier as the provider names it, or null when it does not
    final void tier(String name, @Nullable String tier) {
        if (tier != null && !tier.isEmpty() && !LIST_PRICE.contains(tier)) {
            unpriced(name, tier);
        }
    }

    /// @param count so far, of something that is billed apiece
    final void apiece(String name, long count) {
        if (count > 0) {
            unpriced(name, Long.toString(count));
        }
    }

    static AnswerReader of(Operation operation) {
        return switch (operation) {
            case CHAT, COMPLETIONS, EMBEDDINGS -> new OpenAiReader();
            case RESPONSES, COUNT_INPUT -> new ResponsesReader();
            case MESSAGES, COUNT_TOKENS -> new AnthropicReader();
            case GENERATE, STREAM_GENERATE, COUNT_CONTENT, EMBED_CONTENT, BATCH_EMBED_CONTENTS ->
                    new GeminiReader();
            case CONVERSE, CONVERSE_STREAM -> new ConverseReader();
        };
    }

    /// Reads one JSON object, whatever its strings are encoded in. Anything else is ignored: it is the client's to
    /// complain about.
    ///
    /// @return whether it is the extra chunk that carries nothing but the usage asked for
    final boolean read(byte[] json, int offset, int length) {
        byte[] mended = Utf8.mended(json, offset, length);
        return mended == null ? object(json, offset, length) : object(mended, 0, mended.length);
    }

    private boolean object(byte[] json, int offset, int length) {
        try (JsonParser in = Json.parser(json, offset, length)) {
            return in.nextToken() == JsonToken.START_OBJECT && object(in);
        } catch (JacksonException e) {
            return false;
        }
    }

    /// Reads the object at the parser to its end.
    abstract boolean object(JsonParser in);

    /// The places in the answer that have begun and not ended: choices of a chat, blocks of a message.
    List<Long> openPlaces() {
        return List.of();
    }

    /// The stream said that it is complete.
    void finish() {
        finished = true;
    }

    /// Whether a stream said that nothing follows: never where no event of a dialect says so.
    boolean isOver() {
        return finished;
    }

    /// Whether tools that the provider runs may have had a part in the answer so far: true where no answer of
    /// the dialect would show it.
    boolean usesOwnTools() {
        return true;
    }

    /// Tokens that are billed beside [#usage].
    List<Beside> beside() {
        return List.of();
    }

    final int toolCalls() {
        return toolCalls;
    }

    final void toolCall(String id) {
        if (toolCallIds.isEmpty()) {
            toolCallIds = new HashSet<>();
        }
        if (toolCallIds.size() >= MAX_TOOL_CALLS || toolCallIds.add(id)) {
            toolCalls++;
        }
    }

    /// The names of the tools that the answer calls, sorted, with commas between: the first 16 that differ, long
    /// ones cut, as far as 256 characters go.
    final String tools() {
        return String.join(",", tools);
    }

    /// Remembers the name of a tool that is called. What no name has in it is left out.
    ///
    /// @param name as the answer has it, or null
    final void tool(@Nullable String name) {
        if (name == null || name.isEmpty() || tools.size() >= MAX_TOOLS) {
            return;
        }
        String cut = name.length() > MAX_TOOL_CHARS ? name.substring(0, MAX_TOOL_CHARS) : name;
        boolean fits = tools().length() + 1 + cut.length() <= MAX_ALL_TOOLS_CHARS;
        if (fits && ToolPrice.isTool(cut)) {
            tools = tools.isEmpty() ? new TreeSet<>() : tools;
            tools.add(cut);
        }
    }

    /// The name at the parser of a tool that is called: it is produced text, too.
    final @Nullable String toolName(JsonParser in) {
        produced(in);
        return in.currentToken() == JsonToken.VALUE_STRING ? in.getString() : null;
    }

    /// The text at the parser goes to [#text]; other values are passed over.
    final void produced(JsonParser in) {
        if (in.currentToken() == JsonToken.VALUE_STRING) {
            text.append(in.getString());
        } else {
            in.skipChildren();
        }
    }

    /// The arguments of a tool call that are an object, not text: its strings and names come near.
    final void strings(JsonParser in) {
        if (in.currentToken() != JsonToken.START_OBJECT) {
            in.skipChildren();
            return;
        }
        for (int depth = 1; depth > 0; ) {
            switch (in.nextToken()) {
                case START_OBJECT, START_ARRAY -> depth++;
                case END_OBJECT, END_ARRAY -> depth--;
                case PROPERTY_NAME -> text.append(in.currentName());
                case VALUE_STRING -> text.append(in.getString());
                default -> {}
            }
        }
    }

    static @Nullable String string(JsonParser in) {
        if (in.currentToken() == JsonToken.VALUE_STRING) {
            return in.getString();
        }
        in.skipChildren();
        return null;
    }
}
