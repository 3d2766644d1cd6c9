package dev.bursar.server.dashboard;

import static java.util.stream.Collectors.joining;

import dev.bursar.authority.Authority;
import dev.bursar.authority.AuthoritySettings;
import dev.bursar.ledger.Amounts;
import dev.bursar.ledger.Attribution;
import dev.bursar.ledger.Budget;
import dev.bursar.ledger.BudgetId;
import dev.bursar.ledger.Command;
import dev.bursar.ledger.CommandKey;
import dev.bursar.ledger.HoldId;
import dev.bursar.ledger.Outcome;
import dev.bursar.ledger.ScopePath;
import dev.bursar.ledger.Subject;
import dev.bursar.ledger.TenantId;
import dev.bursar.ledger.Terms;
import dev.bursar.ledger.Unit;
import dev.bursar.ledger.Window;
import dev.bursar.pricing.Cost;
import dev.bursar.pricing.Price;
import dev.bursar.pricing.PriceBook;
import dev.bursar.pricing.TokenClass;
import dev.bursar.pricing.TokenUsage;
import dev.bursar.server.config.Permission;
import dev.bursar.server.directory.Action;
import dev.bursar.server.directory.Actor;
import dev.bursar.server.directory.Role;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/// A day of agents at work, put through a real authority: the same commands as the gateway sends, at
/// times of our own. The same seed gives the same day.
final class Traffic implements AutoCloseable {

    static final TenantId ACME = new TenantId("acme");
    static final TenantId GLOBEX = new TenantId("globex");

    /// The run that loops until its budget stops it.
    static final String RUNAWAY = "fixer-loop-1";

    /// A run whose names would break out of a page that does not escape.
    static final String HOSTILE = "<script>alert(1)</script> & \"quoted\"/../run";

    static final String RUN_OF_ONE = "only-once";

    static final Instant END = Instant.parse("2026-11-21T17:30:00Z");

    private static final List<String> MODELS =
            List.of("gpt-4o", "gpt-4o-mini", "claude-sonnet-4-5", "claude-haiku-4-5");
    private static final List<String> WORKFLOWS = List.of("support", "research", "coding");

    private final PriceBook prices = PriceBook.bundled();
    private final Random random;
    private final Authority authority;
    private volatile Instant now = END.minus(Duration.ofHours(20));
    private int calls;

    Traffic(Path data, long seed) {
        this.random = new Random(seed);
        this.authority = Authority.open(data, AuthoritySettings.DEFAULT, clock());
    }

    Authority authority() {
        return authority;
    }

    /// Stands at the time of the last call.
    InstantSource clock() {
        return () -> now;
    }

    PriceLookup prices() {
        return prices::find;
    }

    /// Budgets, a few hundred calls over 20 hours, and at the end a runaway that is stopped.
    void day() {
        budgets();
        for (int i = 0; i < 220; i++) {
            now = now.plusSeconds(120 + random.nextInt(390));
            String workflow = WORKFLOWS.get(i % 3);
            call(ACME, workflow + "-" + i / 9, workflow, MODELS.get(random.nextInt(4)));
        }
        call(GLOBEX, "nightly", "reports", "gpt-4o-mini");
        call(ACME, HOSTILE, "support", "gpt-4o-mini");
        runaway(60);
    }

    /// A loop at about $0.15 a call and 50 calls a minute, under a budget of $2 per run.
    void runaway(int attempts) {
        now = END.minusSeconds(90);
        for (int i = 0; i < attempts; i++) {
            now = now.plusMillis(1_200);
            TokenUsage usage =
                    TokenUsage.NONE
                            .with(TokenClass.INPUT, 46_000 + random.nextInt(500))
                            .with(TokenClass.OUTPUT, 900);
            call(ACME, RUNAWAY, "coding", "claude-sonnet-4-5", usage);
        }
    }

    /// One more call that costs something, a second later.
    String call(TenantId tenant, String run, String workflow, String model) {
        TokenUsage usage =
                TokenUsage.NONE
                        .with(TokenClass.INPUT, 400 + random.nextInt(5_000))
                        .with(TokenClass.CACHE_READ, random.nextInt(3) * 1_000L)
                        .with(TokenClass.OUTPUT, 80 + random.nextInt(900));
        now = now.plusSeconds(1);
        return call(tenant, run, workflow, model, usage);
    }

