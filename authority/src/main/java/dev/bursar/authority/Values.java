package dev.bursar.authority;

import dev.bursar.ledger.Amounts;
import dev.bursar.ledger.Attribution;
import dev.bursar.ledger.Block;
import dev.bursar.ledger.Budget;
import dev.bursar.ledger.BudgetId;
import dev.bursar.ledger.CommandKey;
import dev.bursar.ledger.Entry;
import dev.bursar.ledger.Funding;
import dev.bursar.ledger.ScopePath;
import dev.bursar.ledger.Standing;
import dev.bursar.ledger.StoppedRun;
import dev.bursar.ledger.Subject;
import dev.bursar.ledger.TenantId;
import dev.bursar.ledger.Terms;
import dev.bursar.ledger.Unit;
import dev.bursar.ledger.Window;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// How the values that entries and states share are written; each `write` stands above its `read`.
///
/// Enums go by name, so that their order in the ledger means nothing here.
final class Values {

    private static final int LIFE = 1;
    private static final int PER_CALL = 2;
    private static final int CALENDAR = 3;
    private static final int ROLLING = 4;

    private Values() {}

    static void writeKey(WireWriter out, CommandKey key) {
        out.text(key.value());
        out.fixed(key.fingerprint());
    }

    static CommandKey readKey(WireReader in) {
        return new CommandKey(in.text(), in.fixed());
    }

    static void writeSubject(WireWriter out, Subject subject) {
        out.number(subject.size());
        for (int i = 0; i < subject.size(); i++) {
            out.text(subject.dimension(i));
            out.text(subject.value(i));
        }
    }

    static Subject readSubject(WireReader in) {
        int count = in.count();
        if (count == 0) {
            return Subject.EMPTY;
        }
        String[] pairs = new String[2 * count];
        for (int i = 0; i < pairs.length; i++) {
            pairs[i] = in.text();
        }
        return Subject.ofPairs(pairs);
    }

    static void writeAmounts(WireWriter out, Amounts amounts) {
        out.number(amounts.size());
        for (int i = 0; i < amounts.size(); i++) {
            out.text(amounts.unit(i).name());
            out.number(amounts.value(i));
        }
    }

    static Amounts readAmounts(WireReader in) {
        int count = in.count();
        if (count == 0) {
            return Amounts.NONE;
        }
        if (count == 1) {
            return Amounts.of(in.unit(), in.number());
        }
        Map<Unit, Long> values = new TreeMap<>();
        for (int i = 0; i < count; i++) {
            values.put(in.unit(), in.number());
        }
        return Amounts.of(values);
    }

    static void writeAttribution(WireWriter out, Attribution attribution) {
        out.number(attribution.labels().size());
        for (Map.Entry<String, String> label : attribution.labels().entrySet()) {
            out.text(label.getKey());
            out.text(label.getValue());
        }
        out.number(attribution.numbers().size());
        for (Map.Entry<String, Long> number : attribution.numbers().entrySet()) {
            out.text(number.getKey());
            out.signed(number.getValue());
        }
    }

    static Attribution readAttribution(WireReader in) {
        SortedMap<String, String> labels = new TreeMap<>();
        int labelCount = in.count();
        for (int i = 0; i < labelCount; i++) {
            labels.put(in.text(), in.text());
        }
        SortedMap<String, Long> numbers = new TreeMap<>();
        int numberCount = in.count();
        for (int i = 0; i < numberCount; i++) {
            numbers.put(in.text(), in.signed());
        }
        return labels.isEmpty() && numbers.isEmpty()
                ? Attribution.NONE
                : new Attribution(labels, numbers);
    }

    static void writePostings(WireWriter out, List<Entry.Posting> postings) {
        out.number(postings.size());
        for (int i = 0; i < postings.size(); i++) {
            Entry.Posting posting = postings.get(i);
            out.account(posting.account());
            out.text(posting.unit().name());
            out.number(posting.amount());
        }
    }

