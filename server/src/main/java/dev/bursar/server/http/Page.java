package dev.bursar.server.http;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Part of a list in the order of a text that each item has, which the cursor of the next part holds.
final class Page {

    static final int DEFAULT_LIMIT = 100;

    static final int MAX_LIMIT = 1_000;

    private Page() {}

    /// @param sorted the whole list, ascending by `key`, which no two items share
    static <T> ObjectNode of(
            Parameters parameters,
            List<T> sorted,
            Function<T, String> key,
            Function<T, JsonNode> json) {
        return ofAll(
                parameters, MAX_LIMIT, sorted, key, items -> items.stream().map(json).toList());
    }

    /// Like [#of], where the items of a page are made in one go.
    ///
    /// @param atMost how many a page has, also where more are asked for
    static <T> ObjectNode ofAll(
            Parameters parameters,
            int atMost,
            List<T> sorted,
            Function<T, String> key,
            Function<List<T>, List<JsonNode>> json) {
        int limit = Math.min(atMost, parameters.whole("limit", DEFAULT_LIMIT, 1, MAX_LIMIT));
        String after = parameters.text("cursor").map(Page::position).orElse("");
        List<T> shown =
                sorted.stream()
                        .filter(item -> key.apply(item).compareTo(after) > 0)
                        .limit(limit + 1L)
                        .toList();
        boolean more = shown.size() > limit;
        shown = more ? shown.subList(0, limit) : shown;
        ObjectNode page = ApiJson.object();
        page.putArray("items").addAll(json.apply(shown));
        page.put("next", more ? cursor(key.apply(shown.getLast())) : null);
        return page;
    }

    static String cursor(String position) {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(position.getBytes(StandardCharsets.UTF_8));
    }

    /// @throws ApiException 400 when it is no cursor
    static String position(String cursor) {
        try {
            return new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw ApiException.badRequest("cursor must be one that a page gave as next");
        }
    }
}
