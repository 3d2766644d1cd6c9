package dev.bursar.gateway.cache;

import dev.bursar.gateway.cache.CacheRequest.Use;
import dev.bursar.gateway.embedding.Embedding;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Answers of models that were paid for and may be given again: to the same question, to one that means
/// the same where a rule allows it, and to those who ask the same at the same time.
///
/// A question is the same when everything that could change its answer is: tenant, provider, model, wire
/// format, the rule, and the body, whatever the order of its fields and, where an answer can be told both
/// ways, whether a stream is asked for.
///
/// Once a fresh answer is asked for, no older one is given any more to those who come later, unless the
/// asking fails.
///
/// Thread-safe; short of waiting for somebody else's answer, no call waits for another.
public final class AnswerCache {

    /// Hits of which it is known which answer they were given, so that a wrong one can be taken away.
    static final int MAX_SERVED = 10_000;

    private final Meaning meaning;
    private final Flights<Kept> flights = new Flights<>();
    private final RecordedBytes recorded;
    private final ReentrantLock lock = new ReentrantLock();
    private final Topics topics = new Topics();
    private final SequencedMap<Served, String> served = new LinkedHashMap<>();
    private final Turns turns = new Turns();
    private final Map<String, Tally> tallies = new HashMap<>();
    private Shelf<Kept> shelf;
    private volatile CacheSettings settings;

    private record Served(String tenant, String call) {}

    /// @param meaning of texts, where rules compare them by it
    public AnswerCache(CacheSettings settings, Meaning meaning) {
        this.settings = settings;
        this.meaning = meaning;
        this.recorded = new RecordedBytes(settings);
        this.shelf = new Shelf<>(settings.bounds(), this::removed);
    }

    /// An answer that is kept.
    ///
    /// @param turn of its question among all: a question that was put later has a larger one
    /// @param topic how it is found by its meaning, or null
    private record Kept(
            Answer answer, Answer.Paid paid, Instant at, long turn, Topics.@Nullable Known topic) {}

    /// Uses other rules for calls from now on. Other bounds empty the cache.
    public void reconfigure(CacheSettings changed) {
        locked(() -> {
            if (!changed.bounds().equals(settings.bounds())) {
                shelf.clear();
                shelf = new Shelf<>(changed.bounds(), this::removed);
            }
            recorded.bound(changed);
            settings = changed;
            return true;
        });
    }

    /// What streams take that are on their way, and may be kept.
    public RecordedBytes recorded() {
        return recorded;
    }

    /// Whether anything is kept for a tenant.
    public boolean keeps(String tenant) {
        CacheSettings.Tenant known = settings.tenants().get(tenant);
        return known != null && !known.answers().isEmpty();
    }

    /// Looks for an answer. Where somebody is asking the same, waits for that for as long as the rule
    /// says.
    ///
    /// @param whenGone given what ends the waiting at once, for when the client hangs up
    public Visit visit(CacheRequest request, Instant now, Consumer<Runnable> whenGone) {
        if (request.use() == Use.BYPASS) {
            return new Visit.Off();
        }
        Optional<CacheRule> rule = settings.rule(request.tenant(), request.subject());
        Optional<Question> question = rule.flatMap(found -> Question.of(request, found));
        if (rule.isEmpty() || question.isEmpty()) {
            return new Visit.Off();
        }
        Asked asked = new Asked(request, rule.get(), question.get());
        if (request.use() == Use.REFRESH) {
            return asked.miss(flights.renew(asked.place()));
        }
        Visit.Hit hit = flights.renewing(asked.place()) ? null : asked.known(now);
        if (hit != null) {
            return hit;
        }
        return rule.get().patience().isZero() ? asked.miss(null) : asked.together(now, whenGone);
    }

    /// The hit was given to the client.
    public void served(Visit.Hit hit) {
        locked(() -> {
            tally(hit.tenant()).hit(hit.kind(), hit.paid());
            if (served.size() >= MAX_SERVED) {
                served.pollFirstEntry();
            }
            return served.put(new Served(hit.tenant(), hit.call()), hit.key());
        });
    }

