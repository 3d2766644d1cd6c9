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
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
/// all and of one user, a few holds and keys, and what can be asked about them. An object is one tenant.
/// The answers are texts that have everything that must be the same in [NaiveBooks].
@Param(name = "hold", gen = IntGen.class, conf = "1:3")
@Param(name = "amount", gen = IntGen.class, conf = "1:4")
@Param(name = "actual", gen = IntGen.class, conf = "0:3")
@Param(name = "byUser", gen = BooleanGen.class)
@Param(name = "via", gen = IntGen.class, conf = "0:2")
public final class Door {

    static final int COMPANY_LIMIT = 7;
    static final int USER_LIMIT = 3;

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
                        Duration.ofMinutes(10),
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
            case Outcome.Repeated repeated -> "again " + text(repeated.original());
            case Outcome.Refused refused ->
                    refused.reason()
                            + refused.blocks().stream()
                                    .map(Door::text)
                                    .collect(Collectors.joining());
            case Outcome.Advised _,
                    Outcome.Extended _,
                    Outcome.Charged _,
                    Outcome.Evaluated _,
                    Outcome.Expired _,
                    Outcome.BudgetDefined _,
                    Outcome.BudgetRemoved _,
                    Outcome.BudgetStatusSet _,
                    Outcome.TenantClosed _,
                    Outcome.ApprovalGranted _,
                    Outcome.ApprovalDeclined _,
                    Outcome.RunStopped _,
                    Outcome.RunResumed _,
                    Outcome.Noted _ ->
                    throw new IllegalStateException("nobody asked for " + outcome);
        };
    }

    private static String text(Block block) {
        return " %s %d+%d of %d"
                .formatted(block.name(), block.spent(), block.held(), block.limit());
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
                        List.of()));
    }

    private BudgetId budget(String name) {
        return new BudgetId(tenant + "/" + name);
    }

    private HoldId id(int hold) {
        return new HoldId(tenant + "-" + hold);
    }
}