    static List<Entry.Posting> readPostings(WireReader in) {
        return in.list(() -> new Entry.Posting(in.account(), in.unit(), in.number()));
    }

    static void writeBlocks(WireWriter out, List<Block> blocks) {
        out.number(blocks.size());
        for (int i = 0; i < blocks.size(); i++) {
            Block block = blocks.get(i);
            out.account(block.account());
            out.text(block.name());
            writeScope(out, block.scope());
            out.text(block.mode().name());
            writeWindow(out, block.window());
            out.text(block.unit().name());
            out.text(block.cause().name());
            out.number(block.limit());
            out.number(block.spent());
            out.number(block.held());
            out.number(block.debt());
            out.number(block.asked());
            out.number(block.affordable());
            writeOptional(out, block.resetsAt());
            writeOptionalText(out, block.approval());
        }
    }

    static List<Block> readBlocks(WireReader in) {
        return in.list(() ->
                new Block(
                        in.account(),
                        in.text(),
                        readScope(in),
                        Budget.Mode.valueOf(in.text()),
                        readWindow(in),
                        in.unit(),
                        Block.Cause.valueOf(in.text()),
                        in.number(),
                        in.number(),
                        in.number(),
                        in.number(),
                        in.number(),
                        in.number(),
                        readOptional(in),
                        readOptionalText(in)));
    }

    static void writeShortfalls(WireWriter out, List<Entry.Shortfall> shortfalls) {
        out.number(shortfalls.size());
        for (Entry.Shortfall shortfall : shortfalls) {
            out.account(shortfall.account());
            out.number(shortfall.debt());
            out.number(shortfall.uncovered());
            out.flag(shortfall.overLimit());
        }
    }

    static List<Entry.Shortfall> readShortfalls(WireReader in) {
        return in.list(
                () -> new Entry.Shortfall(in.account(), in.number(), in.number(), in.flag()));
    }

    static void writeStandings(WireWriter out, List<Standing> standings) {
        out.number(standings.size());
        for (Standing standing : standings) {
            writeStanding(out, standing);
        }
    }

    static List<Standing> readStandings(WireReader in) {
        return in.list(() -> readStanding(in));
    }

    static void writeStop(WireWriter out, StoppedRun stop) {
        out.text(stop.tenant().value());
        out.text(stop.run());
        out.instant(stop.at());
        writeAttribution(out, stop.by());
    }

    static StoppedRun readStop(WireReader in) {
        return new StoppedRun(
                new TenantId(in.text()), in.text(), in.instant(), readAttribution(in));
    }

    static void writeStanding(WireWriter out, Standing standing) {
        out.account(standing.account());
        writeScope(out, standing.scope());
        out.text(standing.unit().name());
        out.number(standing.limit());
        out.number(standing.spent());
        out.number(standing.held());
        out.number(standing.debt());
        out.number(standing.overdraftLimit());
        out.flag(standing.overLimit());
    }

    static Standing readStanding(WireReader in) {
        return new Standing(
                in.account(),
                readScope(in),
                in.unit(),
                in.number(),
                in.number(),
                in.number(),
                in.number(),
                in.number(),
                in.flag());
    }

    static void writeFunding(WireWriter out, Funding funding) {
        boolean any = !funding.equals(Funding.NONE);
        out.flag(any);
        if (any) {
            out.signed(funding.credit());
            out.number(funding.debt());
            out.number(funding.uncovered());
            out.flag(funding.overLimit());
            out.number(funding.grants().size());
            for (Funding.Grant grant : funding.grants()) {
                out.number(grant.amount());
                out.signed(grant.untilMillis());
            }
            out.signed(funding.declinedUntilMillis());
        }
    }

    static Funding readFunding(WireReader in) {
        return in.flag()
                ? new Funding(
                        in.signed(),
                        in.number(),
                        in.number(),
                        in.flag(),
                        in.list(() -> new Funding.Grant(in.number(), in.signed())),
                        in.signed())
                : Funding.NONE;
    }

