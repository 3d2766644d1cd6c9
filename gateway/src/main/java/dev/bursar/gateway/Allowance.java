package dev.bursar.gateway;

import dev.bursar.authority.Authority;
import dev.bursar.authority.AuthorityException;
import dev.bursar.gateway.Routes.Route;
import dev.bursar.ledger.Amounts;
import dev.bursar.ledger.Attribution;
import dev.bursar.ledger.Command;
import dev.bursar.ledger.CommandKey;
import dev.bursar.ledger.HoldId;
import dev.bursar.ledger.Outcome;
import dev.bursar.ledger.Subject;
import dev.bursar.ledger.TenantId;
import dev.bursar.ledger.Unit;
import dev.bursar.pricing.TokenUsage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// How much a stream may still produce. Providers are told a bound; one that does not keep it is caught
/// here. When the output passes what is held for it, more is held, a piece at a time, beside the call's
/// own hold; when no budget has more, the stream is stopped.
///
/// Output is counted without the margin of estimates, and a tenth is let pass: a stream that keeps its
/// bound must not be stopped by our way of counting.
final class Allowance {

    /// The least piece that is held at a time, in tokens.
    static final long LEAST_PIECE = 256;

    private static final long SLACK_PERCENT = 110;
    private static final long TOKENS_PER_RATE = 1_000_000;
    private static final Duration MARGIN = Duration.ofSeconds(30);

    private final Authority authority;
    private final Settler settler;
    private final Estimator estimator;
    private final Whose whose;
    private final Route route;
    private final Estimate held;
    private final AnswerReader reader;

    /// Those that are held and not ended. Guarded by itself, like [#over].
    private final List<Outcome.Granted> pieces = new ArrayList<>();

    /// Whether the call has ended: a client may hang up while a piece is asked for.
    private boolean over;

    /// Output tokens that are held for. Written by the thread that asks for more while the loop waits.
    private volatile long tokens;

    /// Pieces that were asked for, by one thread at a time.
    private int asked;

    private long lookAgainAtChars;

    /// Whose call it is.
    ///
    /// @param call the id of the call's own hold
    record Whose(HoldId call, TenantId tenant, Subject subject, long fingerprint) {}

    Allowance(
            Authority authority,
            Settler settler,
            Estimator estimator,
            Whose whose,
            Route route,
            Estimate held,
            AnswerReader reader) {
        this.authority = authority;
        this.settler = settler;
        this.estimator = estimator;
        this.whose = whose;
        this.route = route;
        this.held = held;
        this.reader = reader;
        this.tokens = held.outputTokens();
    }

    /// Whether the output so far has passed what is held for it. On the event loop; cheap until there are
    /// as many characters as tokens allowed, as no token is less than one.
    ///
    /// What the provider tells last is charged, not stopped: all of it has been produced.
    boolean isUsedUp() {
        if (reader.isOver()) {
            return false;
        }
        TokenUsage told = reader.usage;
        if (told != null && !reader.usageFinal && told.output() > tokens) {
            return true;
        }
        long chars = reader.text.chars();
        if (chars <= tokens || chars < lookAgainAtChars) {
            return false;
        }
        long produced = estimator.tokensSoFar(route, reader.text);
        if (isPast(produced)) {
            // What the places where it was cut have added must stop no stream.
            produced = estimator.countedTokens(route, reader.text);
        }
        lookAgainAtChars = chars + Math.max(LEAST_PIECE, tokens - produced);
        return isPast(produced);
    }

    private boolean isPast(long produced) {
        return produced * 100 > tokens * SLACK_PERCENT;
    }

    /// Holds another piece. For virtual threads: it waits for the journal.
    ///
    /// @return whether there was room for it
    boolean more() {
        long piece = Math.max(LEAST_PIECE, tokens / 4);
        HoldId id = new HoldId(whose.call().value() + "." + ++asked);
        Outcome outcome;
        try {
            outcome = authority.submit(reserve(id, piece));
        } catch (AuthorityException e) {
            return false;
        }
        if (!(outcome instanceof Outcome.Granted granted)) {
            return false;
        }
        if (!add(granted)) {
            release(granted);
            return false;
        }
        long more = tokens + piece;
        tokens = more;
        return true;
    }

    private boolean add(Outcome.Granted granted) {
        synchronized (pieces) {
            return !over && pieces.add(granted);
        }
    }

    /// What is left to end, once and for all.
    private List<Outcome.Granted> taken() {
        synchronized (pieces) {
            over = true;
            List<Outcome.Granted> taken = List.copyOf(pieces);
            pieces.clear();
            return taken;
        }
    }

    private void release(Outcome.Granted piece) {
        HoldId id = piece.hold();
        settler.release(new Command.Release(key(id), whose.tenant(), id, Attribution.NONE));
    }

    /// The most output that an estimate of ours may charge: what is held for, the pieces included.
    long most() {
        return tokens;
    }

    /// Returns the pieces, once the call's own hold was settled with all that it took.
    void close() {
        taken().forEach(this::release);
    }

    /// Spends the pieces, once the call's own hold was spent as held: what they were for was produced.
    void charge() {
        SortedMap<String, String> labels = labels();
        labels.put("provenance", "estimated");
        Attribution attribution = new Attribution(labels, new TreeMap<>());
        for (Outcome.Granted piece : taken()) {
            HoldId id = piece.hold();
            settler.commit(
                    new Command.Commit(key(id), whose.tenant(), id, piece.held(), attribution));
        }
    }

    private Command.Reserve reserve(HoldId id, long piece) {
        return new Command.Reserve(
                key(id),
                id,
                whose.tenant(),
                whose.subject(),
                Amounts.of(Map.of(Unit.USD_MICROCENTS, cost(piece), Unit.TOKENS, piece)),
                Amounts.NONE,
                route.provider().callTimeout().plus(MARGIN),
                Command.OnExpiry.CHARGE,
                Command.Overage.ALWAYS,
                new Attribution(labels(), new TreeMap<>()));
    }

    private SortedMap<String, String> labels() {
        SortedMap<String, String> labels = new TreeMap<>();
        labels.put("call", whose.call().value());
        labels.put("provider", route.provider().name());
        labels.put("model", route.model());
        labels.put("part", "more_output");
        return labels;
    }

    /// The most that `piece` more tokens of output can cost.
    private long cost(long piece) {
        long rate = route.price().ratesFor(held.inputTokens()).dearest(false);
        return Math.ceilDiv(rate, TOKENS_PER_RATE) * piece;
    }

    private CommandKey key(HoldId id) {
        return new CommandKey(id.value(), whose.fingerprint());
    }
}
