package dev.bursar.gateway;

import dev.bursar.gateway.CallRequest.Hidden;
import dev.bursar.gateway.CallRequest.Tools;
import dev.bursar.gateway.Routes.Route;
import dev.bursar.pricing.TokenEstimator;
import java.util.Set;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/// Bounds or counts the tokens of a call that has not been made.
///
/// A body's bytes bound its tokens: no tokenizer makes more than one token of a UTF-8 byte, and the
/// JSON around the texts outweighs the hidden tokens around messages. The count is an estimate with a
/// margin, as only the provider has the true tokenizer.
final class Estimator {

    /// Measured on recorded requests of Anthropic: 283 to 832 tokens of hidden prompt for tools.
    private static final long ANTHROPIC_TOOLS_TOKENS = 900;

    /// What a token of an answer is taken for that can only be measured.
    static final int BYTES_PER_TOKEN = 4;

    private static final long MESSAGE_TOKENS = 4;
    private static final long ANSWER_TOKENS = 3;

    /// A batch of text for the tokenizer, to bound the memory of a long prompt.
    private static final int BATCH_CHARS = 16 * 1024;

    /// Counting a longer body would cost more than what it teaches is worth.
    private static final int MOST_TO_LEARN_FROM = 64 * 1024;

    /// Shorter payloads are counted like text, which costs little.
    private static final int PAYLOAD_CHARS = 4_096;

    /// Fields that carry pictures and files, as base64 or as a `data:` URL.
    private static final Set<String> PAYLOADS =
            Set.of("data", "url", "image_url", "file_data", "bytes");

    private final TokenEstimator tokens;
    private final GatewaySettings settings;
    private final Margins margins;

    Estimator(TokenEstimator tokens, GatewaySettings settings, Margins margins) {
        this.tokens = tokens;
        this.settings = settings;
        this.margins = margins;
    }

    Estimate bound(CallRequest request, Route route, byte[] body) {
        long input = body.length + unseen(request, route);
        return Estimate.of(request, route.price(), input, outputTokens(request, route), false);
    }

    Estimate count(CallRequest request, Route route, byte[] body) {
        long input = inputTokens(request, route, body, true);
        return Estimate.of(request, route.price(), input, outputTokens(request, route), true);
    }

    /// The input tokens as well as they can be known without the provider.
    ///
    /// @param ownTools whether tools that the provider runs have a part in the call, as far as can be known
    long inputTokens(CallRequest request, Route route, byte[] body, boolean ownTools) {
        long text = withMargin(route, textTokens(request, route.model(), body));
        long found = ownTools || request.hidden() != Hidden.BY_TOOLS ? hidden(request, route) : 0;
        return Math.min(text, body.length) + unshown(request, route) + found;
    }

    /// The tokens of a text produced by the model of the route.
    long producedTokens(Route route, ProducedText text) {
        return withMargin(route, countedTokens(route, text));
    }

    /// The same without the margin.
    long countedTokens(Route route, ProducedText text) {
        return text.tokens(counter(route));
    }

    /// Nearly the same, for less work while the text grows.
    long tokensSoFar(Route route, ProducedText text) {
        return text.tokensSoFar(counter(route));
    }

    private ToLongFunction<String> counter(Route route) {
        return text -> tokens.count(route.model(), text);
    }

    private long outputTokens(CallRequest request, Route route) {
        return request.operation().producesTokens()
                ? choiceTokens(request, route) * request.choices()
                : 0;
    }

    /// What one choice may take at most: what the client named, or else the default, and never more
    /// than the model can produce.
    long choiceTokens(CallRequest request, Route route) {
        Long named = request.maxOutputTokens();
        long one = named == null ? settings.maxOutputTokens() : named;
        long most = route.price().maxOutputTokens();
        return most > 0 ? Math.min(one, most) : one;
    }

    /// The most tokens that are not in the text of the body.
    private long unseen(CallRequest request, Route route) {
        return unshown(request, route) + hidden(request, route);
    }

