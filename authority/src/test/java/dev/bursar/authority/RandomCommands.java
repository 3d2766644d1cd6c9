package dev.bursar.authority;

import dev.bursar.ledger.Amounts;
import dev.bursar.ledger.Attribution;
import dev.bursar.ledger.Budget;
import dev.bursar.ledger.BudgetId;
import dev.bursar.ledger.Command;
import dev.bursar.ledger.CommandKey;
import dev.bursar.ledger.HoldId;
import dev.bursar.ledger.Outcome;
import dev.bursar.ledger.Reason;
import dev.bursar.ledger.StateRecord;
import dev.bursar.ledger.Subject;
import dev.bursar.ledger.TenantId;
import dev.bursar.ledger.Terms;
import dev.bursar.ledger.Unit;
import dev.bursar.ledger.Window;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/// Commands of every kind, at random, against a small house of budgets of every window and mode. The
/// same seed and the same outcomes give the same commands.
final class RandomCommands {

    private static final List<String> RUNS = List.of("r1", "r2", "r3", "r4");
    private static final List<String> NAMES =
            List.of("day", "hour", "life", "soft", "slots", "time", "month", "tokens", "asking");
    private static final int MAX_OPEN = 64;

    private final Random random;
    private final List<HoldId> open = new ArrayList<>();
    private final List<String> approvals = new ArrayList<>();
    private int number;

    RandomCommands(long seed) {
        this.random = new Random(seed);
    }

    /// Defines every budget, to begin with.
    List<Command> definitions() {
        return NAMES.stream().<Command>map(name -> define(name, Fixtures.USD)).toList();
    }

    Command next(Instant now) {
        int dice = random.nextInt(100);
        if (dice < 40 && open.size() < MAX_OPEN) {
            return reserve();
        } else if (dice < 60) {
            return commit();
        } else if (dice < 68) {
            return new Command.Release(key(), Fixtures.TENANT, hold(), Attribution.NONE);
        } else if (dice < 72) {
            return new Command.Extend(
                    key(), Fixtures.TENANT, hold(), Duration.ofSeconds(1 + random.nextInt(60)), 3);
        } else if (dice < 80) {
            return charge();
        } else if (dice < 90) {
            return new Command.Expire(1 + random.nextInt(8));
        } else if (dice < 96) {
            return adjust();
        }
        return administrative(now);
    }

    /// Learns from an outcome which holds and approvals there are.
    void learn(Outcome outcome) {
        switch (outcome) {
            case Outcome.Granted granted -> open.add(granted.hold());
            case Outcome.Committed committed -> open.remove(committed.hold());
            case Outcome.Released released -> open.remove(released.hold());
            case Outcome.Refused refused ->
                    refused.blocks().stream()
                            .map(block -> block.approval())
                            .filter(id -> id != null)
                            .forEach(approvals::add);
            default -> {}
        }
        if (open.size() >= MAX_OPEN) {
            open.removeFirst(); // it expires
        }
    }

    private Command reserve() {
        String id = "h" + number++;
        boolean oneCall = random.nextInt(4) == 0;
        Subject subject = subject(oneCall ? id : RUNS.get(random.nextInt(RUNS.size())));
        Command.Reserve reserve =
                new Command.Reserve(
                        new CommandKey(random.nextBoolean() ? id : "k" + id, 1),
                        new HoldId(id),
                        Fixtures.TENANT,
                        subject,
                        amounts(),
                        Amounts.NONE,
                        Command.Shortage.TAKE,
                        Duration.ofSeconds(1 + random.nextInt(120)),
                        Duration.ofSeconds(random.nextInt(3)),
                        random.nextBoolean() ? Command.OnExpiry.CHARGE : Command.OnExpiry.RELEASE,
                        overage(),
                        false,
                        Attribution.NONE);
        return random.nextInt(12) == 0
                ? new Command.Evaluate(reserve, StateRecord.Operation.DECIDE)
                : reserve;
    }

    private Command commit() {
        return new Command.Commit(key(), Fixtures.TENANT, hold(), amounts(), Attribution.NONE);
    }

    private Command charge() {
        return new Command.Charge(
                key(),
                Fixtures.TENANT,
                subject(RUNS.get(random.nextInt(RUNS.size()))),
                amounts(),
                overage(),
                false,
                Attribution.NONE);
    }

    private Command adjust() {
        String name = NAMES.get(random.nextInt(NAMES.size()));
        Command.Adjustment[] kinds = Command.Adjustment.values();
        return new Command.AdjustBudget(
                key(),
                Fixtures.TENANT,
                id(name),
                per(name).isEmpty() ? List.of() : List.of(RUNS.get(random.nextInt(RUNS.size()))),
                kinds[random.nextInt(kinds.length)],
                random.nextLong(name.equals("tokens") ? 20_000 : Fixtures.USD / 4),
                Attribution.NONE);
    }

