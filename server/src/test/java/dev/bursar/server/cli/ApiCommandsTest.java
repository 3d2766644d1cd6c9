package dev.bursar.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.ledger.Amounts;
import dev.bursar.ledger.Attribution;
import dev.bursar.ledger.Command;
import dev.bursar.ledger.CommandKey;
import dev.bursar.ledger.HoldId;
import dev.bursar.ledger.Outcome;
import dev.bursar.ledger.Subject;
import dev.bursar.ledger.TenantId;
import dev.bursar.ledger.Unit;
import dev.bursar.server.Server;
import dev.bursar.server.config.BudgetWords;
import dev.bursar.server.config.Config;
import dev.bursar.server.directory.Finding;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The commands that ask a running server, with a running server.
class ApiCommandsTest {

    private static final String LOCAL = "local-token";

    private static final TenantId ACME = new TenantId("acme");

    @TempDir static Path directory;

    private static Server server;

    private record Ran(int code, String out, String err) {

        JsonNode json() {
            assertThat(code).as(err).isZero();
            assertThat(out.strip().lines()).hasSize(1);
            return new JsonMapper().readTree(out);
        }
    }

    @BeforeAll
    static void start() throws IOException, InterruptedException {
        Config config =
                Config.parse(
                        "test",
                        """
                        server: { port: 0 }
                        data: "%s"
                        providers: { openai: { base_url: "http://127.0.0.1:9/v1", api_key: up } }
                        tenants:
                          acme:
                            budgets:
                              - { name: month, limit: 10 USD, every: month, at: { 100%%: approve } }
                              - { name: user, per: [user], match: { team: x }, limit: 5 USD }
                        """
                                .formatted(directory),
                        Map.of());
        server =
                Server.start(
                        config, new Server.Options(null, Map.of(), read -> read, false, LOCAL));
        // Reads wait for the read model, but not for as long as it may take to open.
        long position = server.authority().journal().lastPosition();
        assertThat(server.usage().awaitPosition(position, Duration.ofSeconds(30))).isTrue();
        new RunFile(ProcessHandle.current().pid(), server.url(), LOCAL).write(directory);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static Ran run(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.add("--data");
        all.add(directory.toString());
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code =
                CommandLines.run(
                        new PrintWriter(out), new PrintWriter(err), all.toArray(String[]::new));
        return new Ran(code, out.toString(), err.toString());
    }

    private static String done(String... arguments) {
        Ran ran = run(arguments);
        assertThat(ran.code()).as(ran.err() + ran.out()).isZero();
        return ran.out();
    }

    private static Outcome reserve(String id, long amount, String... labels) {
        Map<String, String> said = labels.length == 0 ? Map.of() : Map.of(labels[0], labels[1]);
        return server.authority()
                .submit(
                        new Command.Reserve(
                                new CommandKey(id, 1),
                                new HoldId(id),
                                ACME,
                                Subject.of(Map.of("tenant", "acme", "agent", "bot")),
                                Amounts.of(Unit.USD_MICROCENTS, amount),
                                Amounts.NONE,
                                Duration.ofMinutes(10),
                                Command.OnExpiry.RELEASE,
                                Command.Overage.ALLOW_IF_AVAILABLE,
                                Attribution.of(said, Map.of())));
    }

    @Test
    void reservation_isMadeAndExtended_inPlaceOfAClient() {
        JsonNode made =
                run(
                                "reservations",
                                "create",
                                "--tenant",
                                "acme",
                                "0.25",
                                "USD",
                                "--subject",
                                "agent=bot",
                                "--ttl",
                                "10m",
                                "--json")
                        .json();
        String id = made.path("id").asString();
        assertThat(made.path("reserved").asString()).isEqualTo("0.25");
        assertThat(done("reservations", "extend", "--tenant", "acme", id, "1h", "--reason", "x"))
                .startsWith("lasts until 20");
        assertThat(run("reservations", "extend", "--tenant", "acme", id, "soon").code())
                .isEqualTo(2);
        assertThat(done("reservations", "release", "--tenant", "acme", id)).contains("0.25 USD");
        assertThat(done("audit", "--target", id))
                .contains("reservation.create", "reservation.extend", "reservation.release");
    }

    @Test
    void balances_ofABudget_areListedAndFound() {
        for (String user : List.of("ann", "bob", "cid")) {
            done("budgets", "credit", "acme/user", "1 USD", "--per", "user=" + user);
        }
        assertThat(done("budgets", "balances", "acme/user").lines()).hasSize(3);
        assertThat(done("budgets", "balances", "acme/user", "--limit", "2").lines())
                .hasSize(3)
                .last()
                .asString()
                .startsWith("and more");
        assertThat(done("budgets", "balances", "acme/user", "--per", "user=bob"))
                .isEqualTo("user=bob: spent 0, held 0, left 6, credit 1\n");
    }

    @Test
    void budget_isSetShownFundedFrozenClosedAndRemoved() {
        assertThat(done("budgets", "set", "acme/b", "--limit", "5 USD", "--per", "run"))
                .startsWith("acme/b  5 USD  every life  hard");
        assertThat(done("budgets", "set", "acme/b", "--limit", "6 USD", "--at", "80%=alert"))
                .startsWith("acme/b  6 USD");
        JsonNode budget = run("budgets", "show", "acme/b", "--json").json();
        assertThat(budget.path("per").isEmpty()).isTrue();
        assertThat(budget.at("/at/0/percent").asInt()).isEqualTo(80);

        assertThat(done("budgets", "credit", "acme/b", "1.50", "USD", "--reason", "launch"))
                .contains("credit acme/b: 1.5 USD", "limit 7.5");
        assertThat(done("budgets", "debit", "acme/b", "1 USD")).contains("limit 6.5");
        assertThat(done("budgets", "show", "acme/b")).contains("left 6.5, credit 0.5");
        assertThat(done("budgets", "reset", "acme/b")).contains("spent 0");
        assertThat(done("budgets", "repay", "acme/b", "1", "USD")).contains("repay acme/b: 0 USD");
        assertThat(done("budgets", "freeze", "acme/b")).contains("acme/b is frozen");
        assertThat(done("budgets", "list")).contains("acme/b  6 USD  every life  hard  frozen");
        assertThat(done("budgets", "freeze", "acme/b")).contains("1 were so before");
        assertThat(done("budgets", "unfreeze", "acme/b")).contains("acme/b is active");
        assertThat(done("budgets", "close", "acme/b")).contains("acme/b is closed");
        assertThat(done("budgets", "remove", "acme/b")).contains("removed acme/b");
        assertThat(run("budgets", "show", "acme/b").code()).isEqualTo(1);
        assertThat(done("audit", "--target", "acme/b", "--action", "budget.credit"))
                .contains("command-line", "1.5 USD", "launch");
    }

    @Test
    void list_ofMoreThanAPage_isWhole() {
        for (int i = 0; i < 501; i++) {
            server.authority()
                    .submit(
                            new Command.DefineBudget(
                                    BudgetWords.budget(
                                            ACME,
                                            ZoneOffset.UTC,
                                            "many-" + i,
                                            new JsonMapper().readTree("{\"limit\":\"1 calls\"}"))));
        }
        String[] list = {"budgets", "list", "--balances", "0", "--tenant", "acme", "--json"};

        assertThat(run(list).json().path("items").size()).isGreaterThan(501);
    }

    @Test
    void money_isMovedOnce_underTheSameKey() {
        String[] credit = {
            "budgets", "credit", "acme/user", "1 USD", "--per", "user=ann", "--idempotency-key", "k"
        };
        String first = done(credit);
        assertThat(done(credit)).isEqualTo(first).contains("limit 6", "user=ann");
    }

    @Test
    void approval_isListedGrantedAndDeclined() {
        reserve("much", 1_200_000_000);
        String id = run("approvals", "list", "--json").json().at("/items/0/id").asString();
        assertThat(done("approvals", "list", "--tenant", "acme"))
                .contains(id, "12 USD", "APPROVAL");

        assertThat(done("approvals", "grant", "--tenant", "acme", "--for", "8h", id, "1", "USD"))
                .contains("acme/month may spend 11 USD");
        reserve("more", 1_300_000_000);
        String second = run("approvals", "list", "--json").json().at("/items/0/id").asString();
        assertThat(
                        done(
                                "approvals",
                                "decline",
                                "--tenant",
                                "acme",
                                "--until",
                                "2999-01-01T00:00:00Z",
                                second))
                .contains("declined until 2999-01-01T00:00:00Z");
        assertThat(run("approvals", "list", "--json").json().path("items").isEmpty()).isTrue();
    }

    @Test
    void run_isStoppedAndResumed() {
        assertThat(done("runs", "stop", "--tenant", "acme", "r/1", "--reason", "too dear"))
                .contains("r/1 is stopped");
        assertThat(server.authority().stopped(ACME, "r/1")).isPresent();
        assertThat(done("runs", "stop", "--tenant", "acme", "r/1"))
                .contains("r/1 was stopped before");
        assertThat(done("runs", "resume", "--tenant", "acme", "r/1")).contains("r/1 may go on");
        Ran twice = run("runs", "resume", "--tenant", "acme", "r/1");
        assertThat(twice.code()).isEqualTo(1);
        assertThat(twice.err()).contains("the run is not stopped");
        assertThat(done("runs", "list", "--status", "stopped")).contains("TENANT", "WHY");
    }

    @Test
    void tenantAndToken_areMadeAndEnded() {
        done("tenants", "create", "new", "--timezone", "Europe/Berlin");
        assertThat(done("tenants", "list")).contains("new", "active", "Europe/Berlin", "TIMEZONE");
        String secret =
                done("tokens", "create", "ann", "--role", "operator", "--tenant", "new").strip();
        assertThat(server.directory().tokens().find(secret)).isPresent();
        assertThat(done("tokens", "list"))
                .contains("ann", "operator", "new")
                .doesNotContain(secret);
        assertThat(done("tokens", "revoke", "ann")).contains("revoked ann");
        assertThat(server.directory().tokens().find(secret)).isEmpty();

        assertThat(done("tenants", "suspend", "new", "--reason", "unpaid"))
                .contains("new is suspended");
        assertThat(done("tenants", "activate", "new")).contains("new is active");
        assertThat(done("tenants", "close", "new")).contains("new is closed, released holds: 0");
        assertThat(done("audit", "--action", "tenant.suspend")).contains("unpaid");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "keys create --tenant acme why;key.create",
                "keys revoke --tenant acme why;key.revoke",
                "tokens create why --role viewer;token.create",
                "tokens revoke why;token.revoke",
                "tenants create why;tenant.create",
                "tenants suspend why;tenant.suspend",
                "tenants activate why;tenant.activate",
                "tenants close why;tenant.close",
                "budgets set acme/why --limit 5USD;budget.define",
                "budgets set acme/why --limit 6USD;budget.change",
                "budgets credit acme/why 1USD;budget.credit",
                "budgets freeze acme/why;budget.freeze",
                "budgets remove acme/why;budget.remove",
                "rebuild;usage.rebuild",
            })
    void reason_isInTheAuditLog_whateverTheCommand(String line) {
        String[] parts = line.split(";", -1);
        List<String> words = new ArrayList<>(List.of(parts[0].split(" ", -1)));
        words.addAll(List.of("--reason", "it is asked & told: 100%"));

        done(words.toArray(String[]::new));

        JsonNode last = run("audit", "--action", parts[1], "--json").json().at("/items/0");
        assertThat(last.path("reason").asString()).isEqualTo("it is asked & told: 100%");
    }

