package dev.bursar.server.http;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
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
        int limit = parameters.whole("limit", DEFAULT_LIMIT, 1, MAX_LIMIT);
        String after = parameters.text("cursor").map(Page::position).orElse("");
        ObjectNode page = ApiJson.object();
        ArrayNode items = page.putArray("items");
        String last = "";
        for (T item : sorted) {
            if (key.apply(item).compareTo(after) > 0) {
                if (items.size() == limit) {
                    page.put("next", cursor(last));
                    return page;
                }
                last = key.apply(item);
                items.add(json.apply(item));
            }
        }
        page.putNull("next");
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
