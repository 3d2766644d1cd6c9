package dev.bursar.gateway;

import dev.bursar.authority.Authority;
import dev.bursar.ledger.Amounts;
import dev.bursar.ledger.Attribution;
import dev.bursar.ledger.Command;
import dev.bursar.ledger.CommandKey;
import dev.bursar.ledger.HoldId;
import dev.bursar.ledger.Outcome;
import dev.bursar.ledger.Reason;
import dev.bursar.ledger.StateRecord.HoldState;
import dev.bursar.ledger.Subject;
import dev.bursar.ledger.TenantId;
import dev.bursar.ledger.Unit;
import dev.bursar.pricing.PriceBook;
import dev.bursar.pricing.ToolPrice;
import dev.bursar.pricing.ToolPrices;
import io.vertx.core.MultiMap;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Calls of tools as spending of their own: an agent asks before it runs a tool, and says afterwards what it
/// took. What is held is charged when it never says.
///
/// A tool call is counted once. When the agent names the call of the model that asked for it, that was counted
/// in `TOOL_CALLS` with the model's answer; so many tool calls as were counted there are let in without being
/// counted again, and all that come after them are calls of their own.
///
/// For any thread that may wait for the journal.
public final class ToolCalls {

    /// How long a call may take when the agent does not say.
    public static final Duration DEFAULT_TTL = Duration.ofMinutes(10);

    /// The longest that an agent may ask for.
    public static final Duration MAX_TTL = Duration.ofDays(1);

    static final String DIALECT = "tools";
    static final String TTL = "ttl_millis";

    /// A place in an answer, with the id of its call.
    private static final int MAX_ID = 120;

    private static final Pattern ONCE = Pattern.compile("[!-~]{1,100}");

    /// Ids of Gemini's calls carry signatures.
    private static final Pattern TOOL_CALL = Pattern.compile("[!-~]{1,16384}");

    private static final Pattern CALL = Pattern.compile("[A-Za-z0-9_.-]{1,100}");

    private static final Outcome UNKNOWN = new Outcome.Refused(Reason.HOLD_NOT_FOUND, List.of());

    private final Authority authority;
    private final InstantSource clock;
    private final CallIds ids;
    private final GatewayMeter meter;
    private final Consumer<String> roomMade;
    private volatile Terms terms;

    private record Terms(ToolPrices prices, GatewaySettings settings) {}

    /// A tool call that wants to be let in.
    ///
    /// @param id with which the agent may ask again, null when it never does
    /// @param units at most, of a metered tool; null for all that one call may take
    /// @param microcents what it costs in 10^-8 USD by the word of the agent, of a tool without a price
    /// @param call the id of the model's call that asked for it, null when none did
    /// @param toolCall the id that the provider gave it, null when there is none
    /// @param ttl until it is charged as held
    public record Asked(
            String tool,
            @Nullable String id,
            @Nullable Long units,
            @Nullable Long microcents,
            @Nullable String call,
            @Nullable String toolCall,
            Duration ttl) {

        /// @throws RefusedException naming the field that is wrong
        public Asked {
            if (!ToolPrice.isTool(tool)) {
                throw RefusedException.malformed(
                        "tool", "must have 1 to 128 letters, digits, '_', '.', ':', '/' or '-'");
            }
            if (id != null && !ONCE.matcher(id).matches()) {
                throw RefusedException.malformed(
                        "id", "must have 1 to 100 visible ASCII characters");
            }
            if (call != null && !CALL.matcher(call).matches()) {
                throw RefusedException.malformed("call", "must be the X-Bursar-Call of an answer");
            }
            if (toolCall != null && !TOOL_CALL.matcher(toolCall).matches()) {
                throw RefusedException.malformed(
                        "tool_call_id", "must have 1 to 16384 visible ASCII characters");
            }
            if (ttl.compareTo(Duration.ofSeconds(1)) < 0 || ttl.compareTo(MAX_TTL) > 0) {
                throw RefusedException.malformed("ttl", "must be 1 to " + MAX_TTL.toSeconds());
            }
            requireCount(units);
            requireCost(microcents);
        }
    }

    /// What a tool call took: null what was held.
    ///
    /// @param units of a metered tool
    /// @param microcents in 10^-8 USD, of a tool without a price
    public record Used(@Nullable Long units, @Nullable Long microcents) {

