package dev.bursar.server.config;

import dev.bursar.gateway.ProviderSettings;
import dev.bursar.gateway.routing.ProviderKey;
import dev.bursar.server.config.Node.Place;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Reads the keys of a provider: `api_key`, `api_key_file`, or several as `api_keys`; else the usual
/// variable of the environment.
final class KeyReader {

    private static final int MAX_FILE_BYTES = 4_096;

    private final Map<String, String> environment;
    private final List<String> notes;

    KeyReader(Map<String, String> environment, List<String> notes) {
        this.environment = environment;
        this.notes = notes;
    }

    List<ProviderKey> keys(String provider, Section section) {
        List<String> named =
                List.of("api_key", "api_key_file", "api_keys").stream()
                        .filter(section::has)
                        .toList();
        if (named.size() > 1) {
            throw section.keyPlace(named.get(1))
                    .mistake("only one of api_key, api_key_file and api_keys");
        }
        if (section.has("api_keys")) {
            return several(section);
        }
        String secret =
                section.has("api_key_file")
                        ? file(section, "api_key_file")
                        : section.textIfSet("api_key").orElseGet(() -> usual(provider));
        if (secret == null) {
            if (section.node("api_key") instanceof Node.Unset unset) {
                notes.add(
                        unset.place()
                                .note(
                                        "the environment has no %s, so calls are sent without a key"
                                                .formatted(unset.variable())));
            }
            return List.of();
        }
        requireSound(secret, section.valuePlace(named.isEmpty() ? "api_key" : named.getFirst()));
        return List.of(ProviderKey.of("key", secret));
    }

    private List<ProviderKey> several(Section provider) {
        List<ProviderKey> keys = new ArrayList<>();
        Map<String, Place> names = new HashMap<>();
        Map<String, Place> secrets = new HashMap<>();
        for (Node item : Section.items(provider.node("api_keys"))) {
            Section key =
                    Section.of(
                            item,
                            "name",
                            "secret",
                            "file",
                            "weight",
                            "calls_per_minute",
                            "concurrent");
            String secret = secret(key);
            String name = key.text("name").orElse("key-" + (keys.size() + 1));
            TenantReader.requireName(name, key.valuePlace("name"));
            TenantReader.requireNew(names, name, key.place(), "the name " + name);
            TenantReader.requireNew(secrets, secret, key.place(), "the same key");
            keys.add(
                    new ProviderKey(
                            name,
                            secret,
                            key.whole("weight", 1, 1, ProviderKey.MAX_WEIGHT),
                            key.whole("calls_per_minute", 0, 1, ProviderKey.MAX_CALLS_PER_MINUTE),
                            key.whole("concurrent", 0, 1, ProviderKey.MAX_CONCURRENT)));
        }
        if (keys.isEmpty() || keys.size() > ProviderSettings.MAX_KEYS) {
            throw provider.valuePlace("api_keys")
                    .mistake("must name 1 to " + ProviderSettings.MAX_KEYS + " keys");
        }
        return keys;
    }

    private static String secret(Section key) {
        if (key.has("secret") == key.has("file")) {
            throw key.place().mistake("needs one of the keys secret and file");
        }
        String source = key.has("file") ? "file" : "secret";
        String secret = key.has("file") ? file(key, "file") : key.requiredText("secret");
        requireSound(secret, key.valuePlace(source));
        return secret;
    }

    private static void requireSound(String secret, Place place) {
        if (!Secrets.isSoundAbroad(secret)) {
            throw place.mistake(Secrets.RULE_ABROAD);
        }
    }

    /// What a file holds, without the white space around it. Read again at each reload.
    private static String file(Section section, String key) {
        String written = section.requiredText(key);
        Place place = section.valuePlace(key);
        try {
            Path path = Path.of(written);
            if (Files.size(path) > MAX_FILE_BYTES) {
                throw place.mistake("larger than " + MAX_FILE_BYTES + " bytes: " + written);
            }
            // Bytes that are no ASCII make a secret unsound; which ones they are is nobody's
            // business.
            return new String(Files.readAllBytes(path), StandardCharsets.ISO_8859_1).strip();
        } catch (InvalidPathException e) {
            throw place.mistake("not a path: " + written);
        } catch (IOException e) {
            throw place.mistake("cannot be read: " + written);
        }
    }

    /// The variable that is named like the provider, such as `OPENAI_API_KEY`, or the one that its own SDK
    /// reads.
    @Nullable String usual(String provider) {
        String value = environment.get(provider.toUpperCase(Locale.ROOT) + "_API_KEY");
        String used = value == null || value.isBlank() ? environment.get(ofSdk(provider)) : value;
        return used == null || used.isBlank() ? null : used;
    }

    private static String ofSdk(String provider) {
        return switch (provider) {
            case "azure" -> "AZURE_OPENAI_API_KEY";
            case "bedrock" -> "AWS_BEARER_TOKEN_BEDROCK";
            default -> "";
        };
    }
}
