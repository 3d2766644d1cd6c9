package dev.bursar.authority;

import static dev.bursar.authority.Fixtures.TENANT;
import static dev.bursar.authority.Fixtures.USD;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.ledger.AccountKey;
import dev.bursar.ledger.Amounts;
import dev.bursar.ledger.Attribution;
import dev.bursar.ledger.Budget;
import dev.bursar.ledger.BudgetId;
import dev.bursar.ledger.Command;
import dev.bursar.ledger.CommandKey;
import dev.bursar.ledger.Entry;
import dev.bursar.ledger.HoldId;
import dev.bursar.ledger.LedgerLimits;
import dev.bursar.ledger.Outcome;
import dev.bursar.ledger.Subject;
import dev.bursar.ledger.Unit;
import dev.bursar.ledger.Window;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Many callers, random costs, three levels of budgets: no limit is passed at any journal position.
///
/// `-Dbursar.load.seconds=5` for a shorter run.
final class HierarchyTest {

    private static final long SECONDS = Long.getLong("bursar.load.seconds", 30);
    private static final long SEED = Long.getLong("bursar.seed", 20_261_122);
    private static final int CALLERS = 200;
    private static final int TEAMS = 10;
    private static final int CALLS_PER_RUN = 30;

    private static final Map<String, Long> LIMITS =
            Map.of(
                    "acme/company", 20_000 * USD,
                    "acme/team", 3_000 * USD,
                    "acme/run", 5 * USD,
                    "acme/company-slots", 120L,
                    "acme/team-slots", 13L);

    @TempDir Path data;

    private final AtomicLong granted = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();

