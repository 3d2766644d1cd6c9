package dev.bursar.authority;

import dev.bursar.ledger.Amounts;
import dev.bursar.ledger.Attribution;
import dev.bursar.ledger.Balance;
import dev.bursar.ledger.Block;
import dev.bursar.ledger.Budget;
import dev.bursar.ledger.BudgetId;
import dev.bursar.ledger.Command;
import dev.bursar.ledger.CommandKey;
import dev.bursar.ledger.HoldId;
import dev.bursar.ledger.Outcome;
import dev.bursar.ledger.Subject;
import dev.bursar.ledger.TenantId;
import dev.bursar.ledger.Unit;
import dev.bursar.ledger.Window;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jetbrains.lincheck.datastructures.BooleanGen;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jspecify.annotations.Nullable;

/// What parallel callers do at the door of an authority in [LinearizabilityTest]: two hard budgets, of
/// all and of one user, a few holds and keys, what people do to them, and what can be asked about them. An
/// object is one tenant. The answers are texts that have everything that must be the same in [NaiveBooks].
@Param(name = "hold", gen = IntGen.class, conf = "1:2")
@Param(name = "amount", gen = IntGen.class, conf = "1:6")
@Param(name = "actual", gen = IntGen.class, conf = "0:3")
@Param(name = "minutes", gen = IntGen.class, conf = "1:2")
@Param(name = "byUser", gen = BooleanGen.class)
@Param(name = "always", gen = BooleanGen.class)
@Param(name = "frozen", gen = BooleanGen.class)
@Param(name = "chance", gen = IntGen.class, conf = "1:6")
@Param(name = "via", gen = IntGen.class, conf = "0:2")
public final class Door {

    static final int COMPANY_LIMIT = 5;
    static final int USER_LIMIT = 3;
    static final int MINUTES = 10;
    static final int MAX_EXTENSIONS = 1;

    /// The time does not pass.
    static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    private static final Budget.Step ASK =
            new Budget.Step(100, Budget.Step.Action.APPROVE, List.of());

    private static final AtomicLong TENANTS = new AtomicLong();

    private static volatile @Nullable Authority served;

    private final Authority authority = Objects.requireNonNull(served);
    private final TenantId tenant = new TenantId("t" + TENANTS.incrementAndGet());

    /// How a caller waits for its answer.
    public enum Via {
        PLATFORM_THREAD,
        VIRTUAL_THREAD,
        FUTURE
    }

    public Door() {
        CompletableFuture<Outcome> first =
                authority.submitAsync(define("company", COMPANY_LIMIT, Map.of()));
        authority.submit(define("user", USER_LIMIT, Map.of("user", "ada")));
        first.join();
    }

    static void serve(Authority authority) {
        served = authority;
    }

    static void close() {
        Authority authority = served;
        served = null;
        if (authority != null) {
            authority.close();
        }
    }

    @Operation
    public String reserve(int hold, int amount, boolean byUser, int via) {
        Map<String, String> subject = byUser ? Map.of("user", "ada") : Map.of();
        return submit(
                via,
                new Command.Reserve(
                        new CommandKey("reserve-" + hold + "-" + amount, byUser ? 1 : 0),
                        id(hold),
                        tenant,
                        Subject.of(subject),
                        Amounts.of(Unit.CALLS, amount),
                        Amounts.NONE,
                        Duration.ofMinutes(MINUTES),
                        Command.OnExpiry.RELEASE,
                        Command.Overage.REJECT,
                        Attribution.NONE));
    }

    @Operation
    public String commit(int hold, int actual, int via) {
        return submit(via, commit(hold, actual));
    }

    /// Shares keys with [#commit], and tells what is left.
    @Operation
    public String settle(int hold, int actual) {
        Settled settled = authority.settle(commit(hold, actual));
        Outcome.Remaining left = settled.tightest();
        return text(settled.outcome())
                + (left == null ? "" : " left %d of %s".formatted(left.left(), left.budget()));
    }

    private Command.Commit commit(int hold, int actual) {
        return new Command.Commit(
                new CommandKey("end-" + hold, actual),
                tenant,
                id(hold),
                Amounts.of(Unit.CALLS, actual),
                Attribution.NONE);
    }

    @Operation
    public String release(int hold, int via) {
        return submit(
                via,
                new Command.Release(
                        new CommandKey("end-" + hold, 0), tenant, id(hold), Attribution.NONE));
    }

    @Operation
    public String credit(int amount, int via) {
        return submit(
                via,
                new Command.AdjustBudget(
                        new CommandKey("credit-" + amount, 0),
                        tenant,
                        budget("company"),
                        List.of(),
                        Command.Adjustment.CREDIT,
                        amount,
                        Attribution.NONE));
    }

    /// Charges the company what had no hold.
    @Operation
    public String charge(int amount, boolean always, int via) {
        return submit(
                via,
                new Command.Charge(
                        new CommandKey("charge-" + amount, always ? 1 : 0),
                        tenant,
                        Subject.of(Map.of()),
                        Amounts.of(Unit.CALLS, amount),
                        always ? Command.Overage.ALWAYS : Command.Overage.REJECT,
                        false,
                        Attribution.NONE));
    }

    @Operation
    public String extend(int hold, int minutes, int via) {
        return submit(
                via,
                new Command.Extend(
                        new CommandKey("extend-" + hold + "-" + minutes, 0),
                        tenant,
                        id(hold),
                        Duration.ofMinutes(minutes),
                        MAX_EXTENSIONS));
    }

