package dev.bursar.gateway;

import dev.bursar.ledger.TenantId;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.RequestOptions;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Follows the responses that providers go on with in the background, and settles each by what its
/// provider says at its end.
///
/// Each has a virtual thread that asks for it now and then, with the key it was made with, until it is
/// over or the time of its call is. Then it is cancelled, so that it cannot take more than is charged:
/// what the provider says it took; where it says only that the response is over, the input by our count
/// and the output that was seen; where it says nothing, all that was held. When the gateway closes, the
/// holds are left as they are: they run out and are charged, as after a crash.
final class BackgroundResponses implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(BackgroundResponses.class);

    /// Responses at a time, those included whose call has just begun.
    static final int MOST = 10_000;

    /// No tenant may have more than this part of them.
    private static final int TENANTS_PART = 4;

    static final int MOST_ANSWER_BYTES = 2 * 1024 * 1024;

    /// For one question. Shorter than the time by which a hold outlasts its call.
    private static final Duration PATIENCE = Duration.ofSeconds(8);

    /// So many times in a row the provider says that there is no such response.
    private static final int MISSING = 3;

    private static final String STOPPED = "stopped";
    private static final String TIMEOUT = "timeout";

    private static final int RETRY_SECONDS = 5;
    private static final int OK = 200;
    private static final int NOT_FOUND = 404;

    /// How often a provider is asked: after `first`, then half as long again each time, up to `longest`.
    record Pace(Duration first, Duration longest) {

        static final Pace USUAL = new Pace(Duration.ofSeconds(1), Duration.ofSeconds(15));

        private Duration after(Duration wait) {
            Duration longer = wait.multipliedBy(3).dividedBy(2);
            return longer.compareTo(longest) > 0
                    ? longest
                    : longer.compareTo(first) < 0 ? first : longer;
        }
    }

    private final Pace pace;
    private final int most;
    private final Questions questions = new Questions();

    /// Places that are taken, in all and by tenant. Guarded by the map.
    private final Map<TenantId, Integer> taken = new HashMap<>();

    private int places;
    private final Map<String, Watcher> watchers = new ConcurrentHashMap<>();
    private volatile boolean closed;

    /// @param most responses at a time
    BackgroundResponses(Pace pace, int most) {
        this.pace = pace;
        this.most = most;
    }

    /// Room for one response, from before its hold until that has ended. Closed once; closing it again
    /// does nothing. Not thread-safe.
    final class Place implements AutoCloseable {

        private final TenantId tenant;
        private boolean left;

        private Place(TenantId tenant) {
            this.tenant = tenant;
        }

        /// Takes the room over from the call.
        ///
        /// @param one is followed on a thread of its own
        void follow(Wiring wiring, Followed one) {
            Place mine = new Place(tenant);
            left = true;
            Watcher watcher = new Watcher(wiring, one, mine);
            watchers.put(one.bill().call(), watcher);
            Thread.ofVirtual().name("background").start(watcher);
        }

        @Override
        public void close() {
            if (!left) {
                left = true;
                leave(tenant);
            }
        }
    }

    /// @throws RefusedException when there are as many as there may be, in all or of the tenant
    Place claim(TenantId tenant) {
        synchronized (taken) {
            if (places >= most) {
                throw full("too many responses in the background at a time");
            }
            int own = taken.getOrDefault(tenant, 0);
            if (own >= Math.max(1, most / TENANTS_PART)) {
                throw full("the tenant has too many responses in the background at a time");
            }
            taken.put(tenant, own + 1);
            places++;
        }
        return new Place(tenant);
    }

    private static RefusedException full(String why) {
        return new RefusedException(Denial.later(Refusal.OVERLOADED, why, RETRY_SECONDS));
    }

    private void leave(TenantId tenant) {
        synchronized (taken) {
            taken.computeIfPresent(tenant, (_, own) -> own > 1 ? own - 1 : null);
            places--;
        }
    }

    /// How many are followed.
    int open() {
        return watchers.size();
    }

    /// Something has happened to a response: its provider is asked at once.
    void wake(String id) {
        watchers.values().stream()
                .filter(watcher -> watcher.one.id().equals(id))
                .forEach(watcher -> watcher.awake.release());
    }

    /// Follows none any more. Those whose end is being written down are not cut.
    @Override
    public void close() {
        closed = true;
        if (!watchers.isEmpty()) {
            LOG.warn("event=background_responses_left_to_expire responses={}", watchers.size());
        }
        watchers.values().forEach(Watcher::leave);
    }

    private final class Watcher implements Runnable {

        private final Wiring wiring;
        private final Followed one;
        private final Place place;
        private final Semaphore awake = new Semaphore(0);
        private final long sinceNanos = System.nanoTime();
        private volatile CompletableFuture<Errand.Result> asked = new CompletableFuture<>();

        Watcher(Wiring wiring, Followed one, Place place) {
            this.wiring = wiring;
            this.one = one;
            this.place = place;
        }

        @Override
        public void run() {
            try {
                watch();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (RuntimeException | Error bug) {
                LOG.error("following failed: call={}", one.bill().call(), bug);
                one.abandon();
            } finally {
                place.close();
                watchers.remove(one.bill().call());
            }
        }

        private void watch() throws InterruptedException {
            Duration wait = one.stop() ? Duration.ZERO : pace.first();
            for (int missing = 0; missing < MISSING; wait = pace.after(wait)) {
                rest(wait);
                if (closed) {
                    return;
                }
                if (one.leftNanos() <= 0) {
                    endInTime();
                    return;
                }
                if (one.stop() && settled(ask(one.cancel()), STOPPED)) {
                    return;
                }
                Errand.Result answer = ask(one.ask());
                if (settled(answer, STOPPED)) {
                    return;
                }
                missing = answer.status() == NOT_FOUND ? missing + 1 : 0;
            }
            charge("not_found");
        }

        /// Waits, but no longer than its time, and until somebody wakes it.
        private void rest(Duration wait) throws InterruptedException {
            long nanos = closed ? 0 : Math.min(wait.toNanos(), Math.max(0, one.leftNanos()));
            boolean _ = awake.tryAcquire(nanos, TimeUnit.NANOSECONDS);
            awake.drainPermits();
        }

        /// Cancels the response; one that was over before is told as it is.
        private void endInTime() throws InterruptedException {
            boolean told = settled(ask(one.cancel()), TIMEOUT) || settled(ask(one.ask()), TIMEOUT);
            if (!told && !closed) {
                charge(TIMEOUT);
            }
        }

        /// @param stop why it is cancelled, when the gateway has done that
        /// @return whether the answer has told the end of the response, and it is settled
        private boolean settled(Errand.Result answer, String stop) {
            if (answer.status() != OK) {
                return false;
            }
            ResponsesReader reader = new ResponsesReader();
            reader.believeUpTo(one.bill().held().believableTokens());
            byte[] json = answer.body().getBytes();
            reader.read(json, 0, json.length);
            String end = reader.end();
            if (end == null) {
                return false;
            }
            tellTime();
            boolean ours = end.equals("cancelled") && (one.stop() || one.leftNanos() <= 0);
            one.settle(ours ? stop : end, reader, wiring);
            return true;
        }

        private void charge(String status) {
            tellTime();
            one.charge(status, new ResponsesReader(), wiring.clock());
            LOG.warn(
                    "event=background_response_charged_as_held call={} provider={} status={}",
                    one.bill().call(),
                    one.provider().name(),
                    status);
        }

        private void tellTime() {
            long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - sinceNanos);
            one.bill().record().number("background_millis", millis);
        }

        /// What cannot be reached has no status.
        private Errand.Result ask(RequestOptions options) throws InterruptedException {
            Errand errand =
                    new Errand(
                            wiring.vertx(), wiring.upstream(), one.provider(), MOST_ANSWER_BYTES);
            try (Questions.Turn _ = questions.next(one.provider().name())) {
                asked = errand.result();
                if (closed) {
                    return Errand.NOTHING;
                }
                wiring.vertx().runOnContext(_ -> errand.start(options, Buffer.buffer(), PATIENCE));
                return errand.result().join();
            }
        }

        private void leave() {
            asked.complete(Errand.NOTHING);
            awake.release();
        }
    }
}
