package dev.bursar.ledger;

import static dev.bursar.ledger.TestLedger.ACME;
import static dev.bursar.ledger.TestLedger.blocks;
import static dev.bursar.ledger.TestLedger.budget;
import static dev.bursar.ledger.TestLedger.every;
import static dev.bursar.ledger.TestLedger.granted;
import static dev.bursar.ledger.TestLedger.on;
import static dev.bursar.ledger.TestLedger.reason;
import static dev.bursar.ledger.TestLedger.scoped;
import static dev.bursar.ledger.TestLedger.subject;
import static dev.bursar.ledger.Unit.CALLS;
import static dev.bursar.ledger.Unit.TOKENS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bursar.ledger.Command.Overage;
import dev.bursar.ledger.ScopePath.Segment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScopeTest {

    private final TestLedger ledger = new TestLedger();

    @AfterEach
    void replayIsEqual() {
        ledger.assertReplayIsEqual();
    }

    private static Budget at(String name, String path, Unit unit, long limit) {
        return on(budget(name, unit, limit), Terms.of(ScopePath.parse(path)));
    }

    /// A path covers a subject exactly when it is one of the subject's derived prefixes.
    @ParameterizedTest
    @CsvSource({
        "tenant:acme, '', true",
        "tenant:acme, agent=bot;user=u, true",
        "tenant:acme/agent:bot, agent=bot, true",
        "tenant:acme/agent:bot, agent=BOT, true",
        "tenant:acme/agent:bot, agent=bot;toolset=web, true",
        "tenant:acme/agent:bot, agent=other, false",
        "tenant:acme/agent:bot, '', false",
        // A gap that the subject fills is another path.
        "tenant:acme/agent:bot, app=chat;agent=bot, false",
        "tenant:acme/app:chat/agent:bot, app=chat;agent=bot, true",
        "tenant:acme/app:chat, workspace=prod;app=chat, false",
        "tenant:acme/workspace:prod/toolset:web, workspace=prod;toolset=web, true",
        "tenant:acme/workspace:prod/toolset:web, workspace=prod;workflow=w;toolset=web, false",
    })
    void budget_appliesToThePrefixesOfASubject(String path, String dimensions, boolean applies) {
        ledger.define(at("scoped", path, TOKENS, 0));
        String[] pairs = dimensions.isEmpty() ? new String[0] : dimensions.split("[=;]", -1);
        Subject subject = subject(pairs);

        assertThat(ledger.reserve(subject, TOKENS, 1) instanceof Outcome.Refused)
                .isEqualTo(applies);
        assertThat(ScopePath.of(ACME, subject).contains(ScopePath.parse(path))).isEqualTo(applies);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "agent:bot",
                "tenant:acme/",
                "tenant:acme/agent:bot/app:chat",
                "tenant:acme/agent:a/agent:b",
                "tenant:acme/user:u",
                "tenant:acme/agent:a b",
                "tenant:acme/agent",
                "tenant:acme/agent:",
            })
    void parse_malformed_saysWhatIsWrong(String path) {
        assertThatThrownBy(() -> ScopePath.parse(path))
                .isInstanceOf(IllegalArgumentException.class)
                .message()
                .isNotEmpty();
    }

    @Test
    void segment_ofEachCharacterAndLength_takesWhatThePatternSays() {
        Segment tenant = new Segment("tenant", "acme");
        Pattern allowed = Pattern.compile("[a-z0-9_.-]{1,128}");
        List<String> values = new ArrayList<>(List.of("", "a".repeat(128), "a".repeat(129)));
        for (char c = 0; c < 0x250; c++) {
            values.addAll(List.of("" + c, "a" + c, c + "9"));
        }
        for (String value : values) {
            String lower = value.toLowerCase(Locale.ROOT);
            if (allowed.matcher(lower).matches()) {
                assertThat(new ScopePath(List.of(tenant, new Segment("agent", value))))
                        .hasToString("tenant:acme/agent:" + lower);
            } else {
                assertThatThrownBy(() -> new Segment("agent", value))
                        .as(value)
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("the agent of a scope");
            }
        }
    }

    @Test
    void budget_scopeOfAnotherTenant_isRefused() {
        assertThatThrownBy(() -> at("x", "tenant:globex", TOKENS, 1))
                .hasMessageContaining("not one of the tenant acme");
    }

    @ParameterizedTest
    @CsvSource({
        "TOKENS, agent, GRANTED",
        "CALLS, agent, UNIT_MISMATCH",
        "TOKENS, app, BUDGET_NOT_FOUND",
        "CALLS, app, BUDGET_NOT_FOUND",
    })
    void scopedReserveAndCharge_wantABudgetInEveryUnit(String unit, String level, String answer) {
        ledger.define(at("bot", "tenant:acme/agent:bot", TOKENS, 100));
        Subject subject = subject(level, "bot");
        Amounts asked = Amounts.of(new Unit(unit), 1);

        Outcome reserved = ledger.submit(scoped(ledger.reserveCommand(subject, asked)));
        Outcome charged =
                ledger.submit(
                        new Command.Charge(
                                new CommandKey("e", 0),
                                ACME,
                                subject,
                                asked,
                                Overage.ALLOW_IF_AVAILABLE,
                                true,
                                Attribution.NONE));

        if (answer.equals("GRANTED")) {
            assertThat(reserved).isInstanceOf(Outcome.Granted.class);
            assertThat(charged).isInstanceOf(Outcome.Charged.class);
        } else {
            assertThat(reason(reserved)).isEqualTo(Reason.valueOf(answer));
            assertThat(reason(charged)).isEqualTo(Reason.valueOf(answer));
        }
    }

    @Test
    void scopedReserve_perCallBudget_counts() {
        ledger.define(
                on(
                        every(budget("call", TOKENS, 10), new Window.PerCall()),
                        Terms.of(ScopePath.parse("tenant:acme"))));

        Command.Reserve reserve = ledger.reserveCommand(subject(), Amounts.of(TOKENS, 10));
        assertThat(granted(ledger.submit(scoped(reserve))).standings()).isEmpty();
    }

    @Test
    void standings_ofEveryCommand_areWhereTheAccountsStandAfterIt_theWidestFirst() {
        ledger.define(at("z-all", "tenant:acme", TOKENS, 100));
        ledger.define(at("a-bot", "tenant:acme/agent:bot", TOKENS, 50));
        ledger.define(budget("no-path", TOKENS, 1_000));
        Subject bot = subject("agent", "bot");
        Command.Reserve reserve = scoped(ledger.reserveCommand(bot, Amounts.of(TOKENS, 30)));

        // That they are equal to the state after the command is checked after every step.
        Outcome.Granted granted = granted(ledger.submit(reserve));
        assertStandings(granted.standings(), 70, 20);
        Outcome extended = ledger.extend(granted.hold(), java.time.Duration.ofMinutes(1), 1);
        assertStandings(TestLedger.standings(extended), 70, 20);
        assertThat(reason(ledger.commit(granted.hold(), CALLS, 1))).isEqualTo(Reason.UNIT_MISMATCH);
        assertThat(
                        reason(
                                ledger.submit(
                                        ledger.commitCommand(
                                                granted.hold(),
                                                Amounts.of(TOKENS, 1).with(CALLS, 1)))))
                .isEqualTo(Reason.UNIT_MISMATCH);
        Outcome committed = ledger.commit(granted.hold(), TOKENS, 40);
        assertStandings(TestLedger.standings(committed), 60, 10);
        Outcome.Granted other =
                granted(ledger.submit(scoped(ledger.reserveCommand(bot, Amounts.of(TOKENS, 10)))));
        assertStandings(TestLedger.standings(ledger.release(other.hold())), 60, 10);
    }

    private static void assertStandings(List<Standing> standings, long... left) {
        assertThat(standings)
                .extracting(Standing::remaining)
                .containsExactlyElementsOf(Arrays.stream(left).boxed().toList());
    }

    @Test
    void blocks_sayWhichPath() {
        ledger.define(at("bot", "tenant:acme/agent:bot", TOKENS, 0));

        assertThat(blocks(ledger.reserve(subject("agent", "bot"), TOKENS, 1)))
                .extracting(block -> String.valueOf(block.scope()))
                .containsExactly("tenant:acme/agent:bot");
    }
}