    private String call(
            TenantId tenant, String run, String workflow, String model, TokenUsage usage) {
        String id = "call-%05d".formatted(++calls);
        String provider = model.startsWith("claude") ? "anthropic" : "openai";
        Price price = prices.find(provider, model, now).orElseThrow();
        Subject subject =
                Subject.of(
                        Map.of(
                                Subject.RUN,
                                run,
                                Subject.WORKFLOW,
                                workflow,
                                Subject.AGENT,
                                workflow + "-agent",
                                Subject.USER,
                                "user-" + random.nextInt(4),
                                Subject.TEAM,
                                "core",
                                Subject.RELEASE,
                                "2026.11",
                                Subject.KEY,
                                "ci"));
        long bound = price.upperBound(EnumSet.allOf(TokenClass.class), usage.input(), 1_024);
        Command.Reserve reserve =
                new Command.Reserve(
                        key(id, bound),
                        new HoldId(id),
                        tenant,
                        subject,
                        amounts(bound, usage.input() + 1_024),
                        Amounts.NONE,
                        Duration.ofMinutes(10),
                        Command.OnExpiry.CHARGE,
                        Command.Overage.ALWAYS,
                        Attribution.of(labels(id, provider, model), Map.of()));
        Outcome outcome = authority.submit(reserve);
        if (outcome instanceof Outcome.Granted granted) {
            now = now.plusMillis(300 + random.nextInt(900));
            settle(granted, tenant, id, price, usage);
        }
        return id;
    }

    /// A call of a tier of service that has no price, with advice of another model.
    void partlyPriced(String id) {
        Map<String, String> labels = labels(id, "openai", "gpt-4o");
        labels.put("provenance", "estimated");
        labels.put("unpriced_parts", "service_tier=priority");
        authority.submit(
                new Command.Charge(
                        key(id, 1),
                        ACME,
                        Subject.of(Map.of(Subject.RUN, "fast")),
                        amounts(5_000, 18),
                        Command.Overage.ALWAYS,
                        false,
                        Attribution.of(
                                labels,
                                Map.of(
                                        "tokens_input", 10L,
                                        "tokens_beside_input", 8L,
                                        "cost_beside_microcents", 800L))));
    }

    /// A call that is answered from the cache.
    void cached(String id, String run, long avoidedMicrocents) {
        Map<String, String> labels = labels(id, "openai", "gpt-4o");
        labels.put("decision", "cached");
        labels.put("provenance", "cached");
        labels.put("cache", "exact");
        authority.submit(
                new Command.Charge(
                        key(id, 1),
                        ACME,
                        Subject.of(Map.of(Subject.RUN, run)),
                        Amounts.of(Unit.CALLS, 1),
                        Command.Overage.REJECT,
                        false,
                        Attribution.of(
                                labels, Map.of("cost_avoided_microcents", avoidedMicrocents))));
    }

    private void settle(
            Outcome.Granted granted, TenantId tenant, String id, Price price, TokenUsage usage) {
        Cost cost = price.cost(usage);
        Map<String, String> labels = labels(id, price.provider(), price.model());
        labels.put("status", "200");
        labels.put("stop_reason", "end_turn");
        labels.put("provenance", "priced");
        labels.put("price", price.id());
        labels.put("decision", "allow");
        Map<String, Long> numbers = new HashMap<>();
        numbers.put("latency_millis", 300L + random.nextInt(2_000));
        numbers.put("first_byte_millis", 120L);
        for (Cost.Line line : cost.lines()) {
            numbers.put("tokens_" + line.type().wire(), line.tokens());
            numbers.put("cost_" + line.type().wire() + "_microcents", line.microcents());
        }
        authority.submit(
                new Command.Commit(
                        key(id, cost.microcents()),
                        tenant,
                        granted.hold(),
                        amounts(cost.microcents(), usage.total()).with(Unit.CALLS, 1),
                        Attribution.of(labels, numbers)));
    }

    private static Map<String, String> labels(String id, String provider, String model) {
        Map<String, String> labels = new HashMap<>();
        labels.put("call", id);
        labels.put("provider", provider);
        labels.put("model", model);
        labels.put("requested_model", model);
        labels.put("stream", "true");
        return labels;
    }

    private static Amounts amounts(long microcents, long tokens) {
        return Amounts.of(Unit.USD_MICROCENTS, microcents)
                .with(Unit.TOKENS, tokens)
                .with(Unit.CALLS, 1);
    }

    private static CommandKey key(String id, long fingerprint) {
        return new CommandKey(id, fingerprint);
    }

    private void budgets() {
        ZoneId berlin = ZoneId.of("Europe/Berlin");
        Window month = new Window.Calendar(Window.Calendar.Period.MONTH, berlin);
        Window day = new Window.Calendar(Window.Calendar.Period.DAY, berlin);
        Window life = new Window.Life();
        long usd = Unit.MICROCENTS_PER_USD;
        define(
                ACME,
                "company-month",
                List.of(),
                Unit.USD_MICROCENTS,
                100 * usd,
                month,
                Budget.Mode.HARD);
        define(
                ACME,
                "team-day",
                List.of(Subject.TEAM),
                Unit.USD_MICROCENTS,
                10 * usd,
                day,
                Budget.Mode.SOFT);
        define(
                ACME,
                "user-day",
                List.of(Subject.USER),
                Unit.TOKENS,
                900_000,
                day,
                Budget.Mode.SOFT);
        define(
                ACME,
                "run",
                List.of(Subject.RUN),
                Unit.USD_MICROCENTS,
                2 * usd,
                life,
                Budget.Mode.HARD);
        define(ACME, "run-calls", List.of(Subject.RUN), Unit.CALLS, 400, life, Budget.Mode.SHADOW);
        define(
                ACME,
                "one-call",
                List.of(),
                Unit.USD_MICROCENTS,
                usd,
                new Window.PerCall(),
                Budget.Mode.HARD);
        define(
                GLOBEX,
                "burst",
                List.of(Subject.KEY),
                Unit.CALLS,
                600,
                new Window.Rolling(Duration.ofMinutes(1)),
                Budget.Mode.HARD);
    }

