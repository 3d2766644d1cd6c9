package dev.bursar.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bursar.gateway.ProviderSettings;
import dev.bursar.gateway.routing.CallFacts.Trait;
import dev.bursar.gateway.routing.Choice;
import dev.bursar.gateway.routing.Condition;
import dev.bursar.gateway.routing.HealthSettings;
import dev.bursar.gateway.routing.ProviderKey;
import dev.bursar.gateway.routing.RouteRules;
import dev.bursar.gateway.routing.RoutingSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RoutesConfigTest {

    private static final Map<String, String> ENVIRONMENT = Map.of("KEY_A", "sk-a", "KEY_B", "sk-b");

    @TempDir private Path files;

    @Test
    void parse_routes_areReadWhole() {
        RoutingSettings routing =
                parse(
                                """
                                models:
                                  mini: { provider: openai, model: gpt-4o-mini }
                                  brainy: { route: smart }
                                routes:
                                  smart:
                                    sticky: user
                                    within: 30 s
                                    answer_timeout: 5 s
                                    fallback: [anthropic/claude]
                                    rules:
                                      - name: small
                                        when:
                                          input_tokens: { below: 1_000 }
                                          output_tokens: { at_least: 10, below: 500 }
                                          tools: false
                                          team: [core, data]
                                          priority: batch
                                          operation: [chat, messages]
                                        to: { mini: 90, gpt-4o: 10 }
                                        fallback: []
                                      - when: { request_type: summary }
                                        to: mini
                                    complexity: { simple: mini, hard: gpt-4o, judge: mini }
                                  "*": { fallback: [mini] }
                                provider_health: { failures: 3, rest: 2 s }
                                """)
                        .gateway()
                        .routing();
        RouteRules smart = Objects.requireNonNull(routing.route("smart"));
        assertThat(smart.sticky()).isEqualTo("user");
        assertThat(smart.within()).isEqualTo(Duration.ofSeconds(30));
        assertThat(smart.answerWithin()).isEqualTo(Duration.ofSeconds(5));
        assertThat(routing.route("brainy")).isEqualTo(smart);
        var small = smart.rules().getFirst();
        assertThat(small.name()).isEqualTo("small");
        assertThat(small.fallback()).isEmpty();
        assertThat(small.when().inputTokens()).isEqualTo(new Condition.Range(0, 1_000));
        assertThat(small.when().outputTokens()).isEqualTo(new Condition.Range(10, 500));
        assertThat(small.when().traits()).isEqualTo(Map.of(Trait.TOOLS, false));
        assertThat(small.when().words()).containsOnlyKeys("team", "priority", "operation");
        assertThat(small.when().words().get("operation")).containsExactly("chat", "messages");
        assertThat(small.to())
                .isEqualTo(new Choice.Weighted(new TreeMap<>(Map.of("mini", 90, "gpt-4o", 10))));
        assertThat(smart.rules().get(1).name()).isEqualTo("rule-2");
        assertThat(smart.rules().get(1).fallback()).containsExactly("anthropic/claude");
        assertThat(smart.rules().getLast().to())
                .isEqualTo(new Choice.ByComplexity("mini", "gpt-4o", "mini"));
        RouteRules any = Objects.requireNonNull(routing.route("whatever"));
        assertThat(any.rules().getLast().to()).isEqualTo(new Choice.Asked());
        assertThat(routing.health())
                .isEqualTo(
                        new HealthSettings(
                                3,
                                Duration.ofSeconds(30),
                                Duration.ofSeconds(2),
                                Duration.ofMinutes(5)));
    }

    @Test
    void parse_withoutRoutes_routesNothing() {
        assertThat(parse("").gateway().routing().route("gpt-4o")).isNull();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    a: { too: mini } | routes.a.too: unknown key
                    a: { to: b }\\n  b: {} | routes.a.to: a route leads to models, and b is a route
                    a: { to: { x: 0 } } | routes.a.to.x: must be 1 to
                    a: { to: {} } | routes.a.to: must name 1 to 16 models
                    a: { to: x, complexity: { simple: x, hard: y } } | only one of to and complexity
                    a: { complexity: { simple: x } } | needs the key hard
                    a: { to: nobody/x } | routes.a.to: no such provider: nobody
                    a: { sticky: moon } | unknown dimension
                    a: { within: 0 s } | routes.a.within: must be a time
                    a: { rules: [{ to: x }] } | routes.a.rules[0]: needs the key when
                    a: { rules: [{ when: { tema: x }, to: x }] } | unknown dimension
                    a: { rules: [{ when: { provider: x } }] } | not known before the call is routed
                    a: { rules: [{ when: { tools: maybe } }] } | must be true or false
                    a: { rules: [{ when: { team: [] } }] } | names no value
                    a: { rules: [{ when: { operation: chats } }] } | yaml:2: routes.a.rules[0].when.operation: no such operation: chats; there are chat,
                    a:\\n    rules:\\n      - when:\\n          operation:\\n            - chat\\n            - generate | yaml:7: routes.a.rules[0].when.operation[1]: no such operation: generate; there are chat, responses,
                    a: { rules: [{ when: { operation: [] } }] } | names no value
                    a: { rules: [{ when: { input_tokens: { below: 5, at_least: 5 } } }] } | below greater
                    a: { fallback: [a1, a2, a3, a4, a5, a6, a7, a8, a9] } | at most 8 fallbacks
                    """)
    void parse_mistakeInARoute_namesItsPlace(String route, String says) {
        assertThatThrownBy(() -> parse("routes:\n  " + route.replace("\\n", "\n")))
                .isInstanceOf(ConfigException.class)
                .hasMessageMatching("bursar.yaml:[0-9]+: (?s).*")
                .hasMessageContaining(says);
    }

    @Test
    void parse_aliasOfNoRoute_isAMistake() {
        assertThatThrownBy(() -> parse("models: { fast: { route: smart } }"))
                .hasMessageContaining("models.fast.route: no such route: smart");
        assertThatThrownBy(
                        () -> parse("models: { fast: { route: a, model: x } }\nroutes: { a: {} }"))
                .hasMessageContaining("only a route, or a provider and its model");
    }

    @Test
    void parse_severalKeys_areReadFromTheEnvironmentAndFromFilesAndPrintedMasked()
            throws Exception {
        Path file = Files.writeString(files.resolve("key"), "sk-file\n");
        Config config =
                parse(
                        """
                        providers:
                          openai:
                            api_keys:
                              - { name: a, secret: "${KEY_A}", weight: 3, calls_per_minute: 500 }
                              - { name: b, secret: "${KEY_B}", concurrent: 20 }
                              - { file: %s }
                          anthropic: { api_key_file: %s }
                        """
                                .formatted(file, file));
        ProviderSettings openai =
                Objects.requireNonNull(config.gateway().providers().get("openai"));
        assertThat(openai.keys())
                .containsExactly(
                        new ProviderKey("a", "sk-a", 3, 500, 0),
                        new ProviderKey("b", "sk-b", 1, 0, 20),
                        new ProviderKey("key-3", "sk-file", 1, 0, 0));
        assertThat(Objects.requireNonNull(config.gateway().providers().get("anthropic")).keys())
                .containsExactly(ProviderKey.of("key", "sk-file"));
        List<String> lines = EffectiveConfig.lines(config);
        assertThat(lines).anyMatch(line -> line.contains("api_key=[a=***,b=***,key-3=***]"));
        assertThat(lines.toString() + config + config.gateway()).doesNotContain("sk-");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    api_key: x, api_key_file: y | only one of api_key, api_key_file and api_keys
                    api_keys: [] | must name 1 to 100 keys
                    api_keys: [{ name: a }] | needs one of the keys secret and file
                    api_keys: [{ secret: a, file: b }] | needs one of the keys secret and file
                    api_keys: [{ name: a, secret: x1 }, { name: a, secret: x2 }] | the name a is in line
                    api_keys: [{ secret: "${KEY_A}" }, { secret: "${KEY_A}" }] | the same key is in line
                    api_keys: [{ secret: "${NO_KEY}" }] | has no NO_KEY
                    api_keys: [{ secret: x, weight: 0 }] | weight: must be 1 to
                    api_keys: [{ secret: x, concurrent: 0 }] | concurrent: must be 1 to
                    api_key_file: /no/such/file | cannot be read: /no/such/file
                    base_url: "http://169.254.169.254/v1" | say allow_private: true if that is meant
                    allow_private: 1 | must be true or false
                    """)
    void parse_mistakeInKeys_namesItsPlaceAndNoSecret(String provider, String says) {
        assertThatThrownBy(() -> parse("providers: { openai: { " + provider + " } }"))
                .isInstanceOf(ConfigException.class)
                .hasMessageStartingWith("bursar.yaml:1: providers.openai")
                .hasMessageContaining(says)
                .hasMessageNotContaining("sk-");
    }

    @Test
    void parse_metadataAddressThatIsAllowed_isTaken() {
        assertThat(
                        parse(
                                        "providers: { openai: { allow_private: true, base_url:"
                                                + " 'http://169.254.169.254/v1' } }")
                                .gateway()
                                .providers())
                .containsKey("openai");
    }

    private static Config parse(String text) {
        return Config.parse("bursar.yaml", text, ENVIRONMENT);
    }
}
