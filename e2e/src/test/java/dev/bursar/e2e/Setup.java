package dev.bursar.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// The configuration of a server under test: one tenant `acme`, one key, providers on this machine.
///
/// @param openAi base URL of the provider `openai`
/// @param anthropic base URL of the provider `anthropic`
/// @param gemini base URL of the provider `gemini`, or empty
/// @param timezone of the tenant
/// @param budgets YAML list items, from the margin on
/// @param more YAML of the top level
record Setup(
        int port,
        String openAi,
        String anthropic,
        String gemini,
        String timezone,
        String budgets,
        String more) {

    /// Of the tenant's one key.
    static final String KEY = "acme-key-of-the-end-to-end-tests";

    /// The administrator's.
    static final String ADMIN = "admin-token-of-the-end-to-end-tests";

    /// What the providers want to see, and no client ever does.
    static final String PROVIDER_KEY = "provider-key-of-the-end-to-end-tests";

    static Setup of(String openAi, String anthropic) {
        return new Setup(Bursar.freePort(), openAi, anthropic, "", "Europe/Berlin", "", "");
    }

    Setup withGemini(String gemini) {
        return new Setup(port, openAi, anthropic, gemini, timezone, budgets, more);
    }

    Setup withBudgets(String budgets) {
        return new Setup(port, openAi, anthropic, gemini, timezone, budgets, more);
    }

    /// Where windows of the calendar turn, like `Asia/Tokyo` or `+05:00`.
    Setup inTimezone(String timezone) {
        return new Setup(port, openAi, anthropic, gemini, timezone, budgets, more);
    }

    Setup with(String more) {
        return new Setup(port, openAi, anthropic, gemini, timezone, budgets, more);
    }

    /// Where the server under test keeps its data.
    static Path data(Path home) {
        return home.resolve("data");
    }

    /// Writes it as `bursar.yaml` into `home`.
    Path write(Path home) {
        try {
            return Files.writeString(home.resolve("bursar.yaml"), text(home));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String text(Path home) {
        String yaml =
                """
                server: { host: 127.0.0.1, port: %d }
                data: "%s"
                admin: { token: %s }
                providers:
                  openai: { base_url: "%s", api_key: %s }
                  anthropic: { base_url: "%s", api_key: %s }
                %stenants:
                  acme:
                    timezone: "%s"
                    keys:
                      - { name: e2e, secret: %s, defaults: { team: core } }
                """
                        .formatted(
                                port,
                                data(home),
                                ADMIN,
                                openAi,
                                PROVIDER_KEY,
                                anthropic,
                                PROVIDER_KEY,
                                gemini.isEmpty()
                                        ? ""
                                        : "  gemini: { base_url: \"%s\", api_key: %s }\n"
                                                .formatted(gemini, PROVIDER_KEY),
                                timezone,
                                KEY);
        String list = budgets.isEmpty() ? "" : "    budgets:\n" + budgets.indent(6);
        return yaml + list + more;
    }
}
