package dev.bursar.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.authority.Backup;
import dev.bursar.ledger.LedgerLimits;
import dev.bursar.server.Server;
import dev.bursar.server.config.Config;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

final class MakeBackupTest {

    private static final String TOKEN = "local-token-of-the-test";

    @TempDir Path folder;

    private Path data;
    private Path file;

    private record Ran(int code, String out, String err) {}

    @BeforeEach
    void name() {
        data = folder.resolve("data");
        file = folder.resolve("bursar.zip");
    }

    @Test
    void backup_ofARunningServer_canBeRestored() throws IOException {
        Backup.Contents contents;
        List<String> keys;
        try (Server server = start(data)) {
            new RunFile(ProcessHandle.current().pid(), server.url(), TOKEN).write(data);
            Ran ran = run("backup", file.toString(), "--data", data.toString(), "--json");
            assertThat(ran.code()).as(ran.err()).isZero();
            JsonNode answer = new JsonMapper().readTree(ran.out());
            contents = Backup.contents(file);
            assertThat(answer.path("position").asLong())
                    .isEqualTo(contents.position())
                    .isEqualTo(server.authority().journal().lastPosition() - 1) // and its note
                    .isPositive();
            assertThat(answer.path("chain").asString()).isEqualTo(contents.chain());
            keys = keys(server);
            RunFile.delete(data);
            assertThat(data).isDirectoryNotContaining("glob:**unfinished-backup-*");
        }
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(folder).isDirectoryNotContaining("glob:**.part");

        Path restored = folder.resolve("new");
        Backup.restore(file, restored, LedgerLimits.DEFAULT);
        try (Server server = start(restored)) {
            assertThat(keys(server)).isEqualTo(keys).isNotEmpty();
            assertThat(server.authority().budgets()).hasSize(1);
        }
    }

    private static List<String> keys(Server server) {
        return server.directory().keys(null).stream().map(key -> key.name()).toList();
    }

    @Test
    void backup_ofAStoppedServer_isMadeFromItsDirectory() throws IOException {
        start(data).close();
        Ran ran = run("backup", file.toString(), "--data", data.toString());
        assertThat(ran.code()).as(ran.err()).isZero();
        assertThat(ran.out()).contains("position " + Backup.contents(file).position());
        assertThat(ran.out()).contains("chain " + Backup.contents(file).chain());
    }

    @Test
    void backup_withAReason_isInTheAuditLogOfAServerOrNotMade() throws IOException {
        String[] backup = {
            "backup", file.toString(), "--data", data.toString(), "--reason", "before the move"
        };
        try (Server server = start(data)) {
            new RunFile(ProcessHandle.current().pid(), server.url(), TOKEN).write(data);
            assertThat(run(backup).code()).isZero();
            Ran log = run("audit", "--data", data.toString(), "--action", "backup", "--limit", "1");
            assertThat(log.out()).contains("before the move");
            RunFile.delete(data);
        }
        Files.delete(file);

        Ran ran = run(backup);

        assertThat(ran.code()).isEqualTo(1);
        assertThat(ran.err()).contains("--reason is for the audit log of a server, and none runs");
        assertThat(file).doesNotExist();
    }

    @Test
    void backup_ontoAFile_needsForce() throws IOException {
        start(data).close();
        Files.writeString(file, "something else");

        Ran refused = run("backup", file.toString(), "--data", data.toString());
        assertThat(refused.code()).isEqualTo(1);
        assertThat(refused.err()).contains("exists already; --force");
        assertThat(file).hasContent("something else");

        Ran forced = run("backup", file.toString(), "--data", data.toString(), "--force");
        assertThat(forced.code()).as(forced.err()).isZero();
        assertThat(Backup.contents(file).position()).isPositive();
    }

    @Test
    void backup_withoutAJournal_saysSo() {
        Ran ran = run("backup", file.toString(), "--data", data.toString());
        assertThat(ran.code()).isEqualTo(1);
        assertThat(ran.err()).contains("there is no journal in " + data);
        assertThat(data).doesNotExist();
    }

    @Test
    void api_backupWithoutAToken_isRefused() throws IOException, InterruptedException {
        try (Server server = start(data);
                HttpClient http = HttpClient.newHttpClient()) {
            HttpResponse<String> answer =
                    http.send(
                            HttpRequest.newBuilder(URI.create(server.url() + "/api/backup"))
                                    .POST(BodyPublishers.noBody())
                                    .build(),
                            BodyHandlers.ofString());
            assertThat(answer.statusCode()).isEqualTo(401);
        }
    }

    @Test
    void serve_restoringIntoADirectoryInUse_startsNothing() throws IOException {
        start(data).close();
        run("backup", file.toString(), "--data", data.toString());
        Ran ran =
                run(
                        "serve",
                        "-c",
                        config(data),
                        "--restore",
                        file.toString(),
                        "--data",
                        data.toString());
        assertThat(ran.code()).isEqualTo(1);
        assertThat(ran.err()).contains("is not empty: a backup is restored into a new directory");
    }

    private Server start(Path at) throws IOException {
        Path config = Path.of(config(at));
        return Server.start(
                Config.read(config, Map.of()),
                new Server.Options(config, Map.of(), read -> read, false, TOKEN));
    }

    private String config(Path at) throws IOException {
        Path config = folder.resolve("bursar.yaml");
        Files.writeString(
                config,
                """
                server: { port: 0 }
                data: "%s"
                tenants:
                  acme:
                    keys: [{ name: ci, secret: declared-secret }]
                    budgets: [{ name: month, limit: 10 USD, every: month }]
                """
                        .formatted(at));
        return config.toString();
    }

    private static Ran run(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = CommandLines.run(new PrintWriter(out), new PrintWriter(err), arguments);
        return new Ran(code, out.toString(), err.toString());
    }
}
