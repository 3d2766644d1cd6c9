package dev.bursar.server.bench;

import dev.bursar.authority.Authority;
import dev.bursar.authority.AuthoritySettings;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/// An authority in a process of its own, as after a crash: nothing is compiled or cached yet.
final class RestartedAuthority {

    private static final String READY = "ready";

    private RestartedAuthority() {}

    /// Starts a process with this one's Java and options upon a data directory that nobody has open, waits
    /// until a call was answered, and kills it.
    ///
    /// @return milliseconds from the start of the process to that answer
    static double startAndKill(Path data) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.addAll(List.of(RestartedAuthority.class.getName(), data.toString()));
        long start = System.nanoTime();
        Process process =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        try (BufferedReader out =
                new BufferedReader(
                        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            String line = out.readLine();
            double millis = (System.nanoTime() - start) / 1e6;
            if (!READY.equals(line)) {
                throw new IllegalStateException("the authority did not start again: " + line);
            }
            return millis;
        } finally {
            process.destroyForcibly().onExit().join();
        }
    }

    /// @param arguments the data directory
    public static void main(String[] arguments) throws IOException {
        Authority authority =
                Authority.open(
                        Path.of(arguments[0]), AuthoritySettings.DEFAULT, InstantSource.system());
        ScaleLoad.touch(authority);
        System.out.println(READY);
        int ended = System.in.read();
        Runtime.getRuntime().halt(ended);
    }
}
