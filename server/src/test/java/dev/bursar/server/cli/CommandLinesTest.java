package dev.bursar.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.server.directory.Directory;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

class CommandLinesTest {

    @TempDir Path directory;

    private record Ran(int code, String out, String err) {}

    private static Ran run(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = CommandLines.run(new PrintWriter(out), new PrintWriter(err), arguments);
        return new Ran(code, out.toString(), err.toString());
    }

    private String config(String text) throws IOException {
        return Files.writeString(directory.resolve("bursar.yaml"), text).toString();
    }

    private String data() {
        return directory.resolve("data").toString();
    }

    @Test
    void version_isPrinted() {
        assertThat(run("--version").out()).startsWith("bursar ");
        assertThat(run("--version").code()).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "nonsense",
                "serve --prot 1",
                "keys",
                "keys create x",
                "demo --for soon"
            })
    void usage_thatIsWrong_isExitCode2(String line) {
        Ran ran = run(line.isEmpty() ? new String[0] : line.split(" ", -1));

        assertThat(ran.code()).isEqualTo(2);
        assertThat(ran.err()).isNotEmpty();
    }

    @Test
    void help_namesEveryCommand() {
        Ran all = run("--help");
        assertThat(all.code()).isZero();
        for (String command :
                List.of("serve", "demo", "budgets", "verify", "reload", "conformance")) {
            assertThat(all.out()).containsPattern("(?m)^  " + command + " ");
            Ran one = run(command, "--help");
            assertThat(one.code()).isZero();
            assertThat(one.out()).startsWith("Usage: bursar " + command);
        }
    }

    @Test
    void command_thatIsNearlyOne_isToldWhichWasMeant() {
        assertThat(run("budget").err()).contains("budgets");
    }

    @Test
    void check_aSoundFile_isExitCode0() throws IOException {
        Ran ran =
                run("check", config("tenants: { acme: { budgets: [{ name: a, limit: 1 USD }] } }"));

        assertThat(ran.code()).isZero();
        assertThat(ran.out()).contains("is sound: 1 tenant, 1 budget, ");
    }

    @Test
    void check_pricesOfTools_areShown() throws IOException {
        Ran ran =
                run("check", config("tools: { crawl: { price: 0.002, per: page, at_most: 50 } }"));

        assertThat(ran.out()).contains("tool=crawl price=0.002 per=page at_most=50 each=0");
    }

    @Test
    void check_aMistake_isExitCode1AndOneLine() throws IOException {
        String file = config("tenants:\n  acme:\n    timezone: Moon\n");

        Ran ran = run("check", file);
        Ran json = run("check", "--json", file);

        assertThat(ran.code()).isEqualTo(1);
        assertThat(ran.err()).startsWith("bursar: " + file + ":3: tenants.acme.timezone: unknown");
        assertThat(ran.err().strip().lines()).hasSize(1);
        assertThat(json.code()).isEqualTo(1);
        assertThat(new JsonMapper().readTree(json.out()).path("problem").asString())
                .contains(":3:");
    }

    @Test
    void serve_aFileWithAMistake_startsNothing() throws IOException {
        Ran ran = run("serve", "-c", config("data: " + data() + "\nsever: {}\n"));

        assertThat(ran.code()).isEqualTo(1);
        assertThat(ran.err()).contains(":2: sever: unknown key");
        assertThat(directory.resolve("data")).doesNotExist();
    }

    @Test
    void serve_onAFileInPlaceOfADirectory_saysSo() throws IOException {
        Path file = Files.writeString(directory.resolve("plain"), "x");

        Ran ran = run("serve", "-c", config("server: { port: 0 }\ndata: " + file + "\n"));

        assertThat(ran.code()).isEqualTo(1);
        assertThat(ran.err()).contains(file.toString());
        assertThat(ran.err().strip().lines()).hasSize(1);
    }

    @Test
    void serve_onAPortInUse_saysSoAndLeavesNoTrace() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int port = taken.getLocalPort();
            String file = config("server: { port: " + port + " }\ndata: " + data() + "\n");

            Ran ran = run("serve", "-c", file);

            assertThat(ran.code()).isEqualTo(1);
            assertThat(ran.err()).startsWith("bursar: cannot listen on 127.0.0.1:" + port);
            assertThat(ran.err().strip().lines()).hasSize(1);
            assertThat(directory.resolve("data")).doesNotExist();
        }
    }

    @Test
    void keys_withoutAServer_changeTheDirectory() throws IOException {
        String file = config("data: " + data() + "\ntenants: { acme: {} }\n");

        Ran made = run("keys", "create", "-c", file, "--tenant", "acme", "worker", "--json");
        Ran listed = run("keys", "list", "-c", file);
        Ran revoked = run("keys", "revoke", "-c", file, "--tenant", "acme", "worker");
        Ran again = run("keys", "revoke", "-c", file, "--tenant", "acme", "worker");

        assertThat(made.code()).as(made.err()).isZero();
        assertThat(new JsonMapper().readTree(made.out()).path("secret").asString())
                .startsWith("bursar_");
        assertThat(listed.out()).contains("acme", "worker", "api");
        assertThat(revoked.code()).isZero();
        assertThat(again.code()).isEqualTo(1);
        assertThat(again.err()).contains("has no key worker");
    }

    @Test
    void keys_withAReason_keepItForTheJournal() throws IOException {
        String file = config("data: " + data() + "\ntenants: { acme: {} }\n");

        Ran made =
                run("keys", "create", "-c", file, "--tenant", "acme", "a", "--reason", "a\tworker");
        assertThat(made.code()).isEqualTo(1);
        assertThat(made.err()).contains("reason: must have at most 512 characters");

        run("keys", "create", "-c", file, "--tenant", "acme", "a", "--reason", "a worker");
        run("keys", "revoke", "-c", file, "--tenant", "acme", "a", "--reason", "has left");
        try (Directory directory = Directory.open(Path.of(data()), null, InstantSource.system())) {
            assertThat(directory.untold())
                    .filteredOn(act -> "command-line".equals(act.by().labels().get("actor")))
                    .extracting(act -> act.by().labels().get("reason"))
                    .containsExactly("a worker", "has left");
        }
    }

    @Test
    void keys_ofAnUnknownTenant_isExitCode1() throws IOException {
        String file = config("data: " + data() + "\ntenants: { acme: {} }\n");

        Ran ran = run("keys", "create", "-c", file, "--tenant", "nobody", "worker");

        assertThat(ran.code()).isEqualTo(1);
        assertThat(ran.err()).contains("no tenant nobody");
    }

    @ParameterizedTest
    @ValueSource(strings = {"budgets", "reload", "rebuild"})
    void commands_thatNeedAServer_sayThatNoneRuns(String command) {
        Ran ran = run(command, "--data", data());

        assertThat(ran.code()).isEqualTo(1);
        assertThat(ran.err()).contains("no server runs on");
    }

    @Test
    void verify_withoutAJournal_isExitCode1() {
        Ran ran = run("verify", "--data", data());

        assertThat(ran.code()).isEqualTo(1);
        assertThat(ran.err()).isNotEmpty();
    }

    @Test
    void benchLedger_withAnOptionItDoesNotKnow_isExitCode2() {
        assertThat(run("bench", "ledger", "--roundz", "1").code()).isEqualTo(2);
    }

    @Test
    void runFile_ofThisProcess_isFoundAndForItsOwnerOnly() throws IOException {
        RunFile file =
                new RunFile(
                        ProcessHandle.current().pid(), "http://127.0.0.1:1", RunFile.newToken());

        file.write(directory);

        assertThat(RunFile.find(directory)).contains(file);
        assertThat(
                        PosixFilePermissions.toString(
                                Files.getPosixFilePermissions(directory.resolve("server.json"))))
                .isEqualTo("rw-------");
        RunFile.delete(directory);
        assertThat(RunFile.find(directory)).isEmpty();
    }

    @Test
    void runFile_ofAProcessThatIsGone_isNotFound() throws IOException {
        new RunFile(Long.MAX_VALUE, "http://127.0.0.1:1", "x").write(directory);

        assertThat(RunFile.find(directory)).isEmpty();
    }
}
