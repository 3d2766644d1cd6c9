package dev.bursar.server.cycles;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Map;
import java.util.SortedMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What a request asks for as a hash: two bodies that mean the same have the same, in whatever order
/// their fields stand.
final class Fingerprint {

    private final StringBuilder canonical = new StringBuilder(256);

    private Fingerprint() {}

    /// The first 64 bits of the SHA-256 of a request, read and with its defaults.
    ///
    /// @param on what it is about besides its body: a reservation's id, or nothing
    static long of(String on, Requests.Keyed request) {
        Fingerprint print = new Fingerprint().with(request.getClass().getSimpleName()).with(on);
        switch (request) {
            case Requests.Reserve r ->
                    print.with(r.subject())
                            .with(r.action())
                            .with(r.estimate())
                            .with(r.ttlMillis())
                            .with(r.graceMillis())
                            .with(r.overage().name())
                            .with(Boolean.toString(r.dryRun()))
                            .with(r.metadata());
            case Requests.Decide d ->
                    print.with(d.subject()).with(d.action()).with(d.estimate()).with(d.metadata());
            case Requests.Commit c -> print.with(c.actual()).with(c.metrics()).with(c.metadata());
            case Requests.Release r -> print.with(r.reason());
            case Requests.Extend e -> print.with(e.byMillis()).with(e.metadata());
            case Requests.Event e ->
                    print.with(e.subject())
                            .with(e.action())
                            .with(e.actual())
                            .with(e.overage().name())
                            .with(e.metrics())
                            .with(e.metadata());
        }
        return ByteBuffer.wrap(sha256(print.canonical.toString())).getLong();
    }

    /// An id that follows from texts, as a UUID of version 8 (RFC 9562).
    static String uuid(String... texts) {
        Fingerprint print = new Fingerprint();
        for (String text : texts) {
            print.with(text);
        }
        ByteBuffer hash = ByteBuffer.wrap(sha256(print.canonical.toString()));
        long high = (hash.getLong() & ~0xF000L) | 0x8000L;
        long low = (hash.getLong() >>> 2) | 0x8000000000000000L;
        return new UUID(high, low).toString();
    }

    /// Texts carry their length, so that no two lists of them look the same.
    private Fingerprint with(@Nullable String text) {
        if (text == null) {
            canonical.append('-');
        } else {
            canonical.append(text.length()).append(':').append(text);
        }
        return this;
    }

    private Fingerprint with(long number) {
        canonical.append(number).append(';');
        return this;
    }

    private Fingerprint with(SortedMap<String, String> values) {
        with(values.size());
        for (Map.Entry<String, String> value : values.entrySet()) {
            with(value.getKey()).with(value.getValue());
        }
        return this;
    }

    private Fingerprint with(WireSubject subject) {
        return with(subject.levels()).with(subject.dimensions());
    }

    private Fingerprint with(WireAction action) {
        with(action.kind()).with(action.name()).with(action.tags().size());
        action.tags().forEach(this::with);
        return this;
    }

    private Fingerprint with(WireAmount amount) {
        return with(amount.unit().name()).with(amount.amount());
    }

    private Fingerprint with(WireMetrics metrics) {
        return with(metrics.tokensInput())
                .with(metrics.tokensOutput())
                .with(metrics.latencyMillis())
                .with(metrics.modelVersion())
                .with(metrics.custom());
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256")
                    .digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