    @Test
    void key_isLimited_andItsSecretIsToldOnce() {
        String secret =
                done(
                                "keys",
                                "create",
                                "--tenant",
                                "acme",
                                "limited",
                                "--permission",
                                "balances:read",
                                "--scope",
                                "tenant:acme/agent:bot",
                                "--expires",
                                "2999-01-01T00:00:00Z")
                        .strip();

        assertThat(server.directory().find(secret)).isInstanceOf(Finding.Good.class);
        assertThat(done("keys", "list", "--tenant", "acme"))
                .contains("limited", "tenant:acme/agent:bot", "2999-01-01T00:00:00Z")
                .doesNotContain(secret);
        assertThat(run("keys", "list", "--json").json().at("/items/0/permissions").toString())
                .isEqualTo("[\"balances:read\"]");
        Ran wrong = run("keys", "create", "--tenant", "acme", "x", "--permission", "fly");
        assertThat(wrong.code()).isEqualTo(1);
        assertThat(wrong.err()).contains("permissions: unknown fly");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "2999-01-31;2999-02-01T00:00:00Z",
                "2996-02-29;2996-03-01T00:00:00Z",
                "2999-12-31;3000-01-01T00:00:00Z",
                "2999-01-31T12:00:00+02:00;2999-01-31T10:00:00Z",
            })
    void expires_ofADate_isTheEndOfThatDay(String line) {
        String[] parts = line.split(";", -1);
        String name = "until-" + parts[0].length() + "-" + parts[1].substring(0, 10);

        JsonNode key =
                run("keys", "create", "--tenant", "acme", name, "--expires", parts[0], "--json")
                        .json();
        JsonNode token =
                run("tokens", "create", name, "--role", "viewer", "--expires", parts[0], "--json")
                        .json();

        assertThat(key.path("expires").asString()).isEqualTo(parts[1]);
        assertThat(token.path("expires").asString()).isEqualTo(parts[1]);
    }

    @Test
    void expires_ofADuration_isSoLongFromNow() {
        Instant before = Instant.now().truncatedTo(ChronoUnit.SECONDS);

        JsonNode key =
                run("keys", "create", "--tenant", "acme", "90d", "--expires", "90d", "--json")
                        .json();

        assertThat(Instant.parse(key.path("expires").asString()))
                .isBetween(
                        before.plus(Duration.ofDays(90)), Instant.now().plus(Duration.ofDays(90)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "tomorrow",
                "2027-02-30",
                "2027-1-3",
                "2027-01-31T00:00:00",
                "90",
                "90 d",
                "-1d",
                "",
                "9999-12-31",
                "1969-12-31T00:00:00Z",
                "+1000000000-01-01T00:00:00Z"
            })
    void expires_thatIsNoTime_saysWhatItMayBe(String written) {
        Ran key = run("keys", "create", "--tenant", "acme", "wrong", "--expires=" + written);
        Ran token = run("tokens", "create", "wrong", "--role", "viewer", "--expires=" + written);

        assertThat(List.of(key, token))
                .allSatisfy(ran -> {
                    assertThat(ran.code()).isEqualTo(2);
                    assertThat(ran.err())
                            .startsWith(
                                    "--expires: must be a time like 2027-01-31T00:00:00Z, a date"
                                            + " like 2027-01-31 or a duration like 90d or 12h: "
                                            + written);
                });
    }

    @Test
    void expires_thatHasPassed_isExitCode1() {
        Ran ran = run("keys", "create", "--tenant", "acme", "past", "--expires", "2020-01-31");

        assertThat(ran.code()).isEqualTo(1);
        assertThat(ran.err()).contains("expires: has passed: 2020-02-01T00:00:00Z");
    }

    @Test
    void reservation_isListedShownReleasedAndCommitted() {
        String left = "01890000-0000-7000-8000-000000000001";
        String died = "01890000-0000-7000-8000-000000000002";
        reserve(left, 5_000_000, "dialect", "cycles");
        reserve(died, 5_000_000, "dialect", "cycles");

        assertThat(done("reservations", "list", "--tenant", "acme", "--status", "active"))
                .contains(left, died, "tenant:acme/agent:bot", "0.05 USD");
        assertThat(done("reservations", "show", "--tenant", "acme", left)).contains("active");
        assertThat(done("reservations", "release", "--tenant", "acme", left))
                .contains("released 0.05 USD");
        assertThat(done("reservations", "commit", "--tenant", "acme", died, "0.02", "USD"))
                .contains("charged 0.02 USD of 0.05 USD reserved");
        assertThat(
                        run("reservations", "list", "--tenant", "acme", "--limit", "1", "--json")
                                .json()
                                .path("items")
                                .size())
                .isEqualTo(1);
        Ran again = run("reservations", "release", "--tenant", "acme", left);
        assertThat(again.code()).isEqualTo(1);
        assertThat(again.err()).contains("has ended");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "budgets set acme/x",
                "budgets show nonsense",
                "budgets credit",
                "budgets freeze",
                "budgets freeze acme/a other/b",
                "budgets freeze --scope agent:x",
                "approvals",
                "approvals grant --tenant acme id 5",
                "approvals decline --tenant acme --for soon id",
                "tenants suspend",
                "tokens create x",
                "reservations list",
                "reservations commit --tenant acme id",
                "audit --limit many",
            })
    void usage_thatIsWrong_isExitCode2(String line) {
        Ran ran = run(line.split(" ", -1));

        assertThat(ran.code()).as(ran.out()).isEqualTo(2);
        assertThat(ran.err()).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "budgets set acme/x --limit five;limit",
                "budgets credit acme/month 5 calls;amount",
                "budgets credit acme/none 5 USD;no budget acme/none",
                "tenants create a/b;id",
                "tokens create t --role king;role",
                "tokens revoke nobody;no token nobody",
                "reservations show --tenant acme none;no reservation none",
                "audit --from yesterday;from",
                "audit --limit 0;limit",
            })
    void answer_thatIsNo_isExitCode1_andNamesTheField(String line) {
        String[] parts = line.split(";", -1);
        Ran ran = run(parts[0].split(" ", -1));

        assertThat(ran.code()).as(ran.out()).isEqualTo(1);
        assertThat(ran.err()).startsWith("bursar: ").contains(parts[1]);
        assertThat(ran.err().strip().lines()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "budgets",
                "budgets set",
                "budgets credit",
                "budgets freeze",
                "approvals grant",
                "reservations commit",
                "tenants close",
                "tokens create",
                "keys create",
                "audit"
            })
    void help_isPrinted(String command) {
        List<String> words = new ArrayList<>(List.of(command.split(" ", -1)));
        words.add("--help");
        StringWriter out = new StringWriter();

        int code =
                CommandLines.run(
                        new PrintWriter(out),
                        new PrintWriter(new StringWriter()),
                        words.toArray(String[]::new));

        assertThat(code).isZero();
        assertThat(out.toString()).contains("Usage: bursar " + command);
    }
}
