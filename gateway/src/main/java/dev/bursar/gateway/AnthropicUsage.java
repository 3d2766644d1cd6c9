package dev.bursar.gateway;

import dev.bursar.pricing.TokenClass;
import dev.bursar.pricing.TokenUsage;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/// Turns the `usage` objects of Messages into disjoint counts.
///
/// `input_tokens` leaves out what was cached; `output_tokens` includes thinking. Later objects of a
/// stream replace the fields they name and no others, and a 0 replaces nothing. Compaction and the
/// advice of another model are billed but not part of the counts at the top: they are in `iterations` only.
final class AnthropicUsage {

    private long input;
    private long cacheRead;
    private long cacheWrite;
    private long cacheWrite5m = -1;
    private long cacheWrite1h = -1;
    private long output;
    private long thinking;
    private List<Beside> beside = List.of();
    private boolean complete;

    /// Reads the object at the parser to its end.
    ///
    /// @param answer told of what is billed beside tokens or at another price
    /// @return the service tier, or null when it is not named
    @Nullable String read(JsonParser in, AnswerReader answer) {
        String tier = null;
        complete = false;
        for (String name = in.nextName(); name != null; name = in.nextName()) {
            JsonToken token = in.nextToken();
            if (token == JsonToken.VALUE_NULL) {
                continue;
            }
            switch (name) {
                case "input_tokens" -> input = count(in, input);
                case "cache_read_input_tokens" -> cacheRead = count(in, cacheRead);
                case "cache_creation_input_tokens" -> cacheWrite = count(in, cacheWrite);
                case "cache_creation" -> cacheCreation(in);
                case "output_tokens" -> {
                    complete = Json.isCount(in);
                    output = count(in, output);
                }
                case "output_tokens_details" -> details(in);
                case "service_tier" -> {
                    tier = AnswerReader.string(in);
                    answer.tier(name, tier);
                }
                case "speed", "inference_geo" -> answer.tier(name, AnswerReader.string(in));
                case "server_tool_use" -> serverTools(in, answer);
                case "iterations" -> iterations(in);
                default -> in.skipChildren();
            }
        }
        return tier;
    }

    /// Searches have a price apiece; fetching a page has none.
    static void serverTools(JsonParser in, AnswerReader answer) {
        if (in.currentToken() != JsonToken.START_OBJECT) {
            in.skipChildren();
            return;
        }
        for (String name = in.nextName(); name != null; name = in.nextName()) {
            in.nextToken();
            long count = Json.count(in);
            if (!name.equals("web_fetch_requests")) {
                answer.apiece(name, count);
            }
        }
    }

    TokenUsage disjoint() {
        Map<TokenClass, Long> counts = new EnumMap<>(TokenClass.class);
        counts.put(TokenClass.INPUT, bounded(input));
        counts.put(TokenClass.CACHE_READ, bounded(cacheRead));
        long oneHour = oneHour();
        counts.put(TokenClass.CACHE_WRITE_1H, bounded(oneHour));
        counts.put(TokenClass.CACHE_WRITE_5M, bounded(written() - oneHour));
        long reasoning = Math.min(thinking, output);
        counts.put(TokenClass.REASONING, bounded(reasoning));
        counts.put(TokenClass.OUTPUT, bounded(output - reasoning));
        return TokenUsage.of(counts);
    }

    /// Whether the object read last told the output: without it, it is not the last word.
    boolean isComplete() {
        return complete;
    }

    List<Beside> beside() {
        return beside;
    }

    private long written() {
        return Math.max(cacheWrite, Math.max(0, cacheWrite5m) + Math.max(0, cacheWrite1h));
    }

    /// The last event may restate the total of cache writes without the split: what was added is
    /// taken to be of the kind seen before, and of the cheaper kind when both were.
    private long oneHour() {
        boolean onlyOneHour = cacheWrite1h > 0 && cacheWrite5m <= 0;
        return onlyOneHour ? written() : Math.max(0, cacheWrite1h);
    }

    private void cacheCreation(JsonParser in) {
        if (in.currentToken() != JsonToken.START_OBJECT) {
            in.skipChildren();
            return;
        }
        for (String name = in.nextName(); name != null; name = in.nextName()) {
            in.nextToken();
            switch (name) {
                case "ephemeral_5m_input_tokens" -> cacheWrite5m = count(in, cacheWrite5m);
                case "ephemeral_1h_input_tokens" -> cacheWrite1h = count(in, cacheWrite1h);
                default -> in.skipChildren();
            }
        }
    }

    private void details(JsonParser in) {
        if (in.currentToken() != JsonToken.START_OBJECT) {
            in.skipChildren();
            return;
        }
        for (String name = in.nextName(); name != null; name = in.nextName()) {
            in.nextToken();
            if (name.equals("thinking_tokens")) {
                thinking = count(in, thinking);
            } else {
                in.skipChildren();
            }
        }
    }

    private void iterations(JsonParser in) {
        if (in.currentToken() != JsonToken.START_ARRAY) {
            in.skipChildren();
            return;
        }
        beside = new ArrayList<>();
        while (in.nextToken() != JsonToken.END_ARRAY) {
            if (in.currentToken() == JsonToken.START_OBJECT) {
                iteration(in);
            } else {
                in.skipChildren();
            }
        }
    }

    private void iteration(JsonParser in) {
        String type = "";
        String model = null;
        long sent = 0;
        long produced = 0;
        for (String name = in.nextName(); name != null; name = in.nextName()) {
            in.nextToken();
            switch (name) {
                case "type" -> type = String.valueOf(AnswerReader.string(in));
                case "model" -> model = AnswerReader.string(in);
                case "input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens" ->
                        sent += Json.count(in);
                case "output_tokens" -> produced = Json.count(in);
                default -> in.skipChildren();
            }
        }
        if (type.equals("compaction") || type.equals("advisor_message")) {
            beside.add(new Beside(model, TokenUsage.of(bounded(sent), bounded(produced))));
        }
    }

    private static long count(JsonParser in, long before) {
        long told = Json.count(in);
        return told == 0 ? before : told;
    }

    private static long bounded(long count) {
        return Math.min(count, TokenUsage.MAX_COUNT);
    }
}