    @Test
    void callers_inThreeLevels_neverPassALimitAtAnyPosition() {
        try (Authority authority = Authority.open(data, settings(), InstantSource.system())) {
            define(authority, "company", Unit.USD_MICROCENTS);
            define(authority, "team", Unit.USD_MICROCENTS, Subject.TEAM);
            define(authority, "run", Unit.USD_MICROCENTS, Subject.RUN);
            define(authority, "company-slots", Unit.SLOTS);
            define(authority, "team-slots", Unit.SLOTS, Subject.TEAM);
            long end = System.nanoTime() + Duration.ofSeconds(SECONDS).toNanos();
            try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
                for (int i = 0; i < CALLERS; i++) {
                    int caller = i;
                    callers.execute(() -> call(authority, caller, end));
                }
            }
            Replay replay = new Replay();
            replay.all(authority.journal());
            assertThat(replay.reserved).isEqualTo(granted.get());
            assertThat(replay.refused).isEqualTo(refused.get());
        }
        assertThat(granted.get()).isPositive();
        assertThat(refused.get()).isPositive();
        assertThat(JournalVerifier.verify(data, LedgerLimits.DEFAULT).problems()).isEmpty();
    }

    /// Holds end by commit, release, or by running out.
    private void call(Authority authority, int caller, long end) {
        Random random = new Random(SEED + caller);
        for (int call = 0; System.nanoTime() < end; call++) {
            String id = caller + "-" + call;
            long cost = 1 + random.nextLong(USD);
            Map<String, String> subject =
                    Map.of(
                            Subject.TEAM, "t" + caller % TEAMS,
                            Subject.RUN, caller + "." + call / CALLS_PER_RUN);
            Outcome outcome = authority.submit(reserve(id, cost, subject));
            if (!(outcome instanceof Outcome.Granted)) {
                refused.incrementAndGet();
                continue;
            }
            granted.incrementAndGet();
            switch (random.nextInt(20)) {
                case 0 -> {}
                case 1 ->
                        authority.submit(
                                new Command.Release(
                                        new CommandKey(id, 0),
                                        TENANT,
                                        new HoldId(id),
                                        Attribution.NONE));
                default -> authority.submit(Fixtures.commit(id, random.nextLong(cost + 1)));
            }
        }
    }

    private static Command reserve(String id, long cost, Map<String, String> subject) {
        return new Command.Reserve(
                new CommandKey(id, cost),
                new HoldId(id),
                TENANT,
                Subject.of(subject),
                Amounts.of(Map.of(Unit.USD_MICROCENTS, cost, Unit.SLOTS, 1L)),
                Amounts.NONE,
                Duration.ofMillis(200),
                Command.OnExpiry.CHARGE,
                Command.Overage.ALWAYS,
                Attribution.NONE);
    }

    private static void define(Authority authority, String name, Unit unit, String... per) {
        BudgetId id = new BudgetId(TENANT + "/" + name);
        long limit = LIMITS.getOrDefault(id.value(), 0L);
        authority.submit(
                new Command.DefineBudget(
                        new Budget(
                                id,
                                TENANT,
                                name,
                                new TreeMap<>(),
                                List.of(per),
                                unit,
                                limit,
                                new Window.Life(),
                                Budget.Mode.HARD,
                                List.of())));
    }

    private static AuthoritySettings settings() {
        return new AuthoritySettings(
                LedgerLimits.DEFAULT,
                AuthoritySettings.DEFAULT_QUEUE_CAPACITY,
                AuthoritySettings.DEFAULT_BATCH_LIMIT,
                Duration.ofMillis(20),
                AuthoritySettings.DEFAULT_EXPIRE_PORTION,
                50_000,
                AuthorityMeter.NONE);
    }

    /// Adds up the journal without the ledger: what is committed and held in each account.
    private static final class Replay {

        private final Map<AccountKey, Long> used = new HashMap<>();
        private final Map<HoldId, List<Entry.Posting>> open = new HashMap<>();
        private long reserved;
        private long refused;

        void all(JournalReader journal) {
            long position = 0;
            while (position < journal.lastPosition()) {
                for (JournalReader.Positioned next : journal.read(position, 10_000)) {
                    position++;
                    assertThat(next.position()).isEqualTo(position);
                    add(next.entry(), position);
                }
            }
        }

        private void add(Entry entry, long position) {
            switch (entry) {
                case Entry.Reserved hold -> {
                    reserved++;
                    open.put(hold.granted().hold(), hold.postings());
                    hold.postings().forEach(p -> use(p.account(), p.amount(), position));
                }
                case Entry.Committed end -> end(end.hold(), end.actual(), position);
                case Entry.Released end -> end(end.hold(), Amounts.NONE, position);
                case Entry.Expired end ->
                        end(end.hold(), end.charged() ? end.held() : Amounts.NONE, position);
                case Entry.Refused denial -> refused++;
                case Entry.BudgetDefined defined -> {}
                case Entry.Administrative act -> throw new AssertionError("nobody did " + act);
                case Entry.Extended extended -> throw new AssertionError("extended " + extended);
                case Entry.Evaluated asked -> throw new AssertionError("evaluated " + asked);
                case Entry.Charged charged -> throw new AssertionError("charged " + charged);
                case Entry.AccountsDropped dropped -> dropped.accounts().forEach(used::remove);
            }
        }

        private void end(HoldId hold, Amounts actual, long position) {
            List<Entry.Posting> postings = open.remove(hold);
            if (postings == null) {
                throw new AssertionError(hold + " is not open at position " + position);
            }
            for (Entry.Posting posting : postings) {
                long spent = posting.unit().equals(Unit.SLOTS) ? 0 : actual.get(posting.unit());
                use(posting.account(), spent - posting.amount(), position);
            }
        }

        private void use(AccountKey account, long amount, long position) {
            long now = used.merge(account, amount, Long::sum);
            long limit = LIMITS.getOrDefault(account.budget().value(), 0L);
            if (now < 0 || now > limit) {
                throw new AssertionError(
                        account + " has " + now + " of " + limit + " at position " + position);
            }
        }
    }
}
