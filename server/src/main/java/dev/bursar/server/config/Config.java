package dev.bursar.server.config;

import dev.bursar.gateway.GatewaySettings;
import dev.bursar.gateway.ladder.LadderSettings;
import dev.bursar.ledger.Budget;
import dev.bursar.ledger.ScopePath;
import dev.bursar.ledger.TenantId;
import dev.bursar.pricing.Price;
import dev.bursar.pricing.PriceBook;
import dev.bursar.pricing.ToolPrices;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Everything a person can decide in `bursar.yaml`, checked as a whole.
///
/// @param data the directory of the journal, the read model and the directory of keys; made absolute
/// @param adminToken null when the file names none: one is made at the first start
/// @param gateway providers, names of models, and what to do with models without a price
/// @param prices overrides and additions to the bundled price book
/// @param tools prices of the calls of tools
/// @param tenants by id, at least one
/// @param notes what the file asks for and this version does not do yet, for the log
public record Config(
        Server server,
        Path data,
        @Nullable String adminToken,
        GatewaySettings gateway,
        List<Price> prices,
        ToolPrices tools,
        SortedMap<String, Tenant> tenants,
        List<String> notes) {

    /// The largest file that is read as a configuration, in bytes.
    public static final int MAX_FILE_BYTES = 4 * 1024 * 1024;

    /// Where to listen.
    ///
    /// @param port 0 for any free one
    /// @param archiveAfter how old entries of the journal are archived by themselves, null for never
    public record Server(String host, int port, @Nullable Duration archiveAfter) {

        public Server(String host, int port) {
            this(host, port, null);
        }
    }

    /// @param zone whose calendar days, weeks and months its budgets follow
    /// @param budgets with ids `tenant/name`, in the order of the file
    /// @param ladder how its budgets change its calls
    public record Tenant(
            TenantId id, ZoneId zone, List<Key> keys, List<Budget> budgets, LadderSettings ladder) {

        public Tenant {
            keys = List.copyOf(keys);
            budgets = List.copyOf(budgets);
        }
    }

    /// A key that the file declares and owns.
    ///
    /// @param defaults dimensions of its calls
    /// @param scope the only part of the tenant that it may act upon, null for all of it
    /// @param expires from when on it is good no more, null for never
    public record Key(
            String name,
            String secret,
            SortedMap<String, String> defaults,
            Set<Permission> permissions,
            @Nullable ScopePath scope,
            @Nullable Instant expires) {

        public Key {
            defaults = Collections.unmodifiableSortedMap(new TreeMap<>(defaults));
            permissions = Set.copyOf(permissions);
        }

        /// Without the secret.
        @Override
        public String toString() {
            return "Key[" + name + ", " + defaults + ", " + permissions + "]";
        }
    }

    public Config {
        prices = List.copyOf(prices);
        tenants = Collections.unmodifiableSortedMap(new TreeMap<>(tenants));
        notes = List.copyOf(notes);
    }

    /// Reads and checks a file.
    ///
    /// @param environment for `${NAME}` and for the usual provider keys
    /// @throws ConfigException when there is no such file or anything in it is wrong
    public static Config read(Path file, Map<String, String> environment) {
        String text;
        try {
            if (Files.size(file) > MAX_FILE_BYTES) {
                throw new ConfigException(file + ": larger than " + MAX_FILE_BYTES + " bytes");
            }
            text = Files.readString(file);
        } catch (NoSuchFileException e) {
            throw new ConfigException(file + ": no such file", e);
        } catch (MalformedInputException e) {
            throw new ConfigException(file + ": not UTF-8", e);
        } catch (IOException e) {
            throw new ConfigException(file + ": cannot be read: " + e.getMessage(), e);
        }
        return parse(file.toString(), text, environment);
    }

    /// Checks a configuration that is in memory.
    ///
    /// @param name how messages call the text
    public static Config parse(String name, String text, Map<String, String> environment) {
        return new ConfigReader(environment).read(YamlDocument.read(name, text, environment));
    }

    /// What holds without a file: the tenant `default`, whose every run may spend a little.
    public static Config defaults(Map<String, String> environment) {
        return parse("defaults", "", environment);
    }

    /// This configuration with another data directory.
    public Config withData(Path changed) {
        return new Config(server, changed, adminToken, gateway, prices, tools, tenants, notes);
    }

    /// This configuration on another port.
    public Config withPort(int port) {
        return withServer(new Server(server.host(), port, server.archiveAfter()));
    }

    /// This configuration, listening elsewhere.
    public Config withServer(Server changed) {
        return new Config(changed, data, adminToken, gateway, prices, tools, tenants, notes);
    }

    /// The bundled prices with those of the file.
    public PriceBook priceBook() {
        return PriceBook.bundled().with(prices).withTools(tools);
    }

    /// All budgets of all tenants.
    public List<Budget> budgets() {
        return tenants.values().stream().flatMap(tenant -> tenant.budgets().stream()).toList();
    }
}
