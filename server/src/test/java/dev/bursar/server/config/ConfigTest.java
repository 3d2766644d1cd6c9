package dev.bursar.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bursar.gateway.AzureApi;
import dev.bursar.gateway.Dialect;
import dev.bursar.gateway.GatewaySettings;
import dev.bursar.gateway.ModelAlias;
import dev.bursar.gateway.ProviderSettings;
import dev.bursar.gateway.Refusal;
import dev.bursar.gateway.ladder.LadderSettings;
import dev.bursar.gateway.routing.ProviderKey;
import dev.bursar.ledger.Budget;
import dev.bursar.ledger.ScopePath;
import dev.bursar.ledger.Terms;
import dev.bursar.ledger.Unit;
import dev.bursar.ledger.Window;
import dev.bursar.pricing.ToolPrice;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigTest {

    private static final Map<String, String> ENVIRONMENT =
            Map.of("OPENAI_API_KEY", "sk-up", "ACME_KEY", "key: {acme} #1".replace(" ", "-"));

    private static final String WHOLE =
            """
            server:   { host: 0.0.0.0, port: 8080 }
            data:     ./money
            admin:    { token: ${ACME_KEY} }
            unpriced: { ceiling: { input: 20, output: 100 } }
            client_gone: { drain: { at_most: 5 s, bytes: 1_000 } }
            statuses: { budget_exhausted: 429 }
            providers:
              openai:    { api_key: ${OPENAI_API_KEY}, call_timeout: 2 m }
              anthropic: { base_url: https://api.anthropic.example }
              local:     { dialect: openai, base_url: "http://127.0.0.1:11434/v1", prices: free }
            models:
              fast: { provider: openai, model: gpt-4o-mini }
            prices:
              - { provider: openai, model: house, from: 2026-01-01, input: 1.00, output: 2.00 }
            defaults: { max_output_tokens: 512 }
            tenants:
              acme:
                timezone: Europe/Berlin
                keys:
                  - { name: ci, secret: "${ACME_KEY}", defaults: { team: core, tag.cost: a1 } }
                budgets:
                  - name: month
                    limit: 10_000 USD
                    every: month
                    at: { 100%: approve, 70%: alert, 90%: [alert, { disable: [web, sql] }] }
                  - { name: run, per: [run], limit: 0.50 USD, match: { workflow: research } }
                  - { name: time, per: [run], limit: 120 s, mode: soft }
                  - { name: burst, per: [key], limit: 600 calls, every: 1m, mode: shadow }
                  - { name: open, limit: 5 credits, every: call }
            """;

    private static Config parse(String text) {
        return Config.parse("bursar.yaml", text, ENVIRONMENT);
    }

    private static Config.Tenant acme(Config config) {
        return Objects.requireNonNull(config.tenants().get("acme"));
    }

    @Test
    void parse_aWholeFile_readsTheServerAndTheGateway() {
        Config config = parse(WHOLE);

        assertThat(config.server()).isEqualTo(new Config.Server("0.0.0.0", 8080));
        assertThat(config.data()).isEqualTo(Path.of("money").toAbsolutePath());
        assertThat(config.adminToken()).isEqualTo("key:-{acme}-#1");
        GatewaySettings gateway = config.gateway();
        assertThat(gateway.unpriced())
                .isEqualTo(new GatewaySettings.Unpriced.Ceiling(2_000_000_000L, 10_000_000_000L));
        assertThat(gateway.clientGone())
                .isEqualTo(new GatewaySettings.ClientGone.Drain(Duration.ofSeconds(5), 1_000));
        assertThat(gateway.statuses()).containsExactly(Map.entry(Refusal.BUDGET_EXHAUSTED, 429));
        assertThat(gateway.maxOutputTokens()).isEqualTo(512);
        assertThat(gateway.models()).containsEntry("fast", new ModelAlias("openai", "gpt-4o-mini"));
        var openai = Objects.requireNonNull(gateway.providers().get("openai"));
        assertThat(secrets(openai)).containsExactly("sk-up");
        assertThat(openai.baseUrl()).hasToString("https://api.openai.com/v1");
        assertThat(openai.callTimeout()).isEqualTo(Duration.ofMinutes(2));
        var local = Objects.requireNonNull(gateway.providers().get("local"));
        assertThat(local.dialect()).isEqualTo(Dialect.OPENAI);
        assertThat(local.free()).isTrue();
        assertThat(config.prices())
                .singleElement()
                .satisfies(price -> assertThat(price.id()).endsWith("openai/house@2026-01-01"));
    }

    @Test
    void parse_aWholeFile_readsTenantsKeysAndBudgets() {
        Config.Tenant acme = acme(parse(WHOLE));

        assertThat(acme.zone()).isEqualTo(ZoneId.of("Europe/Berlin"));
        assertThat(acme.keys())
                .singleElement()
                .satisfies(key -> {
                    assertThat(key.secret()).isEqualTo("key:-{acme}-#1");
                    assertThat(key.defaults())
                            .containsEntry("team", "core")
                            .containsEntry("tag.cost", "a1");
                });
        assertThat(acme.budgets())
                .extracting(budget -> budget.id().value())
                .containsExactly("acme/month", "acme/run", "acme/time", "acme/burst", "acme/open");
        Budget month = acme.budgets().get(0);
        assertThat(month.limit()).isEqualTo(1_000_000_000_000L);
        assertThat(month.window())
                .isEqualTo(
                        new Window.Calendar(
                                Window.Calendar.Period.MONTH, ZoneId.of("Europe/Berlin")));
        assertThat(month.ladder())
                .containsExactly(
                        new Budget.Step(70, Budget.Step.Action.ALERT, List.of()),
                        new Budget.Step(90, Budget.Step.Action.ALERT, List.of()),
                        new Budget.Step(90, Budget.Step.Action.DISABLE, List.of("web", "sql")),
                        new Budget.Step(100, Budget.Step.Action.APPROVE, List.of()));
        Budget run = acme.budgets().get(1);
        assertThat(run.limit()).isEqualTo(50_000_000);
        assertThat(run.per()).containsExactly("run");
        assertThat(run.match()).containsEntry("workflow", "research");
        assertThat(run.window()).isEqualTo(new Window.Life());
        assertThat(acme.budgets().get(2).unit()).isEqualTo(Unit.MILLIS);
        assertThat(acme.budgets().get(2).limit()).isEqualTo(120_000);
        assertThat(acme.budgets().get(3).mode()).isEqualTo(Budget.Mode.SHADOW);
        assertThat(acme.budgets().get(4).unit()).isEqualTo(new Unit("CREDITS"));
    }

    @Test
    void parse_termsOfABudget_areInTheUnitOfItsLimit() {
        List<Terms> terms =
                acme(
                                parse(
                                        """
                                        tenants:
                                          acme:
                                            budgets:
                                              - name: bot
                                                scope: tenant:acme/agent:Bot
                                                limit: 10 USD
                                                overdraft: 2.5 USD
                                                every: month
                                                carry_over: 4 USD
                                              - { name: day, limit: 5 tokens, every: day, carry_over: true }
                                              - { name: run, per: [run], limit: 1 USD }
                                              - { name: run-end, per: [run], limit: 1 USD, idle: 30 m }
                                              - { name: all, limit: 1 USD }
                                        """))
                        .budgets()
                        .stream()
                        .map(Budget::terms)
                        .toList();

        ScopePath bot = ScopePath.parse("tenant:acme/agent:bot");
        assertThat(terms)
                .containsExactly(
                        new Terms(bot, 250_000_000L, 400_000_000L, null, true),
                        new Terms(null, 0, Budget.MAX_LIMIT, null, true),
                        new Terms(null, 0, 0, Duration.ofHours(24), true),
                        new Terms(null, 0, 0, Duration.ofMinutes(30), true),
                        new Terms(null, 0, 0, null, true));
    }

    @Test
    void parse_aTokenOrProviderKeyFromAnUnsetVariable_isTheSameAsNone() {
        Config config =
                parse(
                        """
                        admin: { token: ${NO_TOKEN} }
                        providers:
                          openai:    { api_key: ${NO_KEY} }
                          anthropic: { api_key: ${OPENAI_API_KEY} }
                        """);

        assertThat(config.adminToken()).isNull();
        var openai = Objects.requireNonNull(config.gateway().providers().get("openai"));
        assertThat(secrets(openai)).containsExactly("sk-up");
        var anthropic = Objects.requireNonNull(config.gateway().providers().get("anthropic"));
        assertThat(secrets(anthropic)).containsExactly("sk-up");
        assertThat(config.notes()).isEmpty();
    }

    @Test
    void parse_aProviderLeftWithoutItsKey_hasANoteWithTheLine() {
        Config config = parse("providers:\n  anthropic:\n    api_key: ${NO_KEY}\n");

        var anthropic = Objects.requireNonNull(config.gateway().providers().get("anthropic"));
        assertThat(anthropic.keys()).isEmpty();
        assertThat(config.notes())
                .singleElement()
                .asString()
                .startsWith("bursar.yaml:3: providers.anthropic.api_key: ")
                .contains("NO_KEY");
    }

    @Test
    void parse_aKeyOfATenantFromAnUnsetVariable_isAMistake() {
        String file =
                """
                tenants:
                  acme:
                    keys: [{ name: ci, secret: "${NO_KEY}" }]
                """;

        assertThatThrownBy(() -> parse(file))
                .isInstanceOf(ConfigException.class)
                .hasMessageStartingWith("bursar.yaml:3: ")
                .hasMessageContaining("NO_KEY");
    }

    @Test
    void parse_ladderOfATenant_isKeptAndPrinted() {
        Config config =
                parse(
                        """
                        tenants:
                          acme:
                            downgrade: { gpt-4o: gpt-4o-mini, gpt-4o-mini: local/tiny }
                            clamp: { floor: 512 }
                            defer: { at_most: 90 s, calls: 50 }
                            budgets:
                              - name: run
                                limit: 1 USD
                                at:
                                  50%: alert
                                  60%: Clamp
                                  70%: [alert, downgrade]
                                  80%: { disable: [web] }
                                  85%: defer
                                  90%: approve
                                  100%: deny
                          other: {}
                        """);

        LadderSettings ladder = acme(config).ladder();
        assertThat(ladder.cheaper("gpt-4o")).containsExactly("gpt-4o-mini", "local/tiny");
        assertThat(ladder.floor()).isEqualTo(512);
        assertThat(ladder.deferAtMost()).isEqualTo(Duration.ofSeconds(90));
        assertThat(ladder.deferCalls()).isEqualTo(50);
        assertThat(config.gateway().ladders())
                .containsEntry("acme", ladder)
                .containsEntry("other", LadderSettings.DEFAULT);
        assertThat(config.notes()).isEmpty();
        assertThat(EffectiveConfig.lines(config))
                .anyMatch(line -> line.contains("clamp.floor=512 defer.at_most=90s defer.calls=50"))
                .anyMatch(line -> line.contains("60%:clamp") && line.contains("80%:disable[web]"));
    }

    @Test
    void parse_tools_haveFixedAndMeteredPrices() {
        Config config =
                parse(
                        """
                        tools:
                          web_search: { price: 0.01 }
                          crawl: { price: 0.002, per: page, at_most: 50, each: 0.001 }
                          "mcp_*": { price: 0 }
                        """);

        assertThat(config.notes()).isEmpty();
        assertThat(config.tools().find("web_search"))
                .contains(new ToolPrice("web_search", 1_000_000, null));
        assertThat(config.priceBook().tools().find("crawl"))
                .contains(
                        new ToolPrice("crawl", 100_000, new ToolPrice.Meter(200_000, "page", 50)));
        assertThat(config.tools().find("mcp_files")).isPresent();
        assertThat(EffectiveConfig.lines(config))
                .contains(
                        "tool=web_search price=0.01",
                        "tool=crawl price=0.002 per=page at_most=50 each=0.001",
                        "tool=mcp_* price=0");
    }

    @Test
    void parse_whatCannotDoAnything_hasNotesWithTheirLines() {
        Config config =
                parse(
                        """
                        tenants:
                          acme:
                            budgets:
                              - name: run
                                limit: 1 USD
                                at: { 70%: downgrade }
                        """);

        assertThat(config.notes())
                .extracting(note -> note.replaceFirst(": .*?: ", " "))
                .containsExactly(
                        "bursar.yaml:6 downgrade does nothing: the tenant names no cheaper model");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    downgrade: { a: b, b: a }  | bursar.yaml:3: tenants.acme.downgrade: downgrade goes in a circle
                    clamp: { floor: 0 }        | bursar.yaml:3: tenants.acme.clamp.floor
                    clamp: { flor: 1 }         | bursar.yaml:3: tenants.acme.clamp.flor
                    defer: { at_most: 2 h }    | bursar.yaml:3: tenants.acme.defer.at_most: must be 1 s to 1 h
                    defer: { at_most: 10 ms }  | bursar.yaml:3: tenants.acme.defer.at_most: must be 1 s to 1 h
                    defer: { calls: 10_001 }   | bursar.yaml:3: tenants.acme.defer.calls
                    """)
    void parse_ladderThatCannotBe_stopsWithTheLine(String line, String mistake) {
        assertThatThrownBy(() -> parse("tenants:\n  acme:\n    " + line + "\n"))
                .isInstanceOf(ConfigException.class)
                .hasMessageStartingWith(mistake);
    }

    @Test
    void parse_clampOfABudgetThatCountsNoOutput_stopsWithTheLine() {
        assertThatThrownBy(() ->
                        parse(
                                """
                                tenants:
                                  acme:
                                    budgets:
                                      - name: burst
                                        limit: 600 calls
                                        at: { 100%: clamp }
                                """))
                .isInstanceOf(ConfigException.class)
                .hasMessageStartingWith("bursar.yaml:6: ")
                .hasMessageContaining("only budgets of USD or tokens can clamp the output");
    }

    @Test
    void parse_anAgeForTheArchive_isKeptOnAnotherPort() {
        Config config = parse("server: { archive_after: 90d }");

        assertThat(config.withPort(1).server())
                .isEqualTo(new Config.Server("127.0.0.1", 1, Duration.ofDays(90)));
        assertThat(EffectiveConfig.lines(config))
                .anyMatch(line -> line.contains("server.archive_after=2160h"));
        assertThat(EffectiveConfig.lines(parse("")))
                .anyMatch(line -> line.contains("server.archive_after=never"));
    }

    @Test
    void parse_anEmptyFile_hasADefaultTenantWithARunBudget() {
        Config config = parse("");

        assertThat(config.server()).isEqualTo(new Config.Server("127.0.0.1", 7878));
        assertThat(config.gateway().providers())
                .containsOnlyKeys("openai", "anthropic", "gemini", "bedrock");
        assertThat(config.tenants()).containsOnlyKeys("default");
        assertThat(config.budgets())
                .singleElement()
                .satisfies(run -> {
                    assertThat(run.per()).containsExactly("run");
                    assertThat(run.limit()).isEqualTo(500_000_000);
                });
    }

    @ParameterizedTest
    @CsvSource({
        "25 USD, USD_MICROCENTS, 2500000000",
        "0.00000001 usd, USD_MICROCENTS, 1",
        "50_000 tokens, TOKENS, 50000",
        "1 call, CALLS, 1",
        "10 tool_calls, TOOL_CALLS, 10",
        "20 slots, SLOTS, 20",
        "500ms, MILLIS, 500",
        "1.5 h, MILLIS, 5400000",
        "3 RISK_POINTS, RISK_POINTS, 3",
        "0 USD, USD_MICROCENTS, 0"
    })
    void limit_withAKnownUnit_isExact(String written, String unit, long value) {
        assertThat(Quantity.limit(written, new Node.Place("f", 1, "limit")))
                .isEqualTo(new Quantity(new Unit(unit), value));
    }

    @ParameterizedTest
    @CsvSource({"90s, 90", "1m, 60", "1h, 3600", "30d, 2592000"})
    void window_ofALength_isRolling(String written, long seconds) {
        assertThat(Quantity.window(written, ZoneId.of("UTC"), new Node.Place("f", 1, "every")))
                .isEqualTo(new Window.Rolling(Duration.ofSeconds(seconds)));
    }

    @Test
    void lines_ofAnEffectiveConfiguration_holdNoSecret() {
        Config config = parse(WHOLE);

        String lines = String.join("\n", EffectiveConfig.lines(config));

        assertThat(lines)
                .contains("server.port=8080", "provider=openai", "tenant=acme budget=month")
                .doesNotContain("sk-up", "key:-{acme}-#1");
        assertThat(config.toString()).doesNotContain("sk-up");
    }

    @Test
    void read_aMissingFile_saysSo() {
        assertThatThrownBy(() -> Config.read(Path.of("no/such.yaml"), Map.of()))
                .isInstanceOf(ConfigException.class)
                .hasMessage("no/such.yaml: no such file");
    }

    @Test
    void parse_aProviderOnAzure_keepsItsDeploymentsAndItsKey() {
        Config config =
                Config.parse(
                        "bursar.yaml",
                        """
                        providers:
                          azure:
                            dialect: openai
                            base_url: https://acme.openai.azure.com
                            api: azure
                            api_version: 2024-10-21
                            deployments: { gpt-4o: our-chat }
                        """,
                        Map.of("AZURE_OPENAI_API_KEY", "az-secret"));

        ProviderSettings azure = Objects.requireNonNull(config.gateway().providers().get("azure"));
        assertThat(azure.azure())
                .isEqualTo(new AzureApi("2024-10-21", Map.of("gpt-4o", "our-chat")));
        assertThat(secrets(azure)).containsExactly("az-secret");
        assertThat(EffectiveConfig.lines(config))
                .anyMatch(line ->
                        line.endsWith(
                                "api=azure api_version=2024-10-21 deployments={gpt-4o=our-chat}"));
    }

    private static List<String> secrets(ProviderSettings provider) {
        return provider.keys().stream().map(ProviderKey::secret).toList();
    }
}
