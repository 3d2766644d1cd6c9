package dev.bursar.gateway;

import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;

/// How an exchange with a provider ended.
sealed interface Ending {

    /// What has come of a good answer that was not read as it came; empty of all others.
    default Buffer unread() {
        return switch (this) {
            case Answered answered when answered.status() < Call.ERROR -> answered.body();
            case ClientGone gone when gone.whole() && gone.status() < Call.ERROR -> gone.body();
            case Answered _, ClientGone _, Relayed _, Stopped _, Failed _ -> Buffer.buffer();
        };
    }

    /// The whole answer is here and nothing of it has been sent on.
    record Answered(int status, MultiMap headers, Buffer body) implements Ending {}

    /// The whole answer was sent on as it came; only its end is left to send.
    record Relayed(int status) implements Ending {}

    /// The gateway stopped a stream that had passed what is held for it and could not get more.
    record Stopped() implements Ending {}

    /// The provider failed.
    ///
    /// @param label for the attribution: `timeout`, `connect_failed`, `broken_off`
    /// @param answering whether a good answer had begun, so that something was produced
    /// @param headSent whether the client has part of it
    record Failed(
            Refusal refusal, String label, String message, boolean answering, boolean headSent)
            implements Ending {}

    /// The client hung up.
    ///
    /// @param sent whether the provider had been asked
    /// @param status of the answer, 0 when it had not begun
    /// @param whole whether the answer was read to its end all the same
    /// @param body what has come of the answer, unless it was read as it came
    record ClientGone(boolean sent, int status, boolean whole, Buffer body) implements Ending {}
}
