package dev.bursar.gateway;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/// The most input tokens that one picture may take, by the family of the model. Providers scale pictures
/// down, each in its own way, so there is a most; nothing of it can be seen in the request without
/// decoding the picture.
///
/// From the providers' pages on vision, and from bills that users measured where the pages say less:
///
/// | family | most |
/// |---|---|
/// | `gpt-4o-mini` | 2,833 and 5,667 for each of up to 8 tiles of 512 px (2048 x 768) |
/// | other `gpt-4`, `o1`, `o3`, `o4` | 1,536 patches of 32 px, times 2.46 at most (`gpt-4.1-nano`) |
/// | `gpt-5` and later | 30,000 patches, times 1.2 (`detail: original`) |
/// | Claude | 4,784 visual tokens of 28 px, of the models with high resolution |
/// | Gemini, Grok, Llama, Mistral, Qwen | 16,384 (Qwen-VL; the others stay below 6,500) |
/// | unknown names | as the dearest above, or as the open models where those are served |
final class ImageTokens {

    private static final int GPT_4O_MINI = 2_833 + 8 * 5_667;
    private static final int GPT_4 = 3_779;
    private static final int GPT_5 = 36_000;
    private static final int CLAUDE = 4_784;
    private static final int OPEN = 16_384;

    private record Family(String begins, int tokens) {}

    /// The first that fits holds.
    private static final List<Family> FAMILIES =
            List.of(
                    new Family("gpt-4o-mini", GPT_4O_MINI),
                    new Family("gpt-4", GPT_4),
                    new Family("chatgpt-4", GPT_4),
                    new Family("o1", GPT_4),
                    new Family("o3", GPT_4),
                    new Family("o4", GPT_4),
                    new Family("gpt-", GPT_5),
                    new Family("claude", CLAUDE),
                    new Family("gemini", OPEN),
                    new Family("gemma", OPEN),
                    new Family("grok", OPEN),
                    new Family("llama", OPEN),
                    new Family("mistral", OPEN),
                    new Family("ministral", OPEN),
                    new Family("pixtral", OPEN),
                    new Family("qwen", OPEN));

    private static final Pattern BEFORE_NAME = Pattern.compile("^(?:[a-z-]+\\.)+");

    private ImageTokens() {}

    /// @param model as the provider names it; a path before the last slash is no part of the name, and
    ///     neither are the regions and the maker that Bedrock has before it
    static int most(Dialect dialect, String model) {
        String name = model.substring(model.lastIndexOf('/') + 1).toLowerCase(Locale.ROOT);
        if (dialect == Dialect.BEDROCK) {
            name = BEFORE_NAME.matcher(name).replaceFirst("");
        }
        for (Family family : FAMILIES) {
            if (name.startsWith(family.begins())) {
                return family.tokens();
            }
        }
        return switch (dialect) {
            case OPENAI -> GPT_4O_MINI;
            case ANTHROPIC -> CLAUDE;
            case GEMINI, BEDROCK -> OPEN;
        };
    }
}