    private Command administrative(Instant now) {
        String name = NAMES.get(random.nextInt(NAMES.size()));
        String approval =
                approvals.isEmpty() ? "none" : approvals.get(random.nextInt(approvals.size()));
        return switch (random.nextInt(10)) {
            case 0, 1 -> define(name, random.nextLong(2 * Fixtures.USD));
            case 2 -> new Command.RemoveBudget(id(name), Attribution.NONE);
            case 3 ->
                    new Command.SetBudgetStatus(
                            List.of(id(name)),
                            random.nextInt(3) == 0 ? Budget.Status.FROZEN : Budget.Status.ACTIVE,
                            Attribution.NONE);
            case 4 -> new Command.Note(Fixtures.TENANT, Attribution.NONE);
            case 7 ->
                    new Command.StopRun(
                            Fixtures.TENANT,
                            RUNS.get(random.nextInt(RUNS.size())),
                            Attribution.NONE);
            case 8 ->
                    new Command.ResumeRun(
                            Fixtures.TENANT,
                            RUNS.get(random.nextInt(RUNS.size())),
                            Attribution.NONE);
            case 9 ->
                    new Command.Refuse(
                            Fixtures.TENANT,
                            subject(RUNS.get(random.nextInt(RUNS.size()))),
                            Amounts.of(Unit.CALLS, 1),
                            Reason.NOT_ALLOWED,
                            Attribution.NONE);
            case 5 ->
                    new Command.Decline(
                            key(),
                            Fixtures.TENANT,
                            approval,
                            now.plusSeconds(30),
                            Attribution.NONE);
            default ->
                    new Command.Approve(
                            key(),
                            Fixtures.TENANT,
                            approval,
                            1 + random.nextLong(Fixtures.USD),
                            now.plusSeconds(600),
                            Attribution.NONE);
        };
    }

    private static BudgetId id(String name) {
        return new BudgetId(Fixtures.TENANT + "/" + name);
    }

    private static List<String> per(String name) {
        return switch (name) {
            case "life", "time", "month" -> List.of(Subject.RUN);
            default -> List.of();
        };
    }

    private static Command define(String name, long limit) {
        TenantId tenant = Fixtures.TENANT;
        Unit unit =
                switch (name) {
                    case "slots" -> Unit.SLOTS;
                    case "time" -> Unit.MILLIS;
                    case "tokens" -> Unit.TOKENS;
                    default -> Unit.USD_MICROCENTS;
                };
        Window window =
                switch (name) {
                    case "day" -> new Window.Calendar(Window.Calendar.Period.DAY, ZoneOffset.UTC);
                    case "month" ->
                            new Window.Calendar(Window.Calendar.Period.MONTH, ZoneOffset.UTC);
                    case "hour" -> new Window.Rolling(Duration.ofHours(1));
                    default -> new Window.Life();
                };
        Terms terms =
                switch (name) {
                    case "day" -> new Terms(null, Fixtures.USD / 10, limit / 2, null, false);
                    case "tokens" -> new Terms(null, 100_000, 0, null, false);
                    case "life" -> new Terms(null, 0, 0, Duration.ofMinutes(2), false);
                    default -> Terms.PLAIN;
                };
        List<Budget.Step> ladder =
                name.equals("asking")
                        ? List.of(new Budget.Step(90, Budget.Step.Action.APPROVE, List.of()))
                        : List.of();
        long most =
                switch (name) {
                    case "slots" -> 20;
                    case "time" -> 600_000;
                    case "tokens" -> 50_000;
                    default -> limit * 20;
                };
        return new Command.DefineBudget(
                new Budget(
                        id(name),
                        tenant,
                        name,
                        new TreeMap<>(),
                        per(name),
                        unit,
                        most,
                        window,
                        name.equals("soft") ? Budget.Mode.SOFT : Budget.Mode.HARD,
                        ladder,
                        terms));
    }

    private static Subject subject(String run) {
        return Subject.of(Map.of(Subject.RUN, run, Subject.TEAM, "core"));
    }

    private Amounts amounts() {
        Amounts usd = Amounts.of(Unit.USD_MICROCENTS, random.nextLong(Fixtures.USD / 3));
        return switch (random.nextInt(4)) {
            case 0 -> usd.with(Unit.SLOTS, 1);
            case 1 -> usd.with(Unit.TOKENS, random.nextLong(10_000));
            case 2 -> usd.with(Unit.MILLIS, random.nextLong(1_000));
            default -> usd;
        };
    }

    private Command.Overage overage() {
        Command.Overage[] all = Command.Overage.values();
        return all[random.nextInt(all.length)];
    }

    private CommandKey key() {
        return new CommandKey("c" + (random.nextInt(20) == 0 ? number / 2 : number++), 7);
    }

    private HoldId hold() {
        return open.isEmpty() || random.nextInt(20) == 0
                ? new HoldId("nobody")
                : open.get(random.nextInt(open.size()));
    }
}
