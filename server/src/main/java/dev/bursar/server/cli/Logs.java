package dev.bursar.server.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.logging.ConsoleHandler;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/// Logs on the error stream: `key=value`, one line per event. Libraries only speak up when something is
/// wrong.
final class Logs {

    /// Kept here, as loggers that nobody holds on to forget their level.
    private static final Logger OURS = Logger.getLogger("dev.bursar");

    private Logs() {}

    static void install() {
        Logger root = Logger.getLogger("");
        for (Handler handler : root.getHandlers()) {
            root.removeHandler(handler);
        }
        Handler console = new ConsoleHandler();
        console.setFormatter(new OneLine());
        console.setLevel(Level.ALL);
        root.addHandler(console);
        root.setLevel(Level.WARNING);
        OURS.setLevel(Level.INFO);
    }

    /// Leaves the terminal to a command that draws on it.
    static void onlyWarnings() {
        OURS.setLevel(Level.WARNING);
    }

    /// `time=… level=… logger=… message`, with a stack trace folded into the same line.
    static final class OneLine extends Formatter {

        @Override
        public String format(LogRecord event) {
            StringBuilder line = new StringBuilder(160);
            line.append("time=").append(DateTimeFormatter.ISO_INSTANT.format(event.getInstant()));
            line.append(" level=").append(level(event.getLevel()));
            line.append(" logger=").append(shortName(event.getLoggerName()));
            line.append(' ').append(oneLine(formatMessage(event)));
            if (event.getThrown() != null) {
                StringWriter trace = new StringWriter();
                event.getThrown().printStackTrace(new PrintWriter(trace));
                line.append(" error=\"").append(oneLine(trace.toString().strip())).append('"');
            }
            return line.append('\n').toString();
        }

        private static String level(Level level) {
            String name = level.equals(Level.SEVERE) ? "error" : level.getName();
            return name.equals("WARNING") ? "warn" : name.toLowerCase(Locale.ROOT);
        }

        private static String shortName(String logger) {
            return logger.substring(logger.lastIndexOf('.') + 1);
        }

        private static String oneLine(String text) {
            return text.replace("\r", "").replace("\n", " | ").replace("\t", "");
        }
    }
}
