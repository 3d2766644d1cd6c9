package dev.bursar.e2e;

/// A client library as its own guide uses it, with nothing changed but its base URL, its key and a few
/// headers.
interface ClientLibrary extends AutoCloseable {

    Seen perform(Task task);

    @Override
    default void close() {}
}