    private static void writeScope(WireWriter out, @Nullable ScopePath scope) {
        writeOptionalText(out, scope == null ? null : scope.toString());
    }

    private static @Nullable ScopePath readScope(WireReader in) {
        String text = readOptionalText(in);
        return text == null ? null : ScopePath.parse(text);
    }

    private static void writeOptionalText(WireWriter out, @Nullable String text) {
        out.flag(text != null);
        if (text != null) {
            out.text(text);
        }
    }

    private static @Nullable String readOptionalText(WireReader in) {
        return in.flag() ? in.text() : null;
    }

    private static void writeTerms(WireWriter out, Terms terms) {
        writeScope(out, terms.scope());
        out.number(terms.overdraftLimit());
        out.number(terms.carryOver());
        Duration idle = terms.idle();
        out.flag(idle != null);
        if (idle != null) {
            out.duration(idle);
        }
        out.flag(terms.declared());
    }

    private static Terms readTerms(WireReader in) {
        return new Terms(
                readScope(in),
                in.number(),
                in.number(),
                in.flag() ? in.duration() : null,
                in.flag());
    }

    private static void writeOptional(WireWriter out, @Nullable Instant instant) {
        out.flag(instant != null);
        if (instant != null) {
            out.instant(instant);
        }
    }

    private static @Nullable Instant readOptional(WireReader in) {
        return in.flag() ? in.instant() : null;
    }

    private static void writeWindow(WireWriter out, Window window) {
        switch (window) {
            case Window.Life _ -> out.tag(LIFE);
            case Window.PerCall _ -> out.tag(PER_CALL);
            case Window.Calendar(Window.Calendar.Period period, ZoneId zone) -> {
                out.tag(CALENDAR);
                out.text(period.name());
                out.text(zone.getId());
            }
            case Window.Rolling rolling -> {
                out.tag(ROLLING);
                out.duration(rolling.length());
            }
        }
    }

    private static Window readWindow(WireReader in) {
        int tag = in.tag();
        return switch (tag) {
            case LIFE -> new Window.Life();
            case PER_CALL -> new Window.PerCall();
            case CALENDAR ->
                    new Window.Calendar(
                            Window.Calendar.Period.valueOf(in.text()), ZoneId.of(in.text()));
            case ROLLING -> new Window.Rolling(in.duration());
            default -> throw in.malformed("no window " + tag);
        };
    }

    static void writeBudget(WireWriter out, Budget budget) {
        out.text(budget.id().value());
        out.text(budget.tenant().value());
        out.text(budget.name());
        out.number(budget.match().size());
        budget.match()
                .forEach((dimension, value) -> {
                    out.text(dimension);
                    out.text(value);
                });
        out.texts(budget.per());
        out.text(budget.unit().name());
        out.number(budget.limit());
        writeWindow(out, budget.window());
        out.text(budget.mode().name());
        out.number(budget.ladder().size());
        for (Budget.Step step : budget.ladder()) {
            writeStep(out, step);
        }
        writeTerms(out, budget.terms());
    }

    static Budget readBudget(WireReader in) {
        BudgetId id = new BudgetId(in.text());
        TenantId tenant = new TenantId(in.text());
        String name = in.text();
        SortedMap<String, String> match = new TreeMap<>();
        int count = in.count();
        for (int i = 0; i < count; i++) {
            match.put(in.text(), in.text());
        }
        return new Budget(
                id,
                tenant,
                name,
                match,
                in.texts(),
                in.unit(),
                in.number(),
                readWindow(in),
                Budget.Mode.valueOf(in.text()),
                in.list(() -> readStep(in)),
                readTerms(in));
    }

    static void writeStep(WireWriter out, Budget.Step step) {
        out.number(step.percent());
        out.text(step.action().name());
        out.texts(step.tools());
    }

    static Budget.Step readStep(WireReader in) {
        return new Budget.Step(in.integer(), Budget.Step.Action.valueOf(in.text()), in.texts());
    }
}
