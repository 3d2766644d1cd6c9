package dev.bursar.gateway.cache;

import java.time.Duration;
import java.util.Locale;

/// What a call finds in the cache.
public sealed interface Visit {

    /// Nothing is kept of such calls.
    record Off() implements Visit {}

    /// There is no answer: the call is to be made, and tells what came of it.
    record Miss(Pending pending) implements Visit {}

    /// There is an answer, in the form that was asked for.
    ///
    /// @param body of a stream, its usage included
    /// @param kind why it is the answer
    /// @param paid what it took when it was made
    /// @param age of the answer
    /// @param cosine of the question to the one that was answered; 1 when they are equal
    @SuppressWarnings("ArrayRecordComponent") // never compared; changed by nobody
    record Hit(
            byte[] body,
            Kind kind,
            Answer.Paid paid,
            Duration age,
            double cosine,
            String tenant,
            String call,
            String key)
            implements Visit {}

    /// Why an answer is one to the question.
    enum Kind {
        /// The same was asked before.
        EXACT,
        /// What was asked before means the same.
        SEMANTIC,
        /// The same was being asked at this moment.
        SHARED;

        /// As headers, labels and metrics have it.
        public String written() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
