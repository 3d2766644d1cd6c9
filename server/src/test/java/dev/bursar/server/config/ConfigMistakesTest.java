package dev.bursar.server.config;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Every mistake names its line.
class ConfigMistakesTest {

    /// Two lines stand above what is given here, so its first line is line 3.
    private static Arguments top(String mistake, String yaml, int line, String... says) {
        return Arguments.of(mistake, "# one\n# two\n" + yaml, line, says);
    }

    /// Inside the tenant acme; what is given starts in line 3.
    private static Arguments tenant(String mistake, String yaml, int line, String... says) {
        return Arguments.of(mistake, "tenants:\n  acme:\n" + yaml.indent(4), line, says);
    }

    /// One budget; what is given starts in line 5.
    private static Arguments budget(String mistake, String yaml, int line, String... says) {
        return Arguments.of(
                mistake,
                "tenants:\n  acme:\n    budgets:\n      - name: run\n" + yaml.indent(8),
                line,
                says);
    }

    static Stream<Arguments> mistakes() {
        return Stream.of(
                        topMistakes(),
                        providerMistakes(),
                        azureMistakes(),
                        tenantMistakes(),
                        cacheMistakes(),
                        budgetMistakes())
                .flatMap(mistakes -> mistakes);
    }

    private static Stream<Arguments> azureMistakes() {
        String azure =
                "providers:\n  a:\n    dialect: openai\n    base_url: https://a.openai.azure.com";
        return Stream.of(
                top(
                        "deployments without Azure",
                        azure + "\n    deployments: { gpt-4o: ours }",
                        7,
                        "providers.a.deployments: only with api: azure"),
                top(
                        "version without Azure",
                        azure + "\n    api_version: 2024-10-21",
                        7,
                        "providers.a.api_version: only with api: azure"),
                top("another API", azure + "\n    api: aws", 7, "must be azure, or left out"),
                top(
                        "Azure of another dialect",
                        "providers:\n  gemini:\n    api: azure",
                        5,
                        "only for the dialect openai"),
                top(
                        "Azure without an address",
                        "providers:\n  openai:\n    api: azure",
                        5,
                        "needs the key base_url"),
                top(
                        "Azure with a path",
                        azure + "/openai/v1\n    api: azure",
                        6,
                        "the address of the resource, without /openai"),
                top(
                        "version that is none",
                        azure + "\n    api: azure\n    api_version: v1",
                        8,
                        "must be a version such as 2024-10-21, or preview: v1"),
                top(
                        "version that is too old",
                        azure + "\n    api: azure\n    api_version: 2024-06-01",
                        8,
                        "must be 2024-09-01-preview or later: 2024-06-01"),
                top(
                        "deployment of two models",
                        azure + "\n    api: azure\n    deployments:\n      a: one\n      b: one",
                        10,
                        "the deployment one is that of a"),
                top(
                        "deployment without a name",
                        azure + "\n    api: azure\n    deployments:\n      a: ''",
                        9,
                        "must have 1 to 256 characters"));
    }

    private static Stream<Arguments> cacheMistakes() {
        return Stream.of(
                top("cache size", "cache: { bytes: 1_000 }", 3, "must be 1048576 to"),
                top("cache share", "cache:\n  tenant_percent: 0", 4, "must be 1 to 100"),
                tenant("cache key", "cache:\n  exact: {}", 4, "unknown key", "answers, tools"),
                tenant(
                        "cache without exact",
                        "cache:\n  answers:\n    - semantic: { threshold: 0.9 }",
                        5,
                        "needs the key exact"),
                tenant(
                        "cache threshold",
                        "cache:\n  answers:\n    - exact: {}\n      semantic: { threshold: 95 }",
                        6,
                        "must be 0.5 to 1: 95"),
                tenant(
                        "cache without threshold",
                        "cache:\n  answers:\n    - exact: {}\n      semantic: {}",
                        6,
                        "needs the key threshold"),
                tenant(
                        "cache dimension",
                        "cache:\n  answers:\n    - match: { colour: red }\n      exact: {}",
                        5,
                        "colour"),
                tenant(
                        "cache time",
                        "cache:\n  answers:\n    - exact: { ttl: 31d }",
                        5,
                        "ttl must be 1 s to 30 d"),
                tenant(
                        "cache wait",
                        "cache:\n  answers:\n    - exact: { wait: 11m }",
                        5,
                        "wait must be 0 to 10 m"),
                tenant(
                        "cache temperature",
                        "cache:\n  answers:\n    - exact: { temperature: low }",
                        5,
                        "must be one of zero, unset, any"),
                tenant(
                        "cache truth",
                        "cache:\n  answers:\n    - exact: { tool_calls: maybe }",
                        5,
                        "must be true or false: maybe"),
                tenant(
                        "tools that outlive",
                        "cache:\n  tools: { ttl: 2d }",
                        4,
                        "ttl must be 1 s to the longest"));
    }

