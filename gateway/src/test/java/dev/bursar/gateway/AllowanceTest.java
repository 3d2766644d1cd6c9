package dev.bursar.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.authority.Authority;
import dev.bursar.authority.AuthoritySettings;
import dev.bursar.authority.JournalReader.Positioned;
import dev.bursar.ledger.Amounts;
import dev.bursar.ledger.Balance;
import dev.bursar.ledger.Budget;
import dev.bursar.ledger.BudgetId;
import dev.bursar.ledger.Command;
import dev.bursar.ledger.Entry;
import dev.bursar.ledger.HoldId;
import dev.bursar.ledger.Subject;
import dev.bursar.ledger.TenantId;
import dev.bursar.ledger.Unit;
import dev.bursar.ledger.Window;
import dev.bursar.pricing.Price;
import dev.bursar.pricing.TokenEstimator;
import java.net.URI;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The end of a call may come before, after and while a piece is asked for. Whatever the order, every piece ends
/// once.
@Timeout(60)
class AllowanceTest {

    private static final TenantId ACME = new TenantId("acme");
    private static final BudgetId TOKENS = new BudgetId("acme/tokens");
    private static final long PIECE = Allowance.LEAST_PIECE;

    private static final ProviderSettings OPENAI =
            ProviderSettings.of("openai", Dialect.OPENAI, URI.create("http://localhost/v1"), null);

    private static final Routes.Route ROUTE =
            new Routes.Route(OPENAI, "gpt-4o", Price.free("openai", "gpt-4o"), true, Instant.EPOCH);

    @TempDir private Path data;

    /// What happens the next time that the authority decides something, before it does.
    private final AtomicReference<Runnable> whenAsked = new AtomicReference<>(() -> {});

    private final AnswerReader reader = AnswerReader.of(Operation.CHAT);

    private Authority authority;
    private Allowance allowance;

    @BeforeEach
    void open() {
        authority =
                Authority.open(
                        data,
                        AuthoritySettings.DEFAULT,
                        () -> {
                            whenAsked.getAndSet(() -> {}).run();
                            return Instant.parse("2026-03-10T12:00:00Z");
                        });
        limit(20 * PIECE);
        allowance = allowance(100);
    }

    private Allowance allowance(long outputTokens) {
        return new Allowance(
                authority,
                new Settler(authority),
                new Estimator(
                        new TokenEstimator(),
                        GatewaySettings.of(new TreeMap<>(Map.of("openai", OPENAI))),
                        new Margins()),
                new Allowance.Whose(
                        new HoldId("call_1"), ACME, Subject.of(Map.of("tenant", "acme")), 1),
                ROUTE,
                new Estimate(10, outputTokens, true, Amounts.of(Unit.TOKENS, 10 + outputTokens)),
                reader);
    }

    @AfterEach
    void close() {
        authority.close();
    }

    private void limit(long tokens) {
        authority.submit(
                new Command.DefineBudget(
                        new Budget(
                                TOKENS,
                                ACME,
                                "tokens",
                                new TreeMap<>(),
                                List.of(),
                                Unit.TOKENS,
                                tokens,
                                new Window.Life(),
                                Budget.Mode.HARD,
                                List.of())));
    }

    private Balance balance() {
        return authority.balances(TOKENS, 10).getFirst();
    }

    private <T extends Entry> List<T> entries(Class<T> kind) {
        return authority.journal().read(0, 1_000).stream()
                .map(Positioned::entry)
                .filter(kind::isInstance)
                .map(kind::cast)
                .toList();
    }

    @Test
    void pieces_areReturnedOnceWithTheCall() {
        assertThat(allowance.more()).isTrue();
        assertThat(allowance.more()).isTrue();
        assertThat(allowance.most()).isEqualTo(100 + 2 * PIECE);
        assertThat(balance().held()).isEqualTo(2 * PIECE);
        allowance.close();
        allowance.charge();
        allowance.close();
        assertThat(balance().held()).isZero();
        assertThat(balance().spent()).isZero();
        assertThat(entries(Entry.Released.class)).hasSize(2);
    }

    @Test
    void pieces_areSpentOnceWithTheCall() {
        assertThat(allowance.more()).isTrue();
        allowance.charge();
        allowance.close();
        assertThat(balance().held()).isZero();
        assertThat(balance().spent()).isEqualTo(PIECE);
        assertThat(entries(Entry.Committed.class)).hasSize(1);
    }

    /// A long run of one sign is a few tokens, and each place where it is cut adds some.
    @Test
    void isUsedUp_outputThatKeepsItsBound_isNeverSaid() {
        String delta = "-".repeat(37);
        int deltas = 800;
        long tokens = new TokenEstimator().count(ROUTE.model(), delta.repeat(deltas));
        Allowance exact = allowance(tokens);
        for (int i = 0; i < deltas; i++) {
            reader.text.append(delta);
            assertThat(exact.isUsedUp()).as("after %d characters", reader.text.chars()).isFalse();
        }
    }

    @Test
    void isUsedUp_outputThatPassesItsBound_isSaidSoonAfterTheSlack() {
        int words = 0;
        while (!allowance.isUsedUp()) {
            reader.text.append(" reserved");
            words++;
        }
        assertThat(words).isBetween(110, 110 + (int) PIECE / 8);
    }

    @Test
    void more_withoutRoom_holdsNothingAndAllowsNothing() {
        limit(PIECE);
        assertThat(allowance.more()).isTrue();
        assertThat(allowance.more()).isFalse();
        assertThat(allowance.most()).isEqualTo(100 + PIECE);
        allowance.close();
        assertThat(balance().held()).isZero();
    }

    @Test
    void more_whileTheCallIsClosed_isReturned() {
        comesLate(allowance::close);
    }

    /// What a late piece was for was not produced: the stream had waited for it.
    @Test
    void more_whileTheCallIsCharged_isReturned() {
        comesLate(allowance::charge);
    }

    @Test
    void more_afterTheCallHasEnded_isReturned() {
        allowance.close();
        assertThat(allowance.more()).isFalse();
        assertThat(allowance.most()).isEqualTo(100);
        assertThat(balance().held()).isZero();
        assertThat(entries(Entry.Released.class)).hasSize(1);
    }

    /// A client hangs up while a piece is asked for: the call has ended before the authority decides.
    private void comesLate(Runnable end) {
        whenAsked.set(end);
        assertThat(allowance.more()).isFalse();
        assertThat(allowance.most()).isEqualTo(100);
        assertThat(balance().held()).isZero();
        assertThat(balance().spent()).isZero();
        assertThat(entries(Entry.Reserved.class)).hasSize(1);
        assertThat(entries(Entry.Released.class)).hasSize(1);
    }
}
