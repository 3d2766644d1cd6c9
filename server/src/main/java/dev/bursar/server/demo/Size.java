package dev.bursar.server.demo;

/// How much there is room for, in characters.
record Size(int columns, int rows) {

    /// Of a terminal that does not say.
    static final Size USUAL = new Size(80, 24);

    /// Where lines may be of any length, such as in a file; one screen is still one screen.
    static final Size LINES = new Size(Integer.MAX_VALUE, USUAL.rows());
}
