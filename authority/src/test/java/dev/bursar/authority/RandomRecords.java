package dev.bursar.authority;

import dev.bursar.ledger.AccountKey;
import dev.bursar.ledger.Amounts;
import dev.bursar.ledger.Approval;
import dev.bursar.ledger.Attribution;
import dev.bursar.ledger.Block;
import dev.bursar.ledger.Budget;
import dev.bursar.ledger.BudgetId;
import dev.bursar.ledger.Command;
import dev.bursar.ledger.CommandKey;
import dev.bursar.ledger.Entry;
import dev.bursar.ledger.Funding;
import dev.bursar.ledger.HoldId;
import dev.bursar.ledger.Notice;
import dev.bursar.ledger.Outcome;
import dev.bursar.ledger.Reason;
import dev.bursar.ledger.ScopePath;
import dev.bursar.ledger.Standing;
import dev.bursar.ledger.StateRecord;
import dev.bursar.ledger.StoppedRun;
import dev.bursar.ledger.Subject;
import dev.bursar.ledger.TenantId;
import dev.bursar.ledger.Terms;
import dev.bursar.ledger.Unit;
import dev.bursar.ledger.Window;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Entries and states with every kind of content, without regard to sense: only their form counts.
final class RandomRecords {

    private static final List<String> ZONES = List.of("UTC", "Europe/Berlin", "+05:30", "Z");

    private final Random random;

    RandomRecords(long seed) {
        this.random = new Random(seed);
    }

    Entry entry() {
        return switch (random.nextInt(18)) {
            case 0 -> new Entry.BudgetDefined(instant(), budget(), attribution());
            case 1 -> new Entry.BudgetRemoved(instant(), budgetId(), attribution());
            case 2 -> reserved();
            case 3 ->
                    new Entry.Refused(
                            instant(),
                            any(StateRecord.Operation.values()),
                            tenant(),
                            subject(),
                            amounts(),
                            any(Reason.values()),
                            list(this::block),
                            attribution());
            case 4 ->
                    new Entry.Committed(
                            instant(),
                            key(),
                            hold(),
                            tenant(),
                            subject(),
                            amounts(),
                            amounts(),
                            amounts(),
                            amounts(),
                            list(this::shortfall),
                            list(this::posting),
                            list(this::standing),
                            attribution());
            case 5 ->
                    new Entry.Released(
                            instant(),
                            key(),
                            hold(),
                            tenant(),
                            subject(),
                            amounts(),
                            list(this::standing),
                            attribution());
            case 6 ->
                    new Entry.Expired(
                            instant(),
                            hold(),
                            tenant(),
                            subject(),
                            amounts(),
                            random.nextBoolean(),
                            attribution());
            case 7 ->
                    new Entry.Charged(
                            instant(),
                            key(),
                            tenant(),
                            subject(),
                            amounts(),
                            amounts(),
                            list(this::posting),
                            list(this::shortfall),
                            list(this::block),
                            list(this::standing),
                            attribution());
            case 8 ->
                    new Entry.Extended(
                            instant(),
                            key(),
                            hold(),
                            tenant(),
                            instant(),
                            random.nextInt(),
                            list(this::standing));
            case 9 ->
                    new Entry.Evaluated(
                            instant(),
                            key(),
                            tenant(),
                            any(StateRecord.Operation.values()),
                            subject(),
                            outcome(),
                            attribution());
            case 10 -> new Entry.AccountsDropped(instant(), list(this::account));
            default -> act();
        };
    }

    private Entry.Administrative act() {
        return switch (random.nextInt(8)) {
            case 0 ->
                    new Entry.BudgetStatusSet(
                            instant(),
                            list(this::budgetId),
                            any(Budget.Status.values()),
                            attribution());
            case 1 ->
                    new Entry.BudgetAdjusted(
                            instant(),
                            key(),
                            tenant(),
                            account(),
                            any(Command.Adjustment.values()),
                            number(),
                            standing(),
                            attribution());
            case 2 -> new Entry.TenantClosed(instant(), tenant(), attribution());
            case 3 ->
                    new Entry.ApprovalGranted(
                            instant(),
                            key(),
                            tenant(),
                            text(128),
                            account(),
                            number(),
                            instant(),
                            standing(),
                            attribution());
            case 4 ->
                    new Entry.ApprovalDeclined(
                            instant(),
                            key(),
                            tenant(),
                            text(128),
                            account(),
                            instant(),
                            attribution());
            case 5 -> new Entry.RunStopped(stop());
            case 6 -> new Entry.RunResumed(instant(), tenant(), text(128), attribution());
            default ->
                    new Entry.Noted(
                            instant(), random.nextBoolean() ? tenant() : null, attribution());
        };
    }

    private StateRecord.HoldState openHold() {
        return new StateRecord.HoldState(
                tenant(),
                subject(),
                list(this::posting),
                Duration.ofMillis(random.nextInt(60_000)),
                any(Command.OnExpiry.values()),
                any(Command.Overage.values()),
                random.nextBoolean(),
                attribution(),
                key(),
                instant(),
                random.nextInt(),
                granted());
    }

