package dev.bursar.gateway;

/// Finds the events in the bytes of a stream, which may be split anywhere. Not thread-safe.
sealed interface EventScanner permits SseScanner, JsonArrayScanner, FrameScanner {

    /// Usage and deltas are far below; parts that carry images may be above.
    int MAX_EVENT_BYTES = 256 * 1024;

    /// Receives the data of each event, which is there only for the time of the call.
    @FunctionalInterface
    interface Sink {
        void event(byte[] bytes, int from, int length);
    }

    void feed(byte[] bytes);

    /// Whether the stream stands between two events.
    boolean betweenEvents();

    /// Whether nothing more can be read, as bytes came that cannot be.
    default boolean isBroken() {
        return false;
    }

    /// Bytes that came since then.
    default long unreadBytes() {
        return 0;
    }

    /// No more bytes will come.
    void finish();
}