    private static Stream<Arguments> topMistakes() {
        return Stream.of(
                top("unknown key", "sever: {}", 3, "sever: unknown key"),
                top("unknown key inside", "server:\n  hots: x", 4, "server.hots: unknown key"),
                top("key twice", "data: a\ndata: b", 4, "data: is there twice", "line 3"),
                top("not YAML", "data: [a", 3, "not valid YAML"),
                top("two documents", "data: a\n---\ndata: b", 5, "one document only"),
                top("list for a mapping", "server: [1]", 3, "server: must be a mapping"),
                top("mapping for a value", "data: { a: b }", 3, "data: must be a value"),
                top("value for a list", "prices: free", 3, "prices: must be a list"),
                top(
                        "text for a number",
                        "server: { port: http }",
                        3,
                        "server.port: must be a whole"),
                top("port too large", "server:\n  port: 65536", 4, "must be 0 to 65535: 65536"),
                top("empty host", "server: { host: '' }", 3, "server.host: not a host"),
                top(
                        "archive without a unit",
                        "server: { archive_after: 90 }",
                        3,
                        "server.archive_after: must be like 90s, 1m, 1h, 30d: 90"),
                top(
                        "archive of what is young",
                        "server: { archive_after: 23h }",
                        3,
                        "server.archive_after: must be 1d or more"),
                top("variable unset", "server:\n  host: ${NO_SUCH}", 4, "has no NO_SUCH"),
                top("variable for a mapping", "server: ${NO_SUCH}", 3, "has no NO_SUCH"),
                top("variable for a list", "prices: ${NO_SUCH}", 3, "has no NO_SUCH"),
                top("variable for a policy", "unpriced: ${NO_SUCH}", 3, "has no NO_SUCH"),
                top("variable inside", "admin: { token: a-${NO_SUCH} }", 3, "has no NO_SUCH"),
                top(
                        "token that is soon found",
                        "admin:\n  token: a",
                        4,
                        "admin.token: a secret has 8 to 512"),
                top("space in a token", "admin: { token: a b }", 3, "admin.token: a secret has"),
                top("database", "database: jdbc:x", 3, "database: not supported by this version"),
                top("alerts", "alerts: []", 3, "alerts: not supported by this version"),
                top("unpriced word", "unpriced: free", 3, "unpriced: must be refuse"),
                top("negative ceiling", "unpriced: { ceiling: { input: -1, output: 1 } }", 3, "-1"),
                top("half a ceiling", "unpriced: { ceiling: { input: 1 } }", 3, "key output"),
                top("zero ceiling", "unpriced: { ceiling: { input: 0, output: 0 } }", 3, "above 0"),
                top("client gone word", "client_gone: ignore", 3, "must be cancel or drain"),
                top("status", "statuses: { budget_exhausted: 200 }", 3, "must be 400 to 599"),
                top("zero tokens", "defaults: { max_output_tokens: 0 }", 3, "must be 1 to"),
                top("negative tool price", "tools: { web: { price: -1 } }", 3, "not be negative"),
                top("tool without price", "tools:\n  web: { per: page }", 4, "needs the key price"),
                top(
                        "meter without a bound",
                        "tools:\n  web: { price: 1, per: page }",
                        4,
                        "needs the key at_most"),
                top(
                        "bound without a meter",
                        "tools:\n  a: { price: 1, at_most: 5 }",
                        4,
                        "with per"),
                top("each without a meter", "tools:\n  a: { price: 1, each: 5 }", 4, "with per"),
                top(
                        "unit of a meter",
                        "tools:\n  a: { price: 1, per: '5', at_most: 5 }",
                        4,
                        "tools.a.per: a unit has"),
                top(
                        "bound of a meter",
                        "tools:\n  a: { price: 1, per: page, at_most: 0 }",
                        4,
                        "tools.a.at_most: must be 1 to"),
                top(
                        "dear tool",
                        "tools:\n  a: { price: 10_000_001 }",
                        4,
                        "tools.a: one call would cost more"),
                top("tool's name", "tools:\n  a b: { price: 1 }", 4, "a tool has 1 to 128"),
                top(
                        "price date",
                        "prices:\n  - { provider: a, model: b, from: May, input: 1 }",
                        4,
                        "prices[0].from: must be a date"),
                top("price without input", "prices:\n  - { provider: a, model: b }", 4, "input"),
                top("price class", "prices:\n  - { provider: a, inptu: 1 }", 4, "inptu: unknown"),
                top(
                        "price in euros",
                        "prices: [{ provider: a, model: b, input: 1 EUR }]",
                        3,
                        "EUR"),
                top(
                        "price twice",
                        "prices:\n  - { provider: a, model: b, input: 1 }\n"
                                + "  - { provider: a, model: b, input: 2 }",
                        5,
                        "the same price is in line 4"));
    }