        /// @throws RefusedException naming the field that is wrong
        public Used {
            requireCount(units);
            requireCost(microcents);
        }

        private long fingerprint() {
            String said = units + "\n" + microcents;
            return Fingerprint.of(said.getBytes(StandardCharsets.UTF_8));
        }
    }

    /// @param meter told about tools without a price
    /// @param roomMade told the tenant whose budgets have got something back
    public ToolCalls(
            Authority authority,
            PriceBook book,
            GatewaySettings settings,
            InstantSource clock,
            GatewayMeter meter,
            Consumer<String> roomMade) {
        this.authority = authority;
        this.clock = clock;
        this.ids = new CallIds(clock);
        this.meter = meter;
        this.roomMade = roomMade;
        this.terms = new Terms(book.tools(), settings);
    }

    /// Uses other prices for what is reserved from now on.
    public void reconfigure(PriceBook book, GatewaySettings settings) {
        terms = new Terms(book.tools(), settings);
    }

    public ToolPrices prices() {
        return terms.prices();
    }

    /// The HTTP status that a denial has by the configuration.
    public int status(Denial denial) {
        return terms.settings().status(denial.refusal());
    }

    /// Holds what a tool call may cost.
    ///
    /// @param headers of the request: `X-Bursar-*` as of a model's call
    /// @return `Granted`, also in a `Repeated`; `Refused` only when the id was used for something else
    /// @throws RefusedException when the tool must not run, or something is wrong with the request
    public Outcome reserve(Identity.Caller caller, MultiMap headers, Asked asked) {
        return admit(ask(caller, headers, asked, ToolAsk.RESERVE));
    }

    /// Reserves and commits in one: for what is over at once.
    ///
    /// @return `Committed`, also in a `Repeated`; `Refused` only when the id was used for something else
    /// @throws RefusedException as [#reserve]
    public Outcome charge(Identity.Caller caller, MultiMap headers, Asked asked) {
        ToolAsk ask = ask(caller, headers, asked, ToolAsk.CHARGE);
        Outcome outcome = admit(ask);
        if (outcome instanceof Outcome.Repeated(Outcome original)) {
            outcome = original;
        }
        if (!(outcome instanceof Outcome.Granted granted)) {
            return outcome;
        }
        HoldId id = granted.hold();
        Attribution by =
                ask.record(id, ToolAdmission.isCounted(id))
                        .number("latency_millis", 0)
                        .attribution();
        Command.Commit commit =
                new Command.Commit(
                        new CommandKey(id.value(), 0), caller.tenant(), id, granted.held(), by);
        Outcome committed = Admission.answered(() -> authority.submit(commit));
        return isOver(committed)
                ? new Outcome.Committed(
                        id, granted.held(), granted.held(), granted.held(), Amounts.NONE, List.of())
                : committed;
    }

    /// A charge that was cut off half way was charged as held, and that is all of it.
    private static boolean isOver(Outcome outcome) {
        return outcome instanceof Outcome.Refused(Reason reason, var _)
                && reason == Reason.HOLD_EXPIRED;
    }

    /// Ends a tool call and spends what it took, also what passes its hold: the tool has run.
    ///
    /// @param id that the reserve has told
    /// @return `Committed`, also in a `Repeated`, or `Refused` when there is no such call or it has ended
    ///     otherwise
    /// @throws RefusedException when what was used does not go with the price
    public Outcome commit(Identity.Caller caller, String id, Used used) {
        if (!isId(id)) {
            return UNKNOWN;
        }
        Optional<HoldState> open = open(caller, id);
        CommandKey key = new CommandKey("tool commit " + id, used.fingerprint());
        if (open.isEmpty()) {
            return ended(
                    caller,
                    id,
                    hold ->
                            new Command.Commit(
                                    key, caller.tenant(), hold, Amounts.NONE, Attribution.NONE));
        }
        HoldState hold = open.get();
        String tool = Objects.requireNonNullElse(hold.subject().get(Subject.TOOL), "");
        ToolRate spent = ToolRate.of(hold.attribution()).with(used, tool);
        CallRecord record = CallRecord.of(hold.attribution());
        spent.describe(record).number("latency_millis", millis(hold));
        Amounts actual =
                Amounts.of(Unit.USD_MICROCENTS, spent.microcents())
                        .with(Unit.TOOL_CALLS, hold.granted().held().get(Unit.TOOL_CALLS));
        return settle(
                new Command.Commit(
                        key, caller.tenant(), new HoldId(id), actual, record.attribution()),
                caller.tenant());
    }