    /// Calls of one run that do not fit, and wait for a person's word.
    void askedFor(String name, String run) {
        limit(name, run, 0, List.of(new Budget.Step(100, Budget.Step.Action.APPROVE, List.of())));
        call(ACME, run, "support", "gpt-4o");
    }

    /// A reservation over a protocol, of no run, that was denied.
    void deniedReservation(String agent) {
        Map<String, String> match = Map.of(Subject.AGENT, agent);
        authority.submit(
                new Command.DefineBudget(calls("of-" + agent, match, 0, List.of(), Terms.PLAIN)));
        authority.submit(
                new Command.Reserve(
                        key("reserve-" + agent, 1),
                        new HoldId("hold-of-" + agent),
                        ACME,
                        Subject.of(Map.of(Subject.TENANT, ACME.value(), Subject.AGENT, agent)),
                        Amounts.of(Unit.CALLS, 1),
                        Amounts.NONE,
                        Duration.ofMinutes(1),
                        Command.OnExpiry.RELEASE,
                        Command.Overage.REJECT,
                        Attribution.of(Map.of("dialect", "cycles"), Map.of())));
    }

    /// Limits the calls of one run.
    void limit(String name, String run, long calls) {
        limit(name, run, calls, List.of());
    }

    private void limit(String name, String run, long calls, List<Budget.Step> ladder) {
        authority.submit(
                new Command.DefineBudget(
                        calls(name, Map.of(Subject.RUN, run), calls, ladder, Terms.PLAIN)));
    }

    private static Budget calls(
            String name,
            Map<String, String> match,
            long calls,
            List<Budget.Step> ladder,
            Terms terms) {
        return new Budget(
                new BudgetId(ACME + "/" + name),
                ACME,
                name,
                new TreeMap<>(match),
                List.of(),
                Unit.CALLS,
                calls,
                new Window.Life(),
                Budget.Mode.HARD,
                ladder,
                terms);
    }

    /// Defines budgets at a scope path and freezes all of them in one act, as an operator would.
    void freeze(String scope, String by, String reason, String... names) {
        Terms terms = new Terms(ScopePath.parse(scope), 2, 0, null, true);
        List<BudgetId> budgets = new ArrayList<>();
        for (String name : names) {
            Budget budget = calls(name, Map.of(), 10, List.of(), terms);
            authority.submit(new Command.DefineBudget(budget));
            budgets.add(budget.id());
        }
        Attribution act =
                Actor.of(by, Role.OPERATOR)
                        .did(Action.BUDGET_FREEZE, scope, Map.of("reason", reason));
        authority.submit(new Command.SetBudgetStatus(budgets, Budget.Status.FROZEN, act));
    }

    /// A key that may do everything, as an operator makes it.
    void key(String name, String reason) {
        String permissions =
                Permission.RUNTIME.stream().map(Permission::written).collect(joining(","));
        authority.submit(
                new Command.Note(
                        ACME,
                        Actor.of("ann", Role.OPERATOR)
                                .did(
                                        Action.KEY_CREATE,
                                        name,
                                        Map.of("permissions", permissions, "reason", reason))));
    }

    /// One act of each that can be recorded.
    void everyAction() {
        for (Action action : Action.values()) {
            authority.submit(
                    new Command.Note(
                            ACME, Actor.of("eve", Role.ADMIN).did(action, "all", Map.of())));
        }
    }

    /// Calls of one run that did not fit and were granted until a time.
    void granted(String name, String run, long calls, Instant until) {
        askedFor(name, run);
        String approval =
                authority.approvals(ACME).stream()
                        .filter(open -> open.account().budget().value().endsWith("/" + name))
                        .findFirst()
                        .orElseThrow()
                        .id();
        authority.submit(
                new Command.Approve(
                        key("grant-" + name, calls),
                        ACME,
                        approval,
                        calls,
                        until,
                        Attribution.NONE));
    }

    private void define(
            TenantId tenant,
            String name,
            List<String> per,
            Unit unit,
            long limit,
            Window window,
            Budget.Mode mode) {
        BudgetId id = new BudgetId(tenant + "/" + name);
        List<Budget.Step> ladder =
                List.of(new Budget.Step(80, Budget.Step.Action.ALERT, List.of()));
        authority.submit(
                new Command.DefineBudget(
                        new Budget(
                                id,
                                tenant,
                                name,
                                new TreeMap<>(),
                                per,
                                unit,
                                limit,
                                window,
                                mode,
                                ladder)));
    }

    @Override
    public void close() {
        authority.close();
    }
}
