package dev.bursar.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.bursar.server.demo.SimulatedProvider;
import dev.bursar.server.demo.Simulation;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Everything that must keep a server from starting: one clear line, and nothing changed.
class StartUpTest {

    private static final String BUDGET = "- { name: run, per: [run], limit: 1 USD }\n";

    @TempDir private Path home;

    @ParameterizedTest(name = "{0} instead of {1}")
    @CsvSource(
            delimiter = '|',
            value = {
                "limt: 1 USD | limit: 1 USD | limt",
                "limit: 1 EUR | limit: 1 USD | EUR",
                "limit: -1 USD | limit: 1 USD | negative",
                "limit: 99999999999999999999 USD | limit: 1 USD | too large",
                "limit: much | limit: 1 USD | 25 USD",
                "Europe/Bärlin | Europe/Berlin | time zone",
                "per: [rum] | per: [run] | rum",
                "prot: | port: | prot",
            })
    void mistakeInTheConfiguration_isNamedWithItsLine(String wrong, String right, String says)
            throws IOException {
        String text = setup().text(home).replace(right, wrong);
        Files.writeString(home.resolve("bursar.yaml"), text);
        int line = text.substring(0, text.indexOf(wrong)).split("\n", -1).length;

        Bursar.Ended ended = Bursar.run(home, "serve", "-c", "bursar.yaml");

        assertRefused(ended, says);
        assertThat(ended.output()).contains("bursar.yaml:" + line);
        assertThat(Setup.data(home)).doesNotExist();
    }

    @Test
    void missingConfiguration_isNamed() {
        assertRefused(Bursar.run(home, "serve", "-c", "nowhere.yaml"), "nowhere.yaml");
    }

    @Test
    void portInUse_isNamed() throws IOException {
        Setup setup = setup();
        setup.write(home);
        try (ServerSocket taken =
                new ServerSocket(setup.port(), 1, InetAddress.getLoopbackAddress())) {
            assertRefused(
                    Bursar.run(home, "serve", "-c", "bursar.yaml"),
                    String.valueOf(taken.getLocalPort()));
        }
    }

    @Test
    void dataDirectoryThatIsAFile_isNamed() throws IOException {
        setup().write(home);
        Files.writeString(Setup.data(home), "not a directory");

        assertRefused(Bursar.run(home, "serve", "-c", "bursar.yaml"), "data");
        assertThat(Setup.data(home)).hasContent("not a directory");
    }

    /// Nobody can make a directory there, root neither.
    @Test
    void dataDirectoryThatCannotBeMade_isNamed() throws IOException {
        assumeTrue(Files.isDirectory(Path.of("/proc/self")), "needs /proc");
        String text = setup().text(home).replace(Setup.data(home).toString(), "/proc/no-data");
        Files.writeString(home.resolve("bursar.yaml"), text);

        assertRefused(Bursar.run(home, "serve", "-c", "bursar.yaml"), "/proc/no-data");
    }

    @Test
    void dataDirectoryThatCannotBeWritten_isNamed() throws IOException {
        assumeFalse(System.getProperty("user.name").equals("root"), "root may write everywhere");
        setup().write(home);
        Files.createDirectory(
                Setup.data(home),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("r-xr-xr-x")));

        assertRefused(Bursar.run(home, "serve", "-c", "bursar.yaml"), "not writable");
    }

    @Test
    void dataDirectoryOfAnotherProcess_isNamedAndThatOneGoesOn() {
        try (Bursar first = Bursar.serve(home, setup())) {
            Setup second = setup();
            second.write(home);

            assertRefused(Bursar.run(home, "serve", "-c", "bursar.yaml"), "in use by process");
            assertThat(first.get("/health/ready")).isNotNull();
        }
    }

    /// Copying a new jar over the old one takes classes away from the process that runs.
    @Test
    void jarReplacedWhileRunning_theServerStillEndsWhenAsked() throws IOException {
        Path jar = Files.copy(Bursar.jar(), home.resolve("bursar.jar"));
        Bursar bursar = Bursar.serve(home, setup(), jar);
        Files.writeString(jar, "another version");

        bursar.close();

        assertThat(Bursar.run(home, "verify", "-c", "bursar.yaml").exitCode()).isZero();
    }

    @Test
    void damagedJournal_isRefusedWithItsPlace_andVerifyNamesIt() throws IOException {
        makeJournal();
        damage(Setup.data(home).resolve("journal.db"), "run-to-be-damaged");

        Bursar.Ended serve = Bursar.run(home, "serve", "-c", "bursar.yaml");
        assertRefused(serve, "position");
        assertThat(serve.output()).contains("./bursar verify --data " + Setup.data(home) + "`");

        Bursar.Ended verify = Bursar.run(home, "verify", "-c", "bursar.yaml");
        assertThat(verify.exitCode()).as(verify.output()).isEqualTo(1);
        assertThat(verify.output())
                .containsOnlyOnce("position ")
                .containsPattern("(?m)^position \\d+: ")
                .contains("to do: ", "backup")
                .doesNotContain("\tat ", "bursar verify");
    }

    /// A journal with some calls in it and no checkpoint, so that a start has to read all of it.
    private void makeJournal() throws IOException {
        Vertx vertx = Vertx.vertx();
        SimulatedProvider provider = SimulatedProvider.start(vertx, 0, Simulation.IMMEDIATE);
        Setup setup = Setup.of(provider.openAiUrl(), provider.anthropicUrl()).withBudgets(BUDGET);
        try (Bursar bursar = Bursar.serve(home, setup)) {
            for (String run : List.of("run-1", "run-to-be-damaged", "run-3")) {
                bursar.post(
                        "/v1/chat/completions",
                        Setup.KEY,
                        "{\"model\":\"gpt-4o-mini\",\"max_tokens\":5,"
                                + "\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}",
                        "X-Bursar-Run",
                        run);
            }
        } finally {
            provider.close();
            vertx.close().await();
        }
        assertThat(Bursar.run(home, "verify", "-c", "bursar.yaml").exitCode()).isZero();
        try (var files = Files.newDirectoryStream(Setup.data(home), "checkpoint-*")) {
            for (Path checkpoint : files) {
                Files.delete(checkpoint);
            }
        }
    }

    /// Flips one bit within the first place where `text` is written.
    private static void damage(Path file, String text) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        int at = new String(bytes, StandardCharsets.ISO_8859_1).indexOf(text);
        assertThat(at).as("%s in %s", text, file).isNotNegative();
        try (RandomAccessFile random = new RandomAccessFile(file.toFile(), "rw")) {
            random.seek(at);
            random.write(bytes[at] ^ 1);
        }
    }

    private static Setup setup() {
        return Setup.of("http://127.0.0.1:9/v1", "http://127.0.0.1:9").withBudgets(BUDGET);
    }

    private static void assertRefused(Bursar.Ended ended, String says) {
        assertThat(ended.exitCode()).as(ended.output()).isNotZero();
        assertThat(ended.output())
                .containsIgnoringCase(says)
                .doesNotContain("\tat ", "Exception", Setup.KEY, Setup.PROVIDER_KEY);
        assertThat(ended.output().lines().filter(line -> line.startsWith("bursar: ")))
                .as(ended.output())
                .singleElement()
                .asString()
                .containsIgnoringCase(says);
    }
}
