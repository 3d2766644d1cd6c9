package dev.bursar.gateway.cache;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What agents keep of their tools, so that the next who needs it need not call the tool again. In memory,
/// bounded, apart by tenant, and good for a time. Thread-safe.
public final class ToolResults {

    /// What names of tools and keys may be.
    public static final Pattern NAMESPACE = Pattern.compile("[A-Za-z0-9_.-]{1,64}");

    public static final Pattern KEY = Pattern.compile("[A-Za-z0-9_.:~+=@-]{1,256}");

    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, Tally> tallies = new HashMap<>();
    private Shelf<Result> shelf;
    private volatile CacheSettings settings;

    public ToolResults(CacheSettings settings) {
        this.settings = settings;
        this.shelf = new Shelf<>(settings.bounds(), _ -> {});
    }

    /// A result as it was put.
    ///
    /// @param type its media type
    /// @param microcents what calling the tool costs (1 USD = 10^8)
    @SuppressWarnings("ArrayRecordComponent") // never compared; changed by nobody
    public record Result(byte[] body, String type, long microcents, Instant at, Instant until) {}

    /// Why a result is not kept.
    public enum Refused {
        /// The tenant keeps none.
        OFF,
        /// It is larger than the tenant's settings allow.
        TOO_LARGE,
        /// It asks to be good for longer than the tenant's settings allow.
        TOO_LONG
    }

    /// Uses other settings from now on. Other bounds empty the cache.
    public void reconfigure(CacheSettings changed) {
        locked(() -> {
            if (!changed.bounds().equals(settings.bounds())) {
                shelf = new Shelf<>(changed.bounds(), _ -> {});
            }
            settings = changed;
            return true;
        });
    }

    /// Whether a tenant keeps results.
    public Optional<CacheSettings.Tools> settings(String tenant) {
        CacheSettings.Tenant known = settings.tenants().get(tenant);
        return known == null ? Optional.empty() : Optional.ofNullable(known.tools());
    }

    /// Keeps a result, in place of the one with the same name.
    ///
    /// @param ttl how long it is good, or null for as long as the tenant's settings say
    /// @return why not, or empty
    public Optional<Refused> put(
            Name name,
            byte[] body,
            String type,
            long microcents,
            @Nullable Duration ttl,
            Instant now) {
        CacheSettings.Tools tools = settings(name.tenant()).orElse(null);
        if (tools == null) {
            return Optional.of(Refused.OFF);
        }
        if (body.length > tools.resultBytes()) {
            return Optional.of(Refused.TOO_LARGE);
        }
        Duration good = ttl == null ? tools.ttl() : ttl;
        if (good.compareTo(tools.longest()) > 0) {
            return Optional.of(Refused.TOO_LONG);
        }
        Instant until = now.plus(good);
        Result result = new Result(body, type, microcents, now, until);
        return locked(() -> {
            boolean kept = shelf.put(name.tenant(), name.place(), result, body.length, until);
            if (kept) {
                tally(name.tenant()).kept++;
            }
            return kept ? Optional.empty() : Optional.of(Refused.TOO_LARGE);
        });
    }

    /// The result, if it is there and still good.
    public Optional<Result> find(Name name, Instant now) {
        return locked(() -> {
            Result found =
                    settings(name.tenant()).isEmpty()
                            ? null
                            : shelf.find(name.tenant(), name.place(), now);
            Tally tally = tally(name.tenant());
            if (found == null) {
                tally.misses++;
            } else {
                tally.exact++;
                tally.microcents += found.microcents();
            }
            return Optional.ofNullable(found);
        });
    }

    /// @return whether there was one
    public boolean remove(Name name) {
        return locked(() -> shelf.remove(name.tenant(), name.place()));
    }

    /// By tenant, of those that have used it since the start.
    public SortedMap<String, CacheStats> stats() {
        return locked(() -> {
            SortedMap<String, CacheStats> stats = new TreeMap<>();
            tallies.forEach((tenant, tally) ->
                    stats.put(tenant, tally.with(shelf.entries(tenant), shelf.bytes(tenant))));
            return stats;
        });
    }

    /// Where a result is.
    ///
    /// @param namespace the tool, or whatever its users agree on: [#NAMESPACE]
    /// @param key the question to it: [#KEY]
    public record Name(String tenant, String namespace, String key) {

        public Name {
            if (!NAMESPACE.matcher(namespace).matches()) {
                throw new IllegalArgumentException(
                        "a namespace has 1 to 64 letters, digits, '.', '_' or '-'");
            }
            if (!KEY.matcher(key).matches()) {
                throw new IllegalArgumentException(
                        "a key has 1 to 256 letters, digits, or any of . _ : ~ + = @ -");
            }
        }

        private String place() {
            return namespace + "/" + key;
        }
    }

    private Tally tally(String tenant) {
        return tallies.computeIfAbsent(tenant, _ -> new Tally());
    }

    private <T> T locked(Supplier<T> step) {
        lock.lock();
        try {
            return step.get();
        } finally {
            lock.unlock();
        }
    }
}