    /// Ends a tool call that took nothing.
    ///
    /// @return `Released`, also in a `Repeated`, or `Refused` as of [#commit]
    public Outcome release(Identity.Caller caller, String id) {
        if (!isId(id)) {
            return UNKNOWN;
        }
        Optional<HoldState> open = open(caller, id);
        CommandKey key = new CommandKey("tool release " + id, 0);
        if (open.isEmpty()) {
            return ended(
                    caller,
                    id,
                    hold -> new Command.Release(key, caller.tenant(), hold, Attribution.NONE));
        }
        HoldState hold = open.get();
        CallRecord record =
                CallRecord.of(hold.attribution()).number("latency_millis", millis(hold));
        return settle(
                new Command.Release(key, caller.tenant(), new HoldId(id), record.attribution()),
                caller.tenant());
    }

    private ToolAsk ask(Identity.Caller caller, MultiMap headers, Asked asked, String kind) {
        ToolAsk unpriced =
                new ToolAsk(
                        caller,
                        CallHeaders.read(headers),
                        asked,
                        ToolRate.NONE,
                        kind,
                        ids.next(ToolAdmission.PREFIX));
        try {
            return unpriced.at(ToolRate.of(terms.prices(), asked, meter));
        } catch (RefusedException refused) {
            throw written(refused, unpriced);
        }
    }

    private Outcome admit(ToolAsk ask) {
        try {
            return new ToolAdmission(authority, clock, ask).admit();
        } catch (RefusedException refused) {
            throw written(refused, ask);
        }
    }

    private RefusedException written(RefusedException refused, ToolAsk ask) {
        HoldId id = new HoldId(ask.once());
        return OwnDenials.written(
                authority, refused, ask.caller().tenant(), ask.subject(id), ask.record(id, false));
    }

    /// The hold of a tool call that has not ended, of the caller's tenant.
    ///
    /// @throws RefusedException when it is outside of what the key is for
    private Optional<HoldState> open(Identity.Caller caller, String id) {
        Optional<HoldState> open =
                Admission.answered(() -> authority.hold(new HoldId(id)))
                        .filter(hold -> hold.tenant().equals(caller.tenant()));
        open.ifPresent(hold -> CallSubject.requireScope(caller, hold.subject()));
        return open;
    }

    private static boolean isId(String id) {
        return id.startsWith(ToolAdmission.PREFIX) && id.length() <= MAX_ID;
    }

    /// What a tool call that has ended answers to being ended again. One that is not known is never tried: it could
    /// begin just now.
    private Outcome ended(Identity.Caller caller, String id, Function<HoldId, Command> again) {
        boolean known =
                Admission.answered(() -> authority.ended(new HoldId(id)))
                        .filter(ended -> ended.tenant().equals(caller.tenant()))
                        .isPresent();
        return known
                ? Admission.answered(() -> authority.submit(again.apply(new HoldId(id))))
                : UNKNOWN;
    }

    private Outcome settle(Command command, TenantId tenant) {
        Outcome outcome = Admission.answered(() -> authority.submit(command));
        roomMade.accept(tenant.value());
        return outcome;
    }

    /// Since the reserve.
    private long millis(HoldState hold) {
        long ttl = hold.attribution().numbers().getOrDefault(TTL, 0L);
        return Math.max(0, clock.millis() - hold.expiresAt().toEpochMilli() + ttl);
    }

    private static void requireCount(@Nullable Long units) {
        if (units != null && (units < 0 || units > ToolPrice.MAX_UNITS)) {
            throw RefusedException.malformed("units", "must be 0 to " + ToolPrice.MAX_UNITS);
        }
    }

    private static void requireCost(@Nullable Long microcents) {
        if (microcents != null && (microcents < 0 || microcents > ToolPrice.MAX_MICROCENTS)) {
            throw RefusedException.malformed("cost", "must be 0 to 10000000 USD");
        }
    }
}
