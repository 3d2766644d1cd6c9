package dev.bursar.gateway;

/// Knows the keys. Asked once per call, on the event loop and from several threads at a time: it must
/// answer from memory.
@FunctionalInterface
public interface Identities {

    /// @param secret what the client sent; untrusted, of any length
    Identity identify(String secret);
}