    @Operation
    public String freeze(boolean frozen, int via) {
        return submit(
                via,
                new Command.SetBudgetStatus(
                        List.of(budget("company")),
                        frozen ? Budget.Status.FROZEN : Budget.Status.ACTIVE,
                        Attribution.NONE));
    }

    /// Ends the tenant, and all its holds; seldom, as hardly anything happens after it.
    @Operation
    public String close(int chance, int via) {
        return chance == 1
                ? submit(via, new Command.CloseTenant(tenant, Integer.MAX_VALUE, Attribution.NONE))
                : "closed: " + authority.leftToClose(Set.of(tenant)).isEmpty();
    }

    /// Grants what a reserve was refused for.
    @Operation
    public String approve(int hold, int amount, int via) {
        return submit(
                via,
                new Command.Approve(
                        new CommandKey("answer-" + hold, amount),
                        tenant,
                        approval(hold),
                        amount,
                        NOW.plusSeconds(1),
                        Attribution.NONE));
    }

    @Operation
    public String decline(int hold, int via) {
        return submit(
                via,
                new Command.Decline(
                        new CommandKey("answer-" + hold, 0),
                        tenant,
                        approval(hold),
                        NOW.plusSeconds(1),
                        Attribution.NONE));
    }

    /// Who waits for a person: the hold of the first reserve that was refused.
    @Operation
    public String asked() {
        return authority.approvals(tenant).stream()
                .map(approval -> holdOf(approval.id()))
                .collect(Collectors.joining());
    }

    private String approval(int hold) {
        return "apr_" + id(hold) + "_1";
    }

    private static String holdOf(String approval) {
        return approval.substring(approval.lastIndexOf('-') + 1, approval.lastIndexOf('_'));
    }

    @Operation
    public String balance() {
        return authority.balances(budget("company"), 1).stream()
                .map(Door::text)
                .collect(Collectors.joining());
    }

    @Operation
    public String hold(int hold) {
        return authority
                .hold(id(hold))
                .map(state -> "open " + state.granted().held().get(Unit.CALLS))
                .orElse("not open");
    }

    @Operation
    public String ended(int hold) {
        return authority
                .ended(id(hold))
                .map(ended -> ended.ending().toString())
                .orElse("not ended");
    }

    private String submit(int via, Command command) {
        return switch (Via.values()[via]) {
            case PLATFORM_THREAD -> text(authority.submit(command));
            case VIRTUAL_THREAD -> onVirtualThread(() -> text(authority.submit(command)));
            case FUTURE -> text(authority.submitAsync(command).join());
        };
    }

    private static String onVirtualThread(Supplier<String> call) {
        CompletableFuture<String> answer = new CompletableFuture<>();
        Thread.startVirtualThread(() -> answer.complete(call.get()));
        return answer.join();
    }

    private static String text(Outcome outcome) {
        return switch (outcome) {
            case Outcome.Granted granted -> "granted " + granted.held().get(Unit.CALLS);
            case Outcome.Committed committed -> "committed " + committed.actual().get(Unit.CALLS);
            case Outcome.Released released -> "released " + released.held().get(Unit.CALLS);
            case Outcome.BudgetAdjusted adjusted -> "limit " + adjusted.standing().limit();
            case Outcome.Charged charged ->
                    "charged " + charged.charged().get(Unit.CALLS) + text(charged.passed());
            case Outcome.Extended extended ->
                    "lasts "
                            + Duration.between(NOW, extended.expiresAt()).toMinutes()
                            + " by "
                            + extended.extensions();
            case Outcome.BudgetStatusSet set -> "set " + set.changed().size() + " " + set.status();
            case Outcome.TenantClosed closed ->
                    "closed " + closed.released() + (closed.more() ? " more" : "");
            case Outcome.ApprovalGranted granted -> "limit " + granted.standing().limit();
            case Outcome.ApprovalDeclined _ -> "declined";
            case Outcome.Repeated repeated -> "again " + text(repeated.original());
            case Outcome.Refused refused -> refused.reason() + text(refused.blocks());
            case Outcome.Advised _,
                    Outcome.Evaluated _,
                    Outcome.Expired _,
                    Outcome.BudgetDefined _,
                    Outcome.BudgetRemoved _,
                    Outcome.RunStopped _,
                    Outcome.RunResumed _,
                    Outcome.Noted _ ->
                    throw new IllegalStateException("nobody asked for " + outcome);
        };
    }

    private static String text(List<Block> blocks) {
        return blocks.stream().map(Door::text).collect(Collectors.joining());
    }

    private static String text(Block block) {
        return " %s %s %d+%d of %d"
                        .formatted(
                                block.name(),
                                block.cause(),
                                block.spent(),
                                block.held(),
                                block.limit())
                + (block.approval() == null ? "" : " asked by " + holdOf(block.approval()));
    }

    private static String text(Balance balance) {
        return "%d+%d of %d".formatted(balance.spent(), balance.held(), balance.limit());
    }

    private Command define(String name, int limit, Map<String, String> match) {
        return new Command.DefineBudget(
                new Budget(
                        budget(name),
                        tenant,
                        name,
                        new TreeMap<>(match),
                        List.of(),
                        Unit.CALLS,
                        limit,
                        new Window.Life(),
                        Budget.Mode.HARD,
                        match.isEmpty() ? List.of(ASK) : List.of()));
    }

    private BudgetId budget(String name) {
        return new BudgetId(tenant + "/" + name);
    }

    private HoldId id(int hold) {
        return new HoldId(tenant + "-" + hold);
    }
}
