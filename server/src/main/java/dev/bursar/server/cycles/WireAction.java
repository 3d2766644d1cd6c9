package dev.bursar.server.cycles;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What is going to be done.
///
/// @param tags at most [#MAX_TAGS]
record WireAction(String kind, String name, List<String> tags) {

    private static final int MAX_KIND = 64;
    private static final int MAX_NAME = 256;
    private static final int MAX_TAGS = 10;
    private static final int MAX_TAG = 64;

    WireAction {
        tags = List.copyOf(tags);
    }

    static WireAction read(JsonFields in) {
        @Nullable String kind = null;
        @Nullable String name = null;
        List<String> tags = new ArrayList<>(0);
        in.enter();
        for (String field = in.next(); field != null; field = in.next()) {
            switch (field) {
                case "kind" -> kind = in.text(1, MAX_KIND);
                case "name" -> name = in.text(1, MAX_NAME);
                case "tags" -> tags(in, tags);
                default -> throw in.unknown();
            }
        }
        return new WireAction(
                JsonFields.required(kind, "action.kind"),
                JsonFields.required(name, "action.name"),
                tags);
    }

    private static void tags(JsonFields in, List<String> tags) {
        in.enterArray();
        while (in.nextElement()) {
            if (tags.size() == MAX_TAGS) {
                throw CyclesException.invalid("action.tags has more than " + MAX_TAGS);
            }
            tags.add(in.text(0, MAX_TAG));
        }
    }
}
