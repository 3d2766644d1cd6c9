package dev.bursar.server.demo;

import java.io.BufferedReader;
import java.io.Console;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/// Where the demo is shown: redrawn in place on a terminal, line by line elsewhere.
final class Terminal {

    private static final String HOME = "\033[H";
    private static final String CLEAR_SCREEN = "\033[2J";
    private static final String CLEAR_LINE = "\033[K";
    private static final String CLEAR_BELOW = "\033[J";

    /// In pictures: every two seconds.
    private static final int ASK_SIZE_EVERY = 4;

    private final PrintStream out;
    private final boolean redraws;
    private Size size = Size.LINES;

    /// Pictures until the size is asked for again.
    private int sizeFor;

    private boolean drawn;

    private Terminal(PrintStream out, boolean redraws) {
        this.out = out;
        this.redraws = redraws;
    }

    /// Redraws when the process has a terminal of its own. Writes UTF-8 in any locale.
    @SuppressWarnings("SystemConsoleNull") // it is null in JDK 25 when the output is redirected
    static Terminal of(PrintStream out) {
        Console console = System.console();
        PrintStream utf8 = new PrintStream(out, true, StandardCharsets.UTF_8);
        return new Terminal(utf8, console != null && console.isTerminal());
    }

    boolean redraws() {
        return redraws;
    }

    /// Time between two pictures or lines.
    Duration pause() {
        return redraws ? Duration.ofMillis(500) : Duration.ofSeconds(2);
    }

    /// How much fits. A window may be made larger or smaller at any time.
    Size size() {
        if (redraws && --sizeFor < 0) {
            sizeFor = ASK_SIZE_EVERY;
            Size now = askSize();
            drawn &= now.equals(size);
            size = now;
        }
        return size;
    }

    /// The JDK does not know; `stty` does.
    private static Size askSize() {
        try {
            Process stty =
                    new ProcessBuilder("stty", "size")
                            .redirectInput(new File("/dev/tty"))
                            .redirectError(ProcessBuilder.Redirect.DISCARD)
                            .start();
            try (BufferedReader answer = stty.inputReader()) {
                String[] words = String.valueOf(answer.readLine()).split(" ", -1);
                Size size = new Size(Integer.parseInt(words[1]), Integer.parseInt(words[0]));
                return size.columns() > 0 && size.rows() > 0 ? size : Size.USUAL;
            }
        } catch (IOException | NumberFormatException | ArrayIndexOutOfBoundsException e) {
            return Size.USUAL;
        }
    }

    void say(String line) {
        out.println(line);
    }

    void draw(List<String> lines) {
        StringBuilder picture = new StringBuilder(drawn ? HOME : CLEAR_SCREEN + HOME);
        lines.forEach(line -> picture.append(line).append(CLEAR_LINE).append('\n'));
        out.print(picture.append(CLEAR_BELOW));
        out.flush();
        drawn = true;
    }

    void end(List<String> lines) {
        if (drawn) {
            out.print(CLEAR_SCREEN + HOME);
        }
        lines.forEach(out::println);
    }

    /// Shows a page in the user's browser, where there is a screen.
    void openBrowser(URI page) {
        boolean mac = System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("mac");
        if (!redraws || (!mac && System.getenv("DISPLAY") == null)) {
            return;
        }
        try {
            new ProcessBuilder(mac ? "open" : "xdg-open", page.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            say("Could not open a browser; the dashboard is at " + page);
        }
    }
}
