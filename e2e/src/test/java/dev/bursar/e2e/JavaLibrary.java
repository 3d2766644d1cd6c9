package dev.bursar.e2e;

import java.util.function.Consumer;

/// A client library in Java.
abstract class JavaLibrary implements ClientLibrary {

    /// The tool that is offered.
    static final String TOOL = "lookup";

    static final String TOOL_PURPOSE = "Looks something up";

    static final String TOOL_ARGUMENT = "query";

    abstract void answer(Task task, Consumer<String> say) throws Exception;

    abstract void stream(Task task, Consumer<String> say) throws Exception;

    abstract void callTool(Task task, Consumer<String> say) throws Exception;

    abstract void goAway(Task task, Consumer<String> say) throws Exception;

    abstract Surface surface(Throwable thrown);

    @Override
    @SuppressWarnings("JdkObsolete") // some clients tell their text on threads of their own
    public final Seen perform(Task task) {
        StringBuffer text = new StringBuffer();
        try {
            switch (task.does()) {
                case ANSWER -> answer(task, text::append);
                case STREAM -> stream(task, text::append);
                case CALL_TOOL -> callTool(task, text::append);
                case GO_AWAY -> goAway(task, text::append);
            }
            return new Seen(text.toString(), null);
        } catch (Exception e) {
            return new Seen(text.toString(), surface(e));
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
