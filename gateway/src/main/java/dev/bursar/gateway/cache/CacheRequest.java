package dev.bursar.gateway.cache;

import java.util.Map;

/// A call, as far as its answer may be kept.
///
/// @param call its id
/// @param tenant whose call it is: others never see its answer
/// @param wire how it is written
/// @param operation the wire format's name, with the version of what may change the answer beside the
///     body: query, headers of the dialect
/// @param provider that would answer
/// @param model as the provider calls it
/// @param form how the answer is asked for
/// @param body as received; not changed
/// @param subject its dimensions
/// @param use what the client wants of the cache
@SuppressWarnings("ArrayRecordComponent") // never compared; copies of large bodies would cost
public record CacheRequest(
        String call,
        String tenant,
        Wire wire,
        String operation,
        String provider,
        String model,
        Form form,
        byte[] body,
        Map<String, String> subject,
        Use use) {

    /// Longer requests are not kept: they hardly come twice.
    public static final int MAX_BODY_BYTES = 1024 * 1024;

    /// What a client may say of the cache.
    public enum Use {
        /// As the rules say.
        NORMAL,
        /// A fresh answer, which is kept for others.
        REFRESH,
        /// A fresh answer, of which nothing is kept.
        BYPASS
    }
}
