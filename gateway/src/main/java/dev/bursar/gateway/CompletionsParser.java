package dev.bursar.gateway;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;

/// Reads a request of the completions that came before chat. Each of several prompts is answered, and of
/// `best_of` answers all are billed.
final class CompletionsParser extends RequestParser {

    static final String BOUND = "max_tokens";

    /// Prompts of one request.
    static final int MAX_PROMPTS = 2_048;

    private final StreamOptions options = new StreamOptions(this);
    private int prompts = 1;
    private int answers = 1;
    private int bestOf = 1;

    CompletionsParser(Target target, byte[] body, JsonParser in) {
        super(target, body, in);
    }

    @Override
    void field(String name) {
        switch (name) {
            case "model" -> once(name, this::model);
            case "stream" -> once(name, () -> stream = bool(name));
            case BOUND -> once(name, () -> bound(name, 0));
            case "n" -> once(name, () -> answers = (int) count(name, 1, MAX_CHOICES));
            case "best_of" -> once(name, () -> bestOf = (int) count(name, 1, MAX_CHOICES));
            case "temperature", "top_p" -> once(name, () -> number(name));
            case "stream_options" -> once(name, options::read);
            case "prompt" -> once(name, () -> prompts = Texts.count(this, name, MAX_PROMPTS));
            case "suffix" -> once(name, () -> text(name));
            case "stop" -> once(name, () -> stops(name, true));
            default -> in.skipChildren();
        }
    }

    @Override
    void requireComplete() {
        require("prompt");
        boundCouldBe(BOUND, field(rootInside(), BOUND));
        choices = Math.multiplyExact(prompts, Math.max(answers, bestOf));
    }

    @Override
    Splice.@Nullable Edit askForUsage() {
        return options.askForUsage();
    }
}
