package dev.bursar.gateway.cache;

import java.time.Instant;

/// A question that a call is putting to a provider, maybe for others who wait. Ends once: with its answer,
/// without one that can be kept, or closed before either. Then the next who waits puts it, or all of them do
/// for themselves when it has failed.
public interface Pending extends AutoCloseable {

    /// The call is admitted, and goes to a provider: it is a miss. Once, however many models are
    /// asked.
    void begun();

    /// Keeps the answer as the rule says, and gives it to those who wait.
    ///
    /// @param toolCalls whether the answer calls tools
    void answered(Answer answer, Answer.Paid paid, boolean toolCalls, Instant now);

    /// There is an answer, but it is nobody else's.
    void unfit();

    /// The client has an answer, but to another question than the one that was put: it was changed, or another
    /// model was asked. The question stays open.
    void answeredOtherwise();

    /// A provider was asked, and nothing that others may have came of it, unless there is an answer yet: the
    /// next who asks would have no better luck.
    void failed();

    /// After a failure another model is asked, or with another key; or a budget has made another question of this
    /// one. That answer is nobody else's, so those who wait ask for themselves from now on. The question stays
    /// open until it ends: there may yet be an answer to another one, as [#answeredOtherwise] says.
    void goesElsewhere();

    @Override
    void close();
}
