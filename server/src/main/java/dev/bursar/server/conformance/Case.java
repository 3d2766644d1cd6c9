package dev.bursar.server.conformance;

/// One thing that a server has to do.
///
/// @param id short and stable
/// @param level how much it has to
/// @param requirement in one line
record Case(String id, Level level, String requirement, Check check) {

    enum Level {
        MUST,
        SHOULD
    }

    /// Finds out whether a server does it.
    interface Check {

        /// @throws Failed when it does not
        /// @throws Skipped when that cannot be told with what the kit was given
        void run(Target target);
    }

    static Case must(String id, String requirement, Check check) {
        return new Case(id, Level.MUST, requirement, check);
    }

    static Case should(String id, String requirement, Check check) {
        return new Case(id, Level.SHOULD, requirement, check);
    }

    /// The server does something else.
    static final class Failed extends RuntimeException {

        private static final long serialVersionUID = 1L;

        Failed(String message) {
            super(message, null, false, false);
        }
    }

    /// It could not be tried.
    static final class Skipped extends RuntimeException {

        private static final long serialVersionUID = 1L;

        Skipped(String message) {
            super(message, null, false, false);
        }
    }
}