    /// A hit was the wrong answer: it is given to nobody any more.
    ///
    /// @param call that got it
    /// @return whether the call is known as a hit that was not reported yet; only the last some thousand are
    public boolean wrong(String tenant, String call) {
        return locked(() -> {
            String key = served.remove(new Served(tenant, call));
            if (key == null) {
                return false;
            }
            tally(tenant).wrong++;
            shelf.remove(tenant, key);
            return true;
        });
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

    /// How many questions are being put for all who ask them.
    int open() {
        return flights.open();
    }

    private Tally tally(String tenant) {
        return tallies.computeIfAbsent(tenant, _ -> new Tally());
    }

    private void removed(Kept kept) {
        if (kept.topic() != null) {
            topics.remove(kept.topic());
        }
    }

    private <T> T locked(Supplier<T> step) {
        lock.lock();
        try {
            return step.get();
        } finally {
            lock.unlock();
        }
    }

    /// One call's question on its way through the cache.
    private final class Asked {

        private final CacheRequest request;
        private final CacheRule rule;
        private final Question question;
        private @Nullable Embedding embedding;

        private Asked(CacheRequest request, CacheRule rule, Question question) {
            this.request = request;
            this.rule = rule;
            this.question = question;
        }

        private String place() {
            return request.tenant() + "/" + question.key();
        }

        private Visit.@Nullable Hit known(Instant now) {
            Visit.Hit hit = exact(now);
            return hit == null ? semantic(now) : hit;
        }

        private Visit.@Nullable Hit exact(Instant now) {
            return found(question.key(), Visit.Kind.EXACT, 1, now);
        }

        private Visit.@Nullable Hit semantic(Instant now) {
            Question.Topic topic = question.topic();
            Double threshold = rule.threshold();
            Embedding mine = meaning();
            if (topic == null || threshold == null || mine == null) {
                return null;
            }
            Topics.Near near =
                    locked(() ->
                            topics.nearest(
                                            request.tenant(),
                                            topic.group(),
                                            mine,
                                            Topics.exact(topic.text()),
                                            threshold)
                                    .orElse(null));
            return near == null ? null : found(near.key(), Visit.Kind.SEMANTIC, near.cosine(), now);
        }

        /// Only of texts that the model reads to their end.
        private @Nullable Embedding meaning() {
            Question.Topic topic = question.topic();
            if (embedding == null && topic != null) {
                embedding = meaning.of(topic.text()).filter(Embedding::whole).orElse(null);
            }
            return embedding;
        }

        private Visit.@Nullable Hit found(String key, Visit.Kind kind, double cosine, Instant now) {
            Kept kept = locked(() -> shelf.find(request.tenant(), key, now));
            return kept == null ? null : hit(kept, key, kind, cosine, now);
        }

        private Visit.@Nullable Hit hit(
                Kept kept, String key, Visit.Kind kind, double cosine, Instant now) {
            Duration age = Duration.between(kept.at(), now);
            return Replay.of(request.wire(), kept.answer(), request.form())
                    .map(body ->
                            new Visit.Hit(
                                    body,
                                    kind,
                                    kept.paid(),
                                    age.isNegative() ? Duration.ZERO : age,
                                    cosine,
                                    request.tenant(),
                                    request.call(),
                                    key))
                    .orElse(null);
        }

        /// Waits where somebody asks the same already.
        private Visit together(Instant now, Consumer<Runnable> whenGone) {
            Flights<Kept>.Seat seat = flights.join(place());
            if (!seat.first()) {
                whenGone.accept(seat::leave);
            }
            return switch (seat.await(rule.patience())) {
                case Flights.Landing.Lead<Kept> _ -> lead(seat, now);
                case Flights.Landing.Alone<Kept> _ -> alone(now);
                case Flights.Landing.Shared<Kept>(Kept kept) -> {
                    Visit.Hit hit = hit(kept, question.key(), Visit.Kind.SHARED, 1, kept.at());
                    yield hit == null ? miss(null) : hit;
                }
            };
        }

        /// The answer may have come between the look and the taking of the place.
        private Visit lead(Flights<Kept>.Seat seat, Instant now) {
            try {
                Kept kept = locked(() -> shelf.find(request.tenant(), question.key(), now));
                Visit.Hit hit =
                        kept == null ? null : hit(kept, question.key(), Visit.Kind.EXACT, 1, now);
                if (kept == null || hit == null) {
                    return miss(seat);
                }
                flights.land(seat, kept);
                return hit;
            } catch (RuntimeException | Error bug) {
                flights.resign(seat);
                throw bug;
            }
        }

        /// When the asking for a fresh answer has failed, the older one is good again.
        private Visit alone(Instant now) {
            Visit.Hit hit = flights.renewing(place()) ? null : exact(now);
            return hit == null ? miss(null) : hit;
        }

        private Visit miss(Flights<Kept>.@Nullable Seat seat) {
            return new Visit.Miss(new Put(this, seat));
        }

        /// One whose question was put later stays, and nothing comes back from before a fresh answer.
        private void keep(Kept kept, Instant now) {
            Topics.Known topic = kept.topic();
            long size = kept.answer().body().length + (topic == null ? 0 : Topics.BYTES);
            Instant until = now.plus(rule.ttl());
            locked(() -> {
                if (turns.isOutdated(place(), kept.turn())) {
                    return false;
                }
                Kept there = shelf.find(request.tenant(), question.key(), now);
                boolean done =
                        (there == null || there.turn() < kept.turn())
                                && shelf.put(request.tenant(), question.key(), kept, size, until);
                if (done) {
                    tally(request.tenant()).kept++;
                }
                if (done && topic != null) {
                    topics.add(topic);
                }
                return done;
            });
        }

        /// Nobody gets an answer any more whose question was put before.
        private void outdate(long turn) {
            locked(() -> {
                turns.renew(place(), turn);
                Kept there = shelf.find(request.tenant(), question.key(), Instant.MIN);
                return there != null
                        && there.turn() < turn
                        && shelf.remove(request.tenant(), question.key());
            });
        }

        private Topics.@Nullable Known topic() {
            Question.Topic topic = question.topic();
            Embedding mine = meaning();
            return topic == null || mine == null
                    ? null
                    : new Topics.Known(
                            request.tenant(),
                            topic.group(),
                            question.key(),
                            mine,
                            Topics.exact(topic.text()));
        }
    }

    /// A question that is being put. Used by the thread of its call.
    private final class Put implements Pending {

        private final Asked asked;
        private final Flights<Kept>.@Nullable Seat seat;
        private final long turn;
        private boolean failed;
        private boolean ended;

        private Put(Asked asked, Flights<Kept>.@Nullable Seat seat) {
            this.asked = asked;
            this.seat = seat;
            this.turn = locked(() -> turns.begin(asked.place()));
        }

        @Override
        public void begun() {
            locked(() -> tally(asked.request.tenant()).misses++);
        }

        @Override
        public void answered(Answer answer, Answer.Paid paid, boolean toolCalls, Instant now) {
            if ((toolCalls && !asked.rule.toolCalls()) || answer.body().length > Answer.MAX_BYTES) {
                unfit();
                return;
            }
            Kept kept = new Kept(answer, paid, now, turn, asked.topic());
            answeredOtherwise();
            asked.keep(kept, now);
            land(kept);
        }

        @Override
        public void unfit() {
            answeredOtherwise();
            land(null);
        }

        @Override
        public void answeredOtherwise() {
            if (asked.request.use() == Use.REFRESH) {
                asked.outdate(turn);
            }
        }

        @Override
        public void failed() {
            failed = true;
        }

        /// The turn goes on: a fresh answer may yet outdate the older ones.
        @Override
        public void goesElsewhere() {
            if (seat != null) {
                flights.fail(seat);
            }
        }

        @Override
        public void close() {
            end(failed ? flights::fail : flights::resign);
        }

        private void land(@Nullable Kept kept) {
            end(leader -> flights.land(leader, kept));
        }

        private void end(Consumer<Flights<Kept>.Seat> how) {
            if (ended) {
                return;
            }
            ended = true;
            locked(() -> {
                turns.end(asked.place());
                return true;
            });
            if (seat != null) {
                how.accept(seat);
            }
        }
    }
}
