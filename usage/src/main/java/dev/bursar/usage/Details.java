package dev.bursar.usage;

import dev.bursar.authority.AuthorityException;
import dev.bursar.authority.JournalReader;
import dev.bursar.authority.JournalReader.Positioned;
import dev.bursar.ledger.Amounts;
import dev.bursar.ledger.Attribution;
import dev.bursar.ledger.Block;
import dev.bursar.ledger.Entry;
import dev.bursar.ledger.HoldId;
import dev.bursar.ledger.Window;
import dev.bursar.usage.CallDetail.BlockRow;
import dev.bursar.usage.CallDetail.Reserve;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Tells everything about one call. The read model only says where it is; the rest comes from the journal
/// itself, which keeps what no table has.
final class Details {

    private final JournalReader journal;
    private final Duration timeout;

    Details(JournalReader journal, Duration timeout) {
        this.journal = journal;
        this.timeout = timeout;
    }

    Optional<CallDetail> find(Connection connection, String id) throws SQLException {
        OptionalLong position = CallsSql.position(connection, id, timeout);
        if (position.isEmpty()) {
            return Optional.empty();
        }
        Positioned found = entry(position.getAsLong());
        Call call = Call.of(found);
        if (call == null) {
            throw new UsageException(
                    UsageException.Kind.INTERNAL,
                    "the journal has no call at position " + position.getAsLong());
        }
        return Optional.of(detail(call, found.entry(), reserve(connection, hold(found.entry()))));
    }

    Optional<Entry> entry(Connection connection, String id) throws SQLException {
        OptionalLong position = CallsSql.position(connection, id, timeout);
        return position.isPresent()
                ? Optional.of(entry(position.getAsLong()).entry())
                : Optional.empty();
    }

    /// The entry that a hold was made by.
    Optional<Entry.Reserved> reserved(Connection connection, String hold) throws SQLException {
        OptionalLong position = CallsSql.reserved(connection, hold, timeout);
        return position.isPresent()
                ? Optional.of(entry(position.getAsLong()).entry())
                        .filter(Entry.Reserved.class::isInstance)
                        .map(Entry.Reserved.class::cast)
                : Optional.empty();
    }

    private Positioned entry(long position) {
        List<Positioned> entries = read(position);
        if (entries.isEmpty() || entries.getFirst().position() != position) {
            throw new UsageException(
                    UsageException.Kind.EXTERNAL, "the journal no longer has position " + position);
        }
        return entries.getFirst();
    }

    private List<Positioned> read(long position) {
        try {
            return journal.read(position - 1, 1);
        } catch (AuthorityException e) {
            if (position < journal.firstPosition()) {
                throw new UsageException(
                        UsageException.Kind.ARCHIVED, String.valueOf(e.getMessage()), e);
            }
            throw e;
        }
    }

    private @Nullable Reserve reserve(Connection connection, @Nullable HoldId hold)
            throws SQLException {
        if (hold == null) {
            return null;
        }
        OptionalLong position = CallsSql.reserved(connection, hold.value(), timeout);
        if (position.isPresent()
                && entry(position.getAsLong()).entry() instanceof Entry.Reserved reserved) {
            return new Reserve(
                    position.getAsLong(),
                    reserved.at(),
                    byUnit(reserved.asked()),
                    blocks(reserved.granted().wouldRefuse()));
        }
        return null;
    }

    private static @Nullable HoldId hold(Entry entry) {
        return switch (entry) {
            case Entry.Committed e -> e.hold();
            case Entry.Released e -> e.hold();
            case Entry.Expired e -> e.hold();
            case Entry.Administrative _ -> null;
            case Entry.Reserved _, Entry.Extended _, Entry.Evaluated _, Entry.AccountsDropped _ ->
                    null;
            case Entry.Refused _, Entry.Charged _ -> null;
        };
    }

    private static CallDetail detail(Call call, Entry entry, @Nullable Reserve reserve) {
        Attribution attribution = attribution(entry);
        Amounts asked = Amounts.NONE;
        Amounts held = Amounts.NONE;
        Amounts actual = Amounts.NONE;
        Amounts overrun = Amounts.NONE;
        List<Block> blocks = List.of();
        switch (entry) {
            case Entry.Refused e -> {
                asked = e.asked();
                blocks = e.blocks();
            }
            case Entry.Committed e -> {
                held = e.held();
                actual = e.actual();
                overrun = e.overrun();
            }
            case Entry.Released e -> held = e.held();
            case Entry.Expired e -> {
                held = e.held();
                actual = e.charged() ? e.held() : Amounts.NONE;
            }
            case Entry.Charged e -> {
                actual = e.actual();
                blocks = e.passed();
            }
            case Entry.Administrative _ -> {}
            case Entry.Reserved _,
                    Entry.Extended _,
                    Entry.Evaluated _,
                    Entry.AccountsDropped _ -> {}
        }
        return new CallDetail(
                call.row(),
                new TreeMap<>(call.subject().values()),
                attribution.labels(),
                attribution.numbers(),
                call.buckets().lines(),
                call.price(),
                reserve,
                byUnit(asked),
                byUnit(held),
                byUnit(actual),
                byUnit(overrun),
                blocks(blocks));
    }

    private static Attribution attribution(Entry entry) {
        return switch (entry) {
            case Entry.Committed e -> e.attribution();
            case Entry.Released e -> e.attribution();
            case Entry.Expired e -> e.attribution();
            case Entry.Refused e -> e.attribution();
            case Entry.Charged e -> e.attribution();
            case Entry.Reserved e -> e.attribution();
            case Entry.Evaluated e -> e.attribution();
            case Entry.Extended _ -> Attribution.NONE;
            case Entry.Administrative _ -> Attribution.NONE;
            case Entry.AccountsDropped _ -> Attribution.NONE;
        };
    }

    private static SortedMap<String, Long> byUnit(Amounts amounts) {
        SortedMap<String, Long> byUnit = new TreeMap<>();
        for (int i = 0; i < amounts.size(); i++) {
            byUnit.put(amounts.unit(i).name(), amounts.value(i));
        }
        return byUnit;
    }

    private static List<BlockRow> blocks(List<Block> blocks) {
        return blocks.stream()
                .map(block ->
                        new BlockRow(
                                block.account().budget().value(),
                                block.name(),
                                block.account().per(),
                                lower(block.mode()),
                                window(block.window()),
                                block.unit().name(),
                                lower(block.cause()),
                                block.limit(),
                                block.spent(),
                                block.held(),
                                block.asked(),
                                block.affordable(),
                                block.resetsAt()))
                .toList();
    }

    private static String window(Window window) {
        return switch (window) {
            case Window.Life _ -> "life";
            case Window.PerCall _ -> "call";
            case Window.Calendar calendar -> lower(calendar.period());
            case Window.Rolling rolling -> length(rolling.length().toSeconds());
        };
    }

    private static String length(long seconds) {
        if (seconds % 86_400 == 0) {
            return seconds / 86_400 + "d";
        }
        if (seconds % 3_600 == 0) {
            return seconds / 3_600 + "h";
        }
        return seconds % 60 == 0 ? seconds / 60 + "m" : seconds + "s";
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
