package dev.bursar.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.authority.Authority;
import dev.bursar.authority.AuthoritySettings;
import dev.bursar.authority.JournalVerifier;
import dev.bursar.ledger.Amounts;
import dev.bursar.ledger.Attribution;
import dev.bursar.ledger.Command;
import dev.bursar.ledger.CommandKey;
import dev.bursar.ledger.LedgerLimits;
import dev.bursar.ledger.Subject;
import dev.bursar.ledger.TenantId;
import dev.bursar.ledger.Unit;
import dev.bursar.server.Server;
import dev.bursar.server.config.Config;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

final class MakeArchiveTest {

    private static final String TOKEN = "local-token-of-the-test";
    private static final int OLD = 50;
    private static final Duration AGE = Duration.ofDays(100);

    @TempDir Path folder;

    private Path data = Path.of("");

    private record Ran(int code, String out, String err) {}

    /// A journal of a hundred days ago.
    @BeforeEach
    void fillTheJournal() {
        data = folder.resolve("data");
        Instant then = InstantSource.system().instant().minus(AGE);
        try (Authority authority =
                Authority.open(data, AuthoritySettings.DEFAULT, InstantSource.fixed(then))) {
            for (int i = 0; i < OLD; i++) {
                authority.submit(
                        new Command.Charge(
                                new CommandKey("charge-" + i, i),
                                new TenantId("acme"),
                                Subject.of(Map.of("run", "r" + i)),
                                Amounts.of(Unit.USD_MICROCENTS, 1),
                                Command.Overage.ALWAYS,
                                false,
                                Attribution.NONE));
            }
        }
    }

    @Test
    void archive_ofARunningServer_movesWhatIsOldAndRead() throws Exception {
        long last;
        try (Server server = start()) {
            new RunFile(ProcessHandle.current().pid(), server.url(), TOKEN).write(data);
            last = server.authority().journal().lastPosition();
            assertThat(last).isGreaterThan(OLD);
            assertThat(server.usage().awaitPosition(last, Duration.ofSeconds(30))).isTrue();

            Ran first =
                    run("archive", "--data", data.toString(), "--json", "--reason", "it is old");
            assertThat(first.code()).as(first.err()).isZero();
            JsonNode answer = new JsonMapper().readTree(first.out());
            assertThat(answer.path("entries").asLong()).isEqualTo(OLD);
            assertThat(answer.path("last").asLong()).isEqualTo(OLD);

            Ran log = run("audit", "--data", data.toString(), "--action", "archive");
            assertThat(log.out()).contains("it is old");

            Ran second = run("archive", "--data", data.toString(), "--older-than", "30d");
            assertThat(second.code()).as(second.err()).isZero();
            assertThat(second.out())
                    .startsWith("nothing was archived: entry " + (OLD + 1) + " is from ");
            RunFile.delete(data);
        }
        assertThat(data.resolve("archive/journal-1-" + OLD + ".db")).isNotEmptyFile();
        assertThat(JournalVerifier.verify(data, LedgerLimits.DEFAULT))
                .returns(List.of(), JournalVerifier.Report::problems)
                .returns(1L, JournalVerifier.Report::from);
        Ran verified = run("verify", "--data", data.toString());
        assertThat(verified.code()).isZero();
        assertThat(verified.out()).contains("sound");
    }

    @Test
    void archive_withAnAgeThatIsNone_saysWhatOneIs() {
        Ran ran = run("archive", "--data", data.toString(), "--older-than", "a while");
        assertThat(ran.code()).isEqualTo(2);
        assertThat(ran.err()).contains("--older-than must be like 30d or 12h: a while");
    }

    @Test
    void verify_withoutTheArchivedFiles_saysWhereItBegan() throws Exception {
        try (Server server = start()) {
            new RunFile(ProcessHandle.current().pid(), server.url(), TOKEN).write(data);
            assertThat(
                            server.usage()
                                    .awaitPosition(
                                            server.authority().journal().lastPosition(),
                                            Duration.ofSeconds(30)))
                    .isTrue();
            assertThat(run("archive", "--data", data.toString()).code()).isZero();
            RunFile.delete(data);
        }
        assertThat(data.resolve("archive").toFile().renameTo(folder.resolve("away").toFile()))
                .isTrue();
        Ran words = run("verify", "--data", data.toString());
        assertThat(words.code()).as(words.out()).isZero();
        assertThat(words.out())
                .contains("begins at entry " + (OLD + 1))
                .contains("entries 1 to " + OLD + " were archived")
                .endsWith("sound" + System.lineSeparator());
        JsonNode answer =
                new JsonMapper().readTree(run("verify", "--data", data.toString(), "--json").out());
        assertThat(answer.path("from").asLong()).isEqualTo(OLD + 1);
        assertThat(answer.path("note").asString()).contains("entries 1 to " + OLD);
    }

    private Server start() {
        Config config =
                Config.parse(
                                "bursar.yaml",
                                """
                                tenants: { acme: { budgets: [ { name: run, per: [run], limit: 1 USD } ] } }
                                """,
                                Map.of())
                        .withData(data)
                        .withPort(0);
        return Server.start(config, new Server.Options(null, Map.of(), same -> same, false, TOKEN));
    }

    private static Ran run(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = CommandLines.run(new PrintWriter(out), new PrintWriter(err), arguments);
        return new Ran(code, out.toString(), err.toString());
    }
}
