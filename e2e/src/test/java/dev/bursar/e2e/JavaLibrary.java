package dev.bursar.e2e;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/// A client library in Java.
abstract class JavaLibrary implements ClientLibrary {

    /// The tool that is offered.
    static final String TOOL = "lookup";

    static final String TOOL_PURPOSE = "Looks something up";

    static final String TOOL_ARGUMENT = "query";

    static final Map<String, Object> TOOL_SCHEMA =
            Map.of(
                    "type",
                    "object",
                    "properties",
                    Map.of(TOOL_ARGUMENT, Map.of("type", "string")),
                    "required",
                    List.of(TOOL_ARGUMENT),
                    "additionalProperties",
                    false);

    abstract void answer(Task task, Consumer<String> say) throws Exception;

    /// @return why it ended, in the library's own word
    abstract String stream(Task task, Consumer<String> say) throws Exception;

    abstract void callTool(Task task, Consumer<String> say) throws Exception;

    abstract void goAway(Task task, Consumer<String> say) throws Exception;

    /// The numbers of the embedding of the prompt.
    List<? extends Number> embed(Task task) {
        throw new UnsupportedOperationException("no embeddings");
    }

    abstract Surface surface(Throwable thrown);

    @Override
    @SuppressWarnings("JdkObsolete") // some clients tell their text on threads of their own
    public final Seen perform(Task task) {
        StringBuffer text = new StringBuffer();
        String finish = ClientCase.UNSEEN;
        try {
            switch (task.does()) {
                case ANSWER -> answer(task, text::append);
                case STREAM -> finish = stream(task, text::append);
                case CALL_TOOL -> callTool(task, text::append);
                case GO_AWAY -> goAway(task, text::append);
                case EMBED -> embed(task).forEach(number -> text.append(number).append(' '));
            }
            return new Seen(text.toString(), finish, null);
        } catch (Exception e) {
            return new Seen(text.toString(), finish, surface(e));
        }
    }

    /// What the tool finds.
    static String lookup(String query) {
        if (query.isEmpty()) {
            throw new IllegalArgumentException("a tool call without a query");
        }
        return "found: " + query;
    }
}