    private static Stream<Arguments> providerMistakes() {
        return Stream.of(
                top("unknown dialect", "providers:\n  house: {}", 4, "house", "openai, anthropic"),
                top("bad URL", "providers:\n  openai:\n    base_url: ftp://x", 5, "http"),
                top("not a URL", "providers:\n  openai:\n    base_url: 'a b'", 5, "not a URL"),
                top("price word", "providers: { openai: { prices: cheap } }", 3, "must be free"),
                top("timeout", "providers: { openai: { idle_timeout: 5 USD } }", 3, "like 30 s"),
                top("unknown key", "providers: { openai: { key: x } }", 3, "openai.key: unknown"),
                top(
                        "alias of nothing",
                        "models:\n  fast: { provider: x, model: y }",
                        4,
                        "models.fast.provider: no such provider: x"));
    }

    private static Stream<Arguments> tenantMistakes() {
        return Stream.of(
                tenant("time zone", "timezone: Mars/Olympus", 3, "timezone: unknown time zone"),
                tenant("unknown key", "budget: []", 3, "tenants.acme.budget: unknown key"),
                tenant(
                        "secret that is soon found",
                        "keys:\n  - name: ci\n    secret: seven77",
                        5,
                        "secret: a secret has 8 to 512"),
                tenant("key without secret", "keys:\n  - { name: ci }", 4, "needs the key secret"),
                tenant("key name", "keys:\n  - { name: a/b, secret: of-a-key }", 4, "a name has"),
                tenant(
                        "key twice",
                        "keys:\n  - { name: ci, secret: first-of }\n  - { name: ci, secret: other-of }",
                        5,
                        "the key ci is in line 4"),
                tenant(
                        "secret twice",
                        "keys:\n  - { name: a, secret: the-same }\n"
                                + "  - { name: b, secret: the-same }",
                        5,
                        "the same secret is in line 4"),
                tenant(
                        "default dimension",
                        "keys:\n  - name: ci\n    secret: of-a-key\n    defaults: { tema: core }",
                        6,
                        "defaults.tema: unknown dimension"),
                tenant(
                        "default value",
                        "keys:\n  - name: ci\n    secret: of-a-key\n    defaults: { team: '' }",
                        6,
                        "defaults.team",
                        "1 to 256"),
                tenant(
                        "budget twice",
                        "budgets:\n  - { name: run, limit: 1 USD }\n"
                                + "  - { name: run, limit: 2 USD }",
                        5,
                        "the budget run is in line 4"),
                tenant("budget without limit", "budgets:\n  - name: run", 4, "needs the key limit"),
                Arguments.of("tenant name", "tenants:\n  a b: {}", 2, new String[] {"a name has"}));
    }

