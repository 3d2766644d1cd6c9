package dev.bursar.gateway;

import io.vertx.core.MultiMap;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// What the end of an exchange means for the next attempt.
enum Setback {
    /// The provider answered, the client is gone, or part of an answer was produced: nothing is tried again.
    NONE,
    /// The provider does not take the key.
    KEY_REFUSED,
    /// The key has too many calls for a moment that clients can wait for.
    LIMITED_BRIEFLY,
    /// The key has too many calls.
    LIMITED,
    /// The provider fails.
    FAILED;

    /// As long as clients of providers wait by themselves before they try again.
    private static final Duration BRIEF = Duration.ofSeconds(5);

    private static final Duration LONGEST = Duration.ofDays(1);

    private static final int UNAUTHORIZED = 401;
    private static final int FORBIDDEN = 403;
    private static final int TIMEOUT = 408;
    private static final int TOO_MANY = 429;
    private static final int SERVER_ERROR = 500;

    /// @param ownKey whether the client brought the key: what a provider says of it is for the client
    static Setback of(Ending ending, boolean ownKey) {
        return switch (ending) {
            case Ending.Answered answered -> of(answered, ownKey);
            case Ending.Failed failed when !failed.answering() && !failed.headSent() ->
                    failed.label().equals(Exchange.SHUT_DOWN) ? NONE : FAILED;
            case Ending.Failed _, Ending.Relayed _, Ending.Stopped _, Ending.ClientGone _ -> NONE;
        };
    }

    private static Setback of(Ending.Answered answered, boolean ownKey) {
        int status = answered.status();
        if (status >= SERVER_ERROR || status == TIMEOUT) {
            return FAILED;
        }
        if (ownKey) {
            return NONE;
        }
        return switch (status) {
            case UNAUTHORIZED, FORBIDDEN -> KEY_REFUSED;
            case TOO_MANY -> {
                Duration wait = retryAfter(answered.headers());
                yield wait.isPositive() && wait.compareTo(BRIEF) <= 0 ? LIMITED_BRIEFLY : LIMITED;
            }
            default -> NONE;
        };
    }

    /// How long a provider asks to wait, zero when it does not say so in seconds.
    static Duration retryAfter(MultiMap headers) {
        @Nullable String value = headers.get("retry-after");
        if (value == null || !value.matches("[0-9]{1,9}(\\.[0-9]{1,9})?")) {
            return Duration.ZERO;
        }
        Duration wait = Duration.ofMillis((long) Math.ceil(Double.parseDouble(value) * 1_000));
        return wait.compareTo(LONGEST) > 0 ? LONGEST : wait;
    }
}
