package dev.bursar.gateway.routing;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// What is known of models that fail: a circuit breaker for each, closed for all that are not in here.
///
/// Successes of healthy models cost one look into a map. Only trouble is remembered, of at most
/// [#MAX_TROUBLED] models; beyond that, what is over is dropped, and then news of others is ignored:
/// those are tried as if they were well. Thread-safe; the caller says what time it is.
public final class Health {

    static final int MAX_TROUBLED = 1_000;

    private sealed interface Trouble {

        /// It fails now and then.
        record Failing(int failures, int successes, Instant since) implements Trouble {}

        /// It is left alone until a moment. Then one call finds out for all (`probing`), and the next
        /// one only after another rest, should that call never tell.
        record Resting(Instant until, Duration rest, boolean probing) implements Trouble {}
    }

    private final Map<String, Trouble> troubled = new ConcurrentHashMap<>();

    /// Whether a call should look for another model. Asking changes nothing.
    public boolean rests(String model, Instant now) {
        return troubled.get(model) instanceof Trouble.Resting resting
                && now.isBefore(resting.until());
    }

    /// Whether a call may go to a model. When its rest is over, one call gets the word to go: it is the
    /// probe, and should go.
    public boolean admits(String model, Instant now) {
        if (!(troubled.get(model) instanceof Trouble.Resting)) {
            return true;
        }
        boolean[] admitted = {true};
        troubled.computeIfPresent(
                model,
                (_, trouble) -> {
                    if (!(trouble instanceof Trouble.Resting resting)) {
                        return trouble;
                    }
                    admitted[0] = !now.isBefore(resting.until());
                    return admitted[0]
                            ? new Trouble.Resting(now.plus(resting.rest()), resting.rest(), true)
                            : resting;
                });
        return admitted[0];
    }

    /// A call was answered: whoever rests is well again.
    public void succeeded(String model) {
        if (troubled.containsKey(model)) {
            troubled.computeIfPresent(
                    model,
                    (_, trouble) ->
                            switch (trouble) {
                                case Trouble.Failing failing ->
                                        new Trouble.Failing(
                                                failing.failures(),
                                                failing.successes() + 1,
                                                failing.since());
                                case Trouble.Resting _ -> null;
                            });
        }
    }

    /// A provider failed a call.
    public void failed(String model, Instant now, HealthSettings settings) {
        if (troubled.size() >= MAX_TROUBLED && !troubled.containsKey(model)) {
            troubled.values().removeIf(trouble -> isOver(trouble, now, settings));
            if (troubled.size() >= MAX_TROUBLED) {
                return;
            }
        }
        troubled.compute(model, (_, trouble) -> afterFailure(trouble, now, settings));
    }

    private static Trouble afterFailure(
            @Nullable Trouble before, Instant now, HealthSettings settings) {
        return switch (before) {
            case null -> counted(1, 0, now, now, settings);
            case Trouble.Failing failing when isOver(failing, now, settings) ->
                    counted(1, 0, now, now, settings);
            case Trouble.Failing(int failures, int successes, Instant since) ->
                    counted(failures + 1, successes, since, now, settings);
            case Trouble.Resting(_, Duration rest, boolean probing) when probing -> {
                Duration longer = min(rest.multipliedBy(2), settings.mostRest());
                yield new Trouble.Resting(now.plus(longer), longer, false);
            }
            // A call that began before the rest, or had nowhere else to go.
            case Trouble.Resting resting -> resting;
        };
    }

    private static Trouble counted(
            int failures, int successes, Instant since, Instant now, HealthSettings settings) {
        return failures >= settings.failures() && failures >= successes
                ? new Trouble.Resting(now.plus(settings.rest()), settings.rest(), false)
                : new Trouble.Failing(failures, successes, since);
    }

    private static boolean isOver(Trouble trouble, Instant now, HealthSettings settings) {
        return switch (trouble) {
            case Trouble.Failing failing -> failing.since().plus(settings.within()).isBefore(now);
            case Trouble.Resting resting -> resting.until().plus(settings.mostRest()).isBefore(now);
        };
    }

    private static Duration min(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }
}