    private static Stream<Arguments> budgetMistakes() {
        return Stream.of(
                budget("euros", "limit: 25 EUR", 5, "budgets[0].limit: unknown unit EUR"),
                budget("bananas", "limit: 10 bananas", 5, "unknown unit bananas, known are USD"),
                budget("no unit", "limit: 25", 5, "must be a number and a unit"),
                budget("negative", "limit: -5 USD", 5, "must not be negative: -5 USD"),
                budget("overflow", "limit: 99999999999999999999 USD", 5, "too large"),
                budget("just too large", "limit: 1_000_000_000.00000001 USD", 5, "too large"),
                budget("too fine", "limit: 0.000000001 USD", 5, "finer than the unit"),
                budget("half a token", "limit: 1.5 tokens", 5, "finer than the unit"),
                budget("exponent", "limit: 1e3 USD", 5, "limit"),
                budget("window", "limit: 1 USD\nevery: fortnight", 6, "every: must be day"),
                budget("window length", "limit: 1 USD\nevery: 400d", 6, "1s to 366d"),
                budget("window of nothing", "limit: 1 USD\nevery: 0s", 6, "1s to 366d"),
                budget("mode", "limit: 1 USD\nmode: strict", 6, "mode: must be hard, soft"),
                budget("scope level", "limit: 1 USD\nscope: tenant:acme/user:x", 6, "scope: "),
                budget("scope order", "limit: 1 USD\nscope: agent:bot", 6, "starts with tenant:"),
                budget("scope of another", "limit: 1 USD\nscope: tenant:x", 4, "not one of"),
                budget("overdraft unit", "limit: 1 USD\noverdraft: 5 tokens", 6, "another unit"),
                budget("overdraft word", "limit: 1 USD\noverdraft: much", 6, "overdraft: must be"),
                budget(
                        "carry over unit",
                        "limit: 1 USD\nevery: day\ncarry_over: 5 calls",
                        7,
                        "carry_over has another unit"),
                budget(
                        "carry over for life",
                        "limit: 1 USD\ncarry_over: true",
                        6,
                        "carry_over: only days"),
                budget("idle word", "limit: 1 USD\nidle: long", 6, "idle: "),
                budget(
                        "idle too short",
                        "limit: 1 USD\nidle: 5 s",
                        6,
                        "idle: must be at least 1m: 5 s"),
                budget(
                        "idle of a day",
                        "limit: 1 USD\nevery: day\nidle: 5 m",
                        7,
                        "idle: only accounts for life"),
                budget("match dimension", "limit: 1 USD\nmatch: { flow: x }", 6, "match.flow"),
                budget("match list", "limit: 1 USD\nmatch: { team: [a] }", 6, "must be a value"),
                budget("per dimension", "limit: 1 USD\nper: [rnu]", 6, "per[0]: unknown dimension"),
                budget("per twice", "limit: 1 USD\nper: [run, run]", 6, "per[1]: is there twice"),
                budget("per value", "limit: 1 USD\nper: run", 6, "per: must be a list"),
                budget("percent above", "limit: 1 USD\nat: { 120%: deny }", 6, "at.120%", "1% to"),
                budget("percent zero", "limit: 1 USD\nat: { 0%: alert }", 6, "must be 1% to 100%"),
                budget("no percent", "limit: 1 USD\nat: { 80: alert }", 6, "must be 1% to 100%"),
                budget("action", "limit: 1 USD\nat: { 80%: shout }", 6, "at.80%: must be alert"),
                budget("disable", "limit: 1 USD\nat: { 80%: { disable: [] } }", 6, "names no tool"),
                budget(
                        "soft denies",
                        "limit: 1 USD\nmode: soft\nat: { 100%: deny }",
                        7,
                        "a soft budget never refuses"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("mistakes")
    void parse_aMistake_namesItsLine(String mistake, String yaml, int line, String[] says) {
        assertThatThrownBy(() -> Config.parse("bursar.yaml", yaml, Map.of()))
                .isInstanceOf(ConfigException.class)
                .hasMessageStartingWith("bursar.yaml:" + line + ": ")
                .hasMessageContainingAll(says)
                .hasMessageNotContaining("\n");
    }
}
