package dev.bursar.pricing;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The spellings under which a model may be in the price book, best first.
///
/// One model is asked for by many names: `models/gemini-2.5-pro`, `claude-sonnet-4-5@20250929`,
/// `us.anthropic.claude-opus-4-1-20250805-v1:0`, or the ARN of an inference profile. The rules only
/// take things away that say where or since when a model is served, never what it is: no rule turns
/// one model into a cheaper one.
final class ModelNames {

    /// Dates and revisions at the end of a name. In order: `-latest`; `-2024-08-06`; `-20250929` and
    /// Vertex' `@20250929`; `-08-2024`; `-0613` (month and day) and `-2411` (year and month); `-001`;
    /// Bedrock's `-v1:0`, `-v1:0:200k`, `-v1` and `:0`.
    private static final Pattern REVISION =
            Pattern.compile(
                    "(?:[-@](?:latest|default)"
                            + "|-20[0-9]{2}-[01][0-9]-[0-3][0-9]"
                            + "|[-@]20[0-9]{6}"
                            + "|-[01][0-9]-20[0-9]{2}"
                            + "|-(?:0[1-9]|1[0-2])[0-3][0-9]"
                            + "|-2[3-9](?:0[1-9]|1[0-2])"
                            + "|-00[0-9]"
                            + "|-v[0-9]{1,2}:[0-9]{1,2}(?::[0-9]+k)?"
                            + "|-v1"
                            + "|:[0-9]{1,2})$");

    /// Where an inference profile of Bedrock sends a call.
    private static final Pattern REGION =
            Pattern.compile("^(?:global|us-gov|us|eu|apac|au|jp|ca|sa|me|af|il|mx|in|kr)\\.");

    /// Resource paths that end with the model: Gemini API, Vertex AI, Fireworks, Bedrock.
    private static final Pattern PATH =
            Pattern.compile("^(?:models|publishers|projects|accounts|arn:[^/]*)/(?:.*/)?");

    /// A name has a date, a revision and a region at most; more is not a name we know.
    private static final int MAX_REVISIONS = 3;

    private ModelNames() {}

    static String normal(String name) {
        return name.strip().toLowerCase(Locale.ROOT);
    }

    /// @param providerNames the names of the provider asked, which may stand before the model:
    ///     `openai/gpt-4o`
    static List<String> spellings(String model, Collection<String> providerNames) {
        Set<String> spellings = new LinkedHashSet<>();
        String name = withoutPath(normal(model), providerNames);
        spellings.add(normal(model));
        addRevisions(name, spellings);
        addRevisions(REGION.matcher(name).replaceFirst(""), spellings);
        return new ArrayList<>(spellings);
    }

    private static String withoutPath(String name, Collection<String> providerNames) {
        for (String provider : providerNames) {
            if (name.startsWith(provider + "/")) {
                return name.substring(provider.length() + 1);
            }
        }
        return PATH.matcher(name).replaceFirst("");
    }

    private static void addRevisions(String name, Set<String> spellings) {
        spellings.add(name);
        String rest = name;
        for (int i = 0; i < MAX_REVISIONS; i++) {
            Matcher revision = REVISION.matcher(rest);
            if (!revision.find()) {
                return;
            }
            rest = rest.substring(0, revision.start());
            spellings.add(rest);
        }
    }
}