    /// Tokens of pictures, and of the prompt that goes with tools.
    private static long unshown(CallRequest request, Route route) {
        long pictures =
                (long) request.images()
                        * ImageTokens.most(route.provider().dialect(), route.model());
        boolean prompted =
                request.tools() != Tools.NONE && mayServeClaude(route.provider().dialect());
        return pictures + (prompted ? ANTHROPIC_TOOLS_TOKENS : 0);
    }

    /// The most tokens of the input that the provider may add.
    private long hidden(CallRequest request, Route route) {
        if (!request.hiddenInput()) {
            return 0;
        }
        long window = route.price().contextWindow();
        long most = settings.maxInputTokens();
        return window > 0 ? Math.min(window, most) : most;
    }

    private static boolean mayServeClaude(Dialect dialect) {
        return switch (dialect) {
            case ANTHROPIC, BEDROCK -> true;
            case OPENAI, GEMINI -> false;
        };
    }

    /// Compares a count of a call with what the provider has billed for its input, now and then. A call
    /// whose input is not all in its body teaches nothing.
    void learn(CallRequest request, Route route, byte[] body, long billed) {
        String provider = route.provider().name();
        if (body.length <= MOST_TO_LEARN_FROM
                && request.operation().producesTokens()
                && unseen(request, route) == 0
                && margins.wantsMore(provider, route.model())) {
            long counted = textTokens(request, route.model(), body);
            margins.learn(provider, route.model(), counted, billed);
        }
    }

    private long withMargin(Route route, long tokens) {
        int percent =
                margins.percent(
                        route.provider().name(),
                        route.model(),
                        usualMargin(route.provider().dialect()));
        return Math.ceilDiv(tokens * percent, 100);
    }

    /// Of a model that little is known of. Observed against providers' own counts: OpenAI within 1 % for
    /// text and up to 15 % with tools, Claude 40 % to 60 % above.
    private static int usualMargin(Dialect dialect) {
        return switch (dialect) {
            case OPENAI -> 115;
            case ANTHROPIC, GEMINI, BEDROCK -> 150;
        };
    }

    /// All text and numbers of the body. Payloads that [#unseen] pays for are left out: one for each
    /// picture, and all of them when there are files.
    private long textTokens(CallRequest request, String model, byte[] body) {
        long count = ANSWER_TOKENS;
        int payloads = request.hiddenInput() ? Integer.MAX_VALUE : request.images();
        StringBuilder batch = new StringBuilder();
        try (JsonParser in = Json.parser(body, 0, body.length)) {
            for (JsonToken token = in.nextToken(); token != null; token = in.nextToken()) {
                if (token == JsonToken.VALUE_STRING) {
                    String text = in.getString();
                    if (payloads > 0 && isPayload(in.currentName(), text)) {
                        payloads--;
                    } else {
                        batch.append(text).append(' ');
                    }
                } else if (token.isNumeric()) {
                    batch.append(in.getString()).append(' ');
                } else if (token == JsonToken.PROPERTY_NAME) {
                    String name = in.currentName();
                    count += name.equals("role") ? MESSAGE_TOKENS : 0;
                    batch.append(name).append(' ');
                }
                if (batch.length() >= BATCH_CHARS) {
                    count += tokens.count(model, batch);
                    batch.setLength(0);
                }
            }
        } catch (JacksonException e) {
            // Broken UTF-8 inside a string, which the first pass does not decode.
            return body.length;
        }
        return count + tokens.count(model, batch);
    }

    private static boolean isPayload(@Nullable String field, String text) {
        if (text.length() < PAYLOAD_CHARS || field == null || !PAYLOADS.contains(field)) {
            return false;
        }
        int comma = text.startsWith("data:") ? text.indexOf(',') : -1;
        return text.chars().skip(comma + 1L).allMatch(Estimator::isBase64);
    }

    private static boolean isBase64(int c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || "+/=-_\r\n".indexOf(c) >= 0;
    }
}
