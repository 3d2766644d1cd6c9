package dev.bursar.gateway.routing;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// The keys of all providers. Calls of a run stay with one key while it can take them, as the prompt
/// cache of a provider belongs to the account of the key. A key that was refused or has too many calls
/// rests, and others are taken.
///
/// Thread-safe. New keys make a new ring; those that stay keep their state.
public final class KeyRing {

    private static final Duration REFUSED_REST = Duration.ofMinutes(1);
    private static final Duration REFUSED_MOST = Duration.ofHours(1);
    private static final Duration LIMITED_REST = Duration.ofSeconds(2);
    private static final Duration LIMITED_MOST = Duration.ofMinutes(5);
    private static final int TOO_MANY_CALLS = 429;

    private record Slot(ProviderKey key, KeyState state) {}

    private record Sleeper(Slot slot, Instant until) {}

    private final Map<String, List<Slot>> slots;

    private KeyRing(Map<String, List<Slot>> slots) {
        this.slots = slots;
    }

    /// No keys at all.
    public static KeyRing empty() {
        return new KeyRing(Map.of());
    }

    /// @param keys by provider
    public KeyRing with(Map<String, List<ProviderKey>> keys) {
        Map<String, List<Slot>> changed = new HashMap<>();
        keys.forEach((provider, ofProvider) -> {
            List<Slot> ring = new ArrayList<>();
            for (ProviderKey key : ofProvider) {
                ring.add(new Slot(key, state(provider, key)));
            }
            changed.put(provider, List.copyOf(ring));
        });
        return new KeyRing(Map.copyOf(changed));
    }

    private KeyState state(String provider, ProviderKey key) {
        for (Slot slot : slots.getOrDefault(provider, List.of())) {
            if (slot.key().secret().equals(key.secret())) {
                return slot.state();
            }
        }
        return new KeyState();
    }

    /// Whether a provider has a key that does not rest, or needs none.
    public boolean isAwake(String provider, Instant now) {
        List<Slot> ring = slots.getOrDefault(provider, List.of());
        for (Slot slot : ring) {
            if (!slot.state().rests(now)) {
                return true;
            }
        }
        return ring.isEmpty();
    }

    /// The keys that one model is asked with for one call, each at most once. Not thread-safe.
    public final class Turn {

        private final String stick;
        private final List<KeyState> dead;
        private final List<KeyState> tried;

        private Turn(String stick, List<KeyState> dead) {
            this.stick = stick;
            this.dead = dead;
            this.tried = new ArrayList<>(dead);
        }

        /// For another model: it may do with the same key what the one before it could not.
        public Turn another() {
            return new Turn(stick, dead);
        }

        /// The provider does not know the key: no other model is asked with it for this call.
        public void dead(Lease lease) {
            dead.add(lease.slot.state());
        }

        /// Whether [#take] would find a key now. Somebody else may be faster.
        public boolean hasRoom(String provider, Instant now, boolean resting) {
            return slots.getOrDefault(provider, List.of()).stream()
                    .filter(slot -> !tried.contains(slot.state()))
                    .filter(slot -> resting || !slot.state().rests(now))
                    .anyMatch(slot -> slot.state().hasRoom(slot.key(), now));
        }

        /// How long it takes until a bucket that is empty lets a call of a provider through again; zero where
        /// one has room, and only calls that are open are in the way, whose ends nobody knows.
        public Duration untilRefill(String provider, Instant now) {
            return slots.getOrDefault(provider, List.of()).stream()
                    .filter(slot -> !dead.contains(slot.state()))
                    .map(slot -> slot.state().untilRefill(slot.key(), now))
                    .min(Comparator.naturalOrder())
                    .orElse(Duration.ZERO);
        }

        /// A key for the next attempt, or null when all that were not tried rest or are at their bounds.
        ///
        /// @param resting whether one that rests will do when no other can take the call
        public @Nullable Lease take(String provider, Instant now, boolean resting) {
            List<Slot> awake = new ArrayList<>(1);
            List<Sleeper> asleep = new ArrayList<>(0);
            for (Slot slot : slots.getOrDefault(provider, List.of())) {
                if (!tried.contains(slot.state())) {
                    Instant until = slot.state().restsUntil();
                    if (now.isBefore(until)) {
                        asleep.add(new Sleeper(slot, until));
                    } else {
                        awake.add(slot);
                    }
                }
            }
            while (!awake.isEmpty()) {
                Slot slot = preferred(awake);
                if (slot.state().claim(slot.key(), now)) {
                    return lease(slot);
                }
                awake.remove(slot);
            }
            if (!resting) {
                return null;
            }
            asleep.sort(Comparator.comparing(Sleeper::until));
            for (Sleeper sleeper : asleep) {
                Slot slot = sleeper.slot();
                if (slot.state().claim(slot.key(), now)) {
                    return lease(slot);
                }
            }
            return null;
        }

        private Lease lease(Slot slot) {
            tried.add(slot.state());
            return new Lease(slot);
        }

        private Slot preferred(List<Slot> left) {
            if (left.size() == 1) {
                return left.getFirst();
            }
            SortedMap<String, Integer> weights = new TreeMap<>();
            left.forEach(slot -> weights.put(slot.key().name(), slot.key().weight()));
            String name = Shares.pick(weights, stick);
            return left.stream()
                    .filter(slot -> slot.key().name().equals(name))
                    .findFirst()
                    .orElseThrow();
        }
    }

    /// @param stick calls with the same stay with one key while they can
    public Turn turn(String stick) {
        return new Turn(stick, new ArrayList<>(0));
    }

    /// Whether a provider is called with a key of the house.
    public boolean has(String provider) {
        return !slots.getOrDefault(provider, List.of()).isEmpty();
    }

    /// A key while a call uses it. Closed once; closing it again does nothing.
    public static final class Lease implements AutoCloseable {

        private final Slot slot;
        private final AtomicBoolean closed = new AtomicBoolean();

        private Lease(Slot slot) {
            this.slot = slot;
        }

        public ProviderKey key() {
            return slot.key();
        }

        /// The provider did not take the key: it rests.
        ///
        /// @param status 401, 403 or 429
        /// @param told how long the provider says, zero when it does not
        public void refused(int status, Instant now, Duration told) {
            if (status == TOO_MANY_CALLS) {
                slot.state().rest(now, told, LIMITED_REST, LIMITED_MOST);
            } else {
                slot.state().rest(now, Duration.ZERO, REFUSED_REST, REFUSED_MOST);
            }
        }

        /// The provider took the key.
        public void taken() {
            slot.state().wakeUp();
        }

        @Override
        public void close() {
            if (closed.compareAndSet(false, true)) {
                slot.state().giveBack();
            }
        }
    }
}
