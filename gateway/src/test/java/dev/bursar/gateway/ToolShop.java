package dev.bursar.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.bursar.authority.Authority;
import dev.bursar.authority.AuthoritySettings;
import dev.bursar.authority.JournalReader.Positioned;
import dev.bursar.ledger.Amounts;
import dev.bursar.ledger.Attribution;
import dev.bursar.ledger.Balance;
import dev.bursar.ledger.Budget;
import dev.bursar.ledger.Budget.Mode;
import dev.bursar.ledger.Budget.Step;
import dev.bursar.ledger.BudgetId;
import dev.bursar.ledger.Command;
import dev.bursar.ledger.CommandKey;
import dev.bursar.ledger.Entry;
import dev.bursar.ledger.HoldId;
import dev.bursar.ledger.Outcome;
import dev.bursar.ledger.Subject;
import dev.bursar.ledger.TenantId;
import dev.bursar.ledger.Unit;
import dev.bursar.ledger.Window;
import dev.bursar.pricing.PriceBook;
import dev.bursar.pricing.ToolPrice;
import dev.bursar.pricing.ToolPrices;
import io.vertx.core.MultiMap;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// Tools with prices over a real authority, a clock that stands still, and an agent.
final class ToolShop implements AutoCloseable {

    static final TenantId ACME = new TenantId("acme");
    static final long CENT = Unit.MICROCENTS_PER_USD / 100;
    static final Identity.Caller AGENT =
            new Identity.Caller(ACME, "ci", new TreeMap<>(Map.of("team", "core")));

    /// A search costs a cent; a crawl a cent and, for each of at most 50 pages, a tenth of one.
    static final PriceBook BOOK =
            PriceBook.empty()
                    .withTools(
                            new ToolPrices(
                                    List.of(
                                            new ToolPrice("search", CENT, null),
                                            new ToolPrice(
                                                    "crawl",
                                                    CENT,
                                                    new ToolPrice.Meter(CENT / 10, "page", 50)))));

    private final Path data;
    final AtomicReference<Instant> now =
            new AtomicReference<>(Instant.parse("2026-03-10T12:00:00Z"));
    final List<String> unpriced = new ArrayList<>();
    final GatewayMeter meter =
            new GatewayMeter() {
                @Override
                public void overhead(long nanos) {}

                @Override
                public void unpriced(String provider, String model) {}

                @Override
                public void unpricedTool(String tool) {
                    unpriced.add(tool);
                }

                @Override
                public void estimated(String provider, String model) {}
            };
    final List<String> woken = new ArrayList<>();
    final MultiMap headers = MultiMap.caseInsensitiveMultiMap().add("X-Bursar-Run", "r1");
    Authority authority;
    ToolCalls tools;

    ToolShop(Path data) {
        this.data = data;
        open();
    }

    private void open() {
        authority = Authority.open(data, AuthoritySettings.DEFAULT, now::get);
        tools =
                new ToolCalls(
                        authority, BOOK, GatewaySettings.of(Map.of()), now::get, meter, woken::add);
    }

    @Override
    public void close() {
        authority.close();
    }

    void restart() {
        authority.close();
        open();
    }

    BudgetId budget(String name, Unit unit, long limit, Step... ladder) {
        return budget(name, Map.of(), List.of(), unit, limit, ladder);
    }

    BudgetId budget(
            String name,
            Map<String, String> match,
            List<String> per,
            Unit unit,
            long limit,
            Step... ladder) {
        BudgetId id = new BudgetId("acme/" + name);
        authority.submit(
                new Command.DefineBudget(
                        new Budget(
                                id,
                                ACME,
                                name,
                                new TreeMap<>(match),
                                per,
                                unit,
                                limit,
                                new Window.Life(),
                                Mode.HARD,
                                List.of(ladder))));
        return id;
    }

    long spent(BudgetId budget) {
        return authority.balances(budget, 1_000).stream().mapToLong(Balance::spent).sum();
    }

    long held(BudgetId budget) {
        return authority.balances(budget, 1_000).stream().mapToLong(Balance::held).sum();
    }

    static ToolCalls.Asked asked(String tool) {
        return asked(tool, null, null, null, null);
    }

    static ToolCalls.Asked asked(
            String tool,
            @Nullable String id,
            @Nullable Long units,
            @Nullable Long microcents,
            @Nullable String call) {
        return new ToolCalls.Asked(tool, id, units, microcents, call, null, ToolCalls.DEFAULT_TTL);
    }

    static ToolCalls.Used used(@Nullable Long units, @Nullable Long microcents) {
        return new ToolCalls.Used(units, microcents);
    }

    Outcome.Granted reserve(ToolCalls.Asked asked) {
        return (Outcome.Granted) tools.reserve(AGENT, headers, asked);
    }

    Outcome.Committed charge(ToolCalls.Asked asked) {
        return (Outcome.Committed) tools.charge(AGENT, headers, asked);
    }

    Denial denial(Callable<?> action) {
        RefusedException refused = catchThrowableOfType(RefusedException.class, action::call);
        assertThat(refused).isNotNull();
        return refused.denial();
    }

    List<Entry> entries() {
        return authority.journal().read(0, 10_000).stream().map(Positioned::entry).toList();
    }

    <T extends Entry> T last(Class<T> kind) {
        return entries().stream().filter(kind::isInstance).map(kind::cast).toList().getLast();
    }

    /// A call of a model whose answer has asked for so many tool calls.
    void model(String call, long toolCalls, boolean settled) {
        Subject subject = Subject.of(Map.of("tenant", "acme", "run", "r1", "model", "m"));
        authority.submit(
                new Command.Reserve(
                        new CommandKey(call, 1),
                        new HoldId(call),
                        ACME,
                        subject,
                        Amounts.of(Unit.TOOL_CALLS, 1),
                        Amounts.NONE,
                        Duration.ofMinutes(10),
                        Command.OnExpiry.CHARGE,
                        Command.Overage.ALWAYS,
                        Attribution.NONE));
        if (settled) {
            authority.submit(
                    new Command.Commit(
                            new CommandKey(call, 1),
                            ACME,
                            new HoldId(call),
                            Amounts.of(Unit.TOOL_CALLS, toolCalls),
                            Attribution.NONE));
        }
    }
}