    StateRecord state() {
        return switch (random.nextInt(11)) {
            case 0 -> new StateRecord.Clock(instant());
            case 1 -> new StateRecord.OpenBudget(budget(), any(Budget.Status.values()));
            case 2 ->
                    new StateRecord.AccountState(
                            account(),
                            instant(),
                            instant(),
                            number(),
                            number(),
                            funding(),
                            list(() -> new StateRecord.Bucket(random.nextLong(), number())));
            case 3 -> openHold();
            case 9 ->
                    new StateRecord.OpenHold(
                            openHold(),
                            list(() ->
                                    new StateRecord.Share(
                                            random.nextInt(Integer.MAX_VALUE), number())));
            case 4 ->
                    new StateRecord.EndedHold(
                            hold(),
                            tenant(),
                            instant(),
                            any(StateRecord.Ending.values()),
                            outcome());
            case 5 -> new StateRecord.ClosedTenant(tenant());
            case 7 ->
                    new StateRecord.SpentKey(
                            random.nextBoolean()
                                    ? StateRecord.Operation.CHARGE
                                    : StateRecord.Operation.RESERVE,
                            random.nextLong(),
                            random.nextLong(),
                            random.nextLong(),
                            instant());
            case 6 ->
                    new StateRecord.OpenApproval(
                            new Approval(
                                    text(128), tenant(), account(), text(128), unit(), number(),
                                    subject(), instant()));
            case 8 -> new StateRecord.StoppedRunState(stop(), instant());
            default ->
                    new StateRecord.Remembered(
                            tenant(),
                            any(StateRecord.Operation.values()),
                            key(),
                            instant(),
                            outcome());
        };
    }

    Outcome outcome() {
        return switch (random.nextInt(19)) {
            case 0 -> granted();
            case 1 -> new Outcome.Refused(any(Reason.values()), list(this::block));
            case 2 ->
                    new Outcome.Committed(
                            hold(),
                            amounts(),
                            amounts(),
                            amounts(),
                            amounts(),
                            list(this::standing));
            case 3 -> new Outcome.Released(hold(), amounts(), list(this::standing));
            case 4 ->
                    new Outcome.Charged(
                            amounts(), amounts(), list(this::block), list(this::standing));
            case 5 -> new Outcome.Expired(random.nextInt(), random.nextInt(), random.nextBoolean());
            case 6 -> new Outcome.BudgetDefined(budgetId(), random.nextBoolean());
            case 7 -> new Outcome.BudgetRemoved(budgetId());
            case 8 ->
                    new Outcome.Extended(hold(), instant(), random.nextInt(), list(this::standing));
            case 9 -> new Outcome.Evaluated(granted());
            case 10 ->
                    new Outcome.BudgetStatusSet(list(this::budgetId), any(Budget.Status.values()));
            case 11 -> new Outcome.BudgetAdjusted(number(), standing());
            case 12 -> new Outcome.TenantClosed(tenant(), random.nextInt(), random.nextBoolean());
            case 13 -> new Outcome.ApprovalGranted(text(128), standing());
            case 14 -> new Outcome.ApprovalDeclined(text(128));
            case 15 -> new Outcome.Noted();
            case 16 -> new Outcome.RunStopped(stop(), random.nextBoolean());
            case 17 -> new Outcome.RunResumed(tenant(), text(128));
            default -> new Outcome.Repeated(new Outcome.Evaluated(granted()));
        };
    }

    private StoppedRun stop() {
        return new StoppedRun(tenant(), text(128), instant(), attribution());
    }

    private Funding funding() {
        return random.nextBoolean()
                ? Funding.NONE
                : new Funding(
                        random.nextLong(),
                        number(),
                        number(),
                        random.nextBoolean(),
                        list(() -> new Funding.Grant(number(), random.nextLong())),
                        random.nextLong());
    }

    private Entry.Shortfall shortfall() {
        return new Entry.Shortfall(account(), number(), number(), random.nextBoolean());
    }

    private Standing standing() {
        return new Standing(
                account(),
                scope(),
                unit(),
                number(),
                number(),
                number(),
                number(),
                number(),
                random.nextBoolean());
    }

    private @Nullable ScopePath scope() {
        return random.nextBoolean()
                ? null
                : ScopePath.parse("tenant:acme/agent:bot" + random.nextInt(9));
    }

    private Entry.Reserved reserved() {
        return new Entry.Reserved(
                instant(),
                key(),
                tenant(),
                subject(),
                amounts(),
                list(this::posting),
                Duration.ofMillis(random.nextInt(60_000)),
                any(Command.OnExpiry.values()),
                any(Command.Overage.values()),
                random.nextBoolean(),
                attribution(),
                granted());
    }

    private Outcome.Granted granted() {
        return new Outcome.Granted(
                hold(),
                amounts(),
                instant(),
                list(() -> new Notice(account(), text(20), random.nextInt(), step(50))),
                list(this::block),
                random.nextBoolean()
                        ? null
                        : new Outcome.Remaining(text(20), unit(), number(), number()),
                list(this::standing));
    }

