package dev.bursar.gateway.cache;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What is kept, and how much of it. Nothing, unless somebody says so for a tenant.
///
/// @param bytes of the heap for answers, and as many for results of tools, 1 MB to 64 GB
/// @param entries of each at most, 1 to 10 million
/// @param tenantPercent of the bytes that one tenant may take, 1 to 100
/// @param tenants by name
public record CacheSettings(
        long bytes, int entries, int tenantPercent, SortedMap<String, Tenant> tenants) {

    public static final long DEFAULT_BYTES = 64L * 1024 * 1024;
    public static final int DEFAULT_ENTRIES = 100_000;
    public static final int DEFAULT_TENANT_PERCENT = 50;
    public static final long LEAST_BYTES = 1024L * 1024;
    public static final long MOST_BYTES = 64L * 1024 * 1024 * 1024;
    public static final int MOST_ENTRIES = 10_000_000;

    public static final CacheSettings OFF =
            new CacheSettings(
                    DEFAULT_BYTES, DEFAULT_ENTRIES, DEFAULT_TENANT_PERCENT, new TreeMap<>());

    /// What is kept for a tenant.
    ///
    /// @param answers of models: the first rule that matches decides, and without one nothing is kept
    /// @param tools results that agents keep, or null
    public record Tenant(List<CacheRule> answers, @Nullable Tools tools) {

        public static final int MAX_RULES = 100;

        public Tenant {
            answers = List.copyOf(answers);
            if (answers.size() > MAX_RULES) {
                throw new IllegalArgumentException("at most " + MAX_RULES + " rules");
            }
        }
    }

    /// How agents may keep results of their tools.
    ///
    /// @param ttl of results that name none
    /// @param longest that a result may ask for, 1 s to 30 d
    /// @param resultBytes of one result at most, up to 1 MB
    public record Tools(Duration ttl, Duration longest, int resultBytes) {

        public static final int MAX_RESULT_BYTES = 1024 * 1024;
        public static final int DEFAULT_RESULT_BYTES = 256 * 1024;
        public static final Duration DEFAULT_TTL = Duration.ofHours(1);
        public static final Duration DEFAULT_LONGEST = Duration.ofDays(1);

        public Tools {
            if (ttl.compareTo(Duration.ofSeconds(1)) < 0 || ttl.compareTo(longest) > 0) {
                throw new IllegalArgumentException("ttl must be 1 s to the longest: " + ttl);
            }
            if (longest.compareTo(CacheRule.MAX_TTL) > 0) {
                throw new IllegalArgumentException("longest must be at most 30 d: " + longest);
            }
            if (resultBytes < 1 || resultBytes > MAX_RESULT_BYTES) {
                throw new IllegalArgumentException("bytes must be 1 to " + MAX_RESULT_BYTES);
            }
        }
    }

    public CacheSettings {
        tenants = Collections.unmodifiableSortedMap(new TreeMap<>(tenants));
        if (bytes < LEAST_BYTES || bytes > MOST_BYTES) {
            throw new IllegalArgumentException("bytes must be 1 MB to 64 GB: " + bytes);
        }
        if (entries < 1 || entries > MOST_ENTRIES) {
            throw new IllegalArgumentException("entries must be 1 to 10,000,000: " + entries);
        }
        if (tenantPercent < 1 || tenantPercent > 100) {
            throw new IllegalArgumentException("a tenant's share must be 1 to 100 %");
        }
    }

    /// The rule for a call, if answers to it may be kept.
    public Optional<CacheRule> rule(String tenant, Map<String, String> subject) {
        Tenant settings = tenants.get(tenant);
        return settings == null
                ? Optional.empty()
                : settings.answers().stream().filter(rule -> rule.matches(subject)).findFirst();
    }

    /// Whether any text is compared by its meaning.
    public boolean comparesMeaning() {
        return tenants.values().stream()
                .flatMap(tenant -> tenant.answers().stream())
                .anyMatch(rule -> rule.threshold() != null);
    }

    Shelf.Bounds bounds() {
        return new Shelf.Bounds(bytes, entries, Math.max(1, bytes / 100 * tenantPercent));
    }
}
