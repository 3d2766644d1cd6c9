package dev.bursar.gateway.breaker;

import java.util.stream.Stream;

/// Hashes a request's body in one pass over its bytes, without a tree and without texts.
///
/// An object's hash is a sum over its fields, so their order does not count; a list's hash is a chain.
/// Ids are left out where the dialects put them: in messages and their parts. Inside of the arguments and
/// results of tools, `id` is a word like any other.
final class BodyReader {

    /// What an object and a list begin with, so that nothing in one is not nothing in the other.
    private static final long OBJECT = Hash.of("{");

    private static final long LIST = Hash.of("[");

    /// What does not change the question.
    private static final long[] NOT_ASKED =
            hashes(
                    "stream",
                    "stream_options",
                    "user",
                    "metadata",
                    "requestMetadata",
                    "safety_identifier",
                    "prompt_cache_key",
                    "prompt_cache_retention",
                    "cache_control",
                    "service_tier",
                    "store");

    private static final long[] IDS =
            hashes("id", "tool_call_id", "tool_use_id", "toolUseId", "call_id", "cache_control");

    /// The lists that a conversation is in: Chat Completions, Messages and Converse, Responses, Gemini.
    private static final long[] CONVERSATIONS = hashes("messages", "input", "contents");

    private static final long[] PARTS = hashes("content", "parts");
    private static final long[] CALLS =
            hashes("tool_calls", "functionCall", "function_call", "toolUse");
    private static final long[] RESULTS = hashes("functionResponse", "toolResult");
    private static final long TYPE = Hash.of("type");
    private static final long ROLE = Hash.of("role");
    private static final long PERSON = Hash.of("user");
    private static final long[] RESULT_ROLES = hashes("tool", "function");

    private static final long[] CALL_TYPES =
            hashes(
                    "tool_use",
                    "function_call",
                    "custom_tool_call",
                    "computer_call",
                    "local_shell_call",
                    "shell_call",
                    "apply_patch_call");

    private static final long[] RESULT_TYPES =
            hashes(
                    "tool_result",
                    "function_call_output",
                    "custom_tool_call_output",
                    "computer_call_output",
                    "local_shell_call_output",
                    "shell_call_output",
                    "apply_patch_call_output");

    /// Those of calls whose name and arguments are the text of an answer.
    private static final long[] NAMED_RESULT_TYPES =
            hashes("function_call_output", "custom_tool_call_output");

    /// What an object is, by where it stands.
    private enum Place {
        ROOT,
        /// A message, or an item of a conversation.
        MESSAGE,
        /// A part of a message, or a call or a result in it.
        PART,
        ELSEWHERE
    }

    private final byte[] body;
    private final Spelling spelling;
    private final Steps steps = new Steps();
    private int at;

    BodyReader(byte[] body) {
        this.body = body;
        this.spelling = new Spelling(body);
    }

    Signs signs(String asked) {
        while (body[at] != '{') {
            at++; // white space, or the mark of UTF-8
        }
        long request = Hash.of(Hash.of(asked), object(Place.ROOT));
        return new Signs(request, steps.last(), steps.unasked(), body.length);
    }

    private long value(Place place) {
        return switch (body[at]) {
            case '"' -> string();
            case '{' -> object(place);
            case '[' -> list(place);
            default -> literal();
        };
    }

    private long object(Place place) {
        long resultsBefore = steps.results();
        long sum = OBJECT;
        long type = 0;
        long role = 0;
        at++;
        while (isBefore('}')) {
            long name = string();
            past(':');
            long value = value(inside(place, name));
            if (name == TYPE) {
                type = value;
            } else if (name == ROLE) {
                role = value;
            }
            if (counts(place, name)) {
                sum += Hash.of(name, value);
                note(place, name, value);
            }
        }
        long hash = Hash.mix(sum);
        if (place == Place.MESSAGE || place == Place.PART) {
            note(hash, type, role, steps.results() != resultsBefore);
        }
        return hash;
    }

    private long list(Place place) {
        long chain = LIST;
        at++;
        while (isBefore(']')) {
            chain = Hash.of(chain, value(place));
        }
        return chain;
    }

    /// What the value of a field is.
    private Place inside(Place place, long name) {
        return switch (place) {
            case ROOT ->
                    isAmong(CONVERSATIONS, name) && body[at] == '['
                            ? Place.MESSAGE
                            : Place.ELSEWHERE;
            case MESSAGE ->
                    isAmong(PARTS, name) || isAmong(CALLS, name) ? Place.PART : Place.ELSEWHERE;
            case PART ->
                    isAmong(CALLS, name) || isAmong(RESULTS, name) ? Place.PART : Place.ELSEWHERE;
            case ELSEWHERE -> Place.ELSEWHERE;
        };
    }

    private static boolean counts(Place place, long name) {
        return switch (place) {
            case ROOT -> !isAmong(NOT_ASKED, name);
            case MESSAGE, PART -> !isAmong(IDS, name);
            case ELSEWHERE -> true;
        };
    }

    /// Calls and results that have their own fields.
    private void note(Place place, long name, long value) {
        if (place == Place.MESSAGE || place == Place.PART) {
            if (isAmong(CALLS, name)) {
                steps.call(value);
            } else if (isAmong(RESULTS, name)) {
                steps.result(value);
            }
        }
    }

    /// Messages, items and parts that say themselves what they are.
    ///
    /// @param withResults whether parts of it were results
    private void note(long hash, long type, long role, boolean withResults) {
        if (isAmong(CALL_TYPES, type)) {
            steps.call(hash);
        } else if (isAmong(RESULT_TYPES, type) || isAmong(RESULT_ROLES, role)) {
            steps.result(hash);
            if (!isAmong(NAMED_RESULT_TYPES, type)) {
                steps.vague();
            }
        } else if (role == PERSON && withResults) {
            steps.result(hash); // with what is said beside them
        } else if (role == PERSON) {
            steps.forget();
        }
    }

    private long string() {
        int from = ++at;
        int stop = Hash.stop(body, from);
        if (body[stop] == '\\') {
            long hash = spelling.hash(from);
            at = spelling.end;
            return hash;
        }
        at = stop + 1;
        return Hash.of(body, from, stop);
    }

    /// A number, `true`, `false` or `null`: ends where something else begins.
    private long literal() {
        int from = at;
        while (body[at] > ' ' && body[at] != ',' && body[at] != '}' && body[at] != ']') {
            at++;
        }
        return ~Hash.of(body, from, at); // null is not "null"
    }

    /// Goes to the next member, or past the end of the object or the list.
    private boolean isBefore(char close) {
        space();
        if (body[at] == ',') {
            at++;
            space();
        }
        if (body[at] == close) {
            at++;
            return false;
        }
        return true;
    }

    private void past(char mark) {
        space();
        if (body[at] != mark) {
            throw new IndexOutOfBoundsException("no " + mark + " at " + at);
        }
        at++;
        space();
    }

    private void space() {
        while (body[at] <= ' ' && body[at] >= 0) {
            at++;
        }
    }

    private static boolean isAmong(long[] known, long hash) {
        for (long one : known) {
            if (one == hash) {
                return true;
            }
        }
        return false;
    }

    private static long[] hashes(String... names) {
        return Stream.of(names).mapToLong(Hash::of).toArray();
    }
}