    private Budget budget() {
        Unit unit = unit();
        return new Budget(
                budgetId(),
                tenant(),
                text(128),
                new TreeMap<>(Map.of(dimension(), text(9))),
                List.of("run", "tag.x" + random.nextInt(9)),
                unit,
                random.nextLong(Budget.MAX_LIMIT + 1),
                unit.equals(Unit.SLOTS) || unit.equals(Unit.MILLIS) ? new Window.Life() : window(),
                any(Budget.Mode.values()),
                List.of(step(10), step(90)),
                terms());
    }

    private Terms terms() {
        return random.nextBoolean()
                ? Terms.PLAIN
                : new Terms(
                        null, random.nextLong(Budget.MAX_LIMIT + 1), 0, null, random.nextBoolean());
    }

    private Budget.Step step(int percent) {
        return new Budget.Step(percent, any(Budget.Step.Action.values()), list(() -> text(12)));
    }

    private Window window() {
        return switch (random.nextInt(4)) {
            case 0 -> new Window.Life();
            case 1 -> new Window.PerCall();
            case 2 ->
                    new Window.Calendar(
                            any(Window.Calendar.Period.values()),
                            ZoneId.of(ZONES.get(random.nextInt(ZONES.size()))));
            default -> new Window.Rolling(Duration.ofSeconds(1 + random.nextInt(1_000), 7));
        };
    }

    private Block block() {
        return new Block(
                account(),
                text(20),
                scope(),
                any(Budget.Mode.values()),
                window(),
                unit(),
                any(Block.Cause.values()),
                number(),
                number(),
                number(),
                number(),
                number(),
                number(),
                random.nextBoolean() ? instant() : null,
                random.nextBoolean() ? text(64) : null);
    }

    private Entry.Posting posting() {
        return new Entry.Posting(account(), unit(), number());
    }

    private AccountKey account() {
        return new AccountKey(
                budgetId(),
                list(() -> random.nextInt(3) == 0 ? "" : text(8)),
                random.nextInt(3) == 0 ? 0 : random.nextLong());
    }

    private Subject subject() {
        Map<String, String> values = new TreeMap<>();
        for (int i = random.nextInt(6); i > 0; i--) {
            values.put(dimension(), text(Subject.MAX_VALUE_LENGTH));
        }
        return Subject.of(values);
    }

    private String dimension() {
        return random.nextInt(4) == 0
                ? "tag." + random.nextInt(99)
                : Subject.DIMENSIONS.get(random.nextInt(Subject.DIMENSIONS.size()));
    }

    private Amounts amounts() {
        Amounts amounts = Amounts.NONE;
        for (int i = random.nextInt(4); i > 0; i--) {
            amounts = amounts.with(unit(), random.nextLong() >>> 1);
        }
        return amounts;
    }

    private Unit unit() {
        return random.nextInt(5) == 0
                ? new Unit("OPEN_" + random.nextInt(9))
                : any(
                        new Unit[] {
                            Unit.USD_MICROCENTS, Unit.TOKENS, Unit.CALLS, Unit.MILLIS, Unit.SLOTS
                        });
    }

    private Attribution attribution() {
        if (random.nextInt(3) == 0) {
            return Attribution.NONE;
        }
        return Attribution.of(
                Map.of("model", text(30), "x" + random.nextInt(99), ""),
                Map.of("latency_millis", number(), "y", random.nextLong()));
    }

    private CommandKey key() {
        return new CommandKey(text(256), random.nextLong());
    }

    private HoldId hold() {
        return new HoldId(text(128));
    }

    private TenantId tenant() {
        return new TenantId(random.nextInt(3) == 0 ? text(128) : "acme");
    }

    private BudgetId budgetId() {
        return new BudgetId(random.nextBoolean() ? "acme/run" : text(256));
    }

    private long number() {
        return random.nextLong() >>> random.nextInt(64);
    }

    private Instant instant() {
        return switch (random.nextInt(6)) {
            case 0 -> Instant.ofEpochSecond(random.nextInt(), random.nextInt(1_000_000_000));
            case 1 -> random.nextBoolean() ? Instant.MIN : Instant.MAX;
            default -> Instant.ofEpochMilli(1_790_000_000_000L + random.nextInt(1_000_000));
        };
    }

    /// Mostly plain, sometimes any UTF-16 units that are not control characters, paired or not.
    private String text(int atMost) {
        int length = 1 + random.nextInt(random.nextInt(4) == 0 ? atMost : Math.min(atMost, 12));
        StringBuilder text = new StringBuilder();
        boolean plain = random.nextInt(4) != 0;
        while (text.length() < length) {
            char c = plain ? (char) (' ' + random.nextInt(95)) : (char) random.nextInt(0x10000);
            if (!Character.isISOControl(c)) {
                text.append(c);
            }
        }
        return text.toString();
    }

    private <T> List<T> list(Supplier<T> element) {
        List<T> list = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            list.add(element.get());
        }
        return list;
    }

    private <T extends @Nullable Object> T any(T[] values) {
        return values[random.nextInt(values.length)];
    }
}
