package dev.bursar.usage;

import java.time.Instant;
import java.util.List;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/// Everything that is known of one call.
///
/// @param subject dimension to value
/// @param labels of the entry's attribution
/// @param numbers of the entry's attribution, each in the unit its name says
/// @param lines tokens and cost by class, those that are not zero
/// @param price the id of the price row used, `""` when none was
/// @param reserve null for spending without a hold and for denials
/// @param asked by unit: what a denied call had asked to hold; else empty
/// @param held by unit
/// @param actual what was spent, by unit
/// @param overrun the part of `actual` above `held`, by unit
/// @param blocks for a denial: every budget in the way, in the ledger's order; for spending without a
///     hold: the hard budgets that it took above their limit
public record CallDetail(
        CallRow call,
        SortedMap<String, String> subject,
        SortedMap<String, String> labels,
        SortedMap<String, Long> numbers,
        List<TokenLine> lines,
        String price,
        @Nullable Reserve reserve,
        SortedMap<String, Long> asked,
        SortedMap<String, Long> held,
        SortedMap<String, Long> actual,
        SortedMap<String, Long> overrun,
        List<BlockRow> blocks) {

    public CallDetail {
        lines = List.copyOf(lines);
        blocks = List.copyOf(blocks);
    }

    /// How the call got its hold.
    ///
    /// @param position of the reserve in the journal
    /// @param asked by unit; more than what is held where less was granted
    /// @param wouldRefuse shadow budgets that would have refused it
    public record Reserve(
            long position, Instant at, SortedMap<String, Long> asked, List<BlockRow> wouldRefuse) {

        public Reserve {
            wouldRefuse = List.copyOf(wouldRefuse);
        }
    }

    /// A budget that stood in the way. Quantities are in `unit`.
    ///
    /// @param account the values of the budget's `per` dimensions, in its order
    /// @param mode `hard`, or `shadow` for one that only would have refused
    /// @param window when it starts again, in words of the configuration: `life`, `call`, `day`, `week`,
    ///     `month`, or a length such as `1m`
    /// @param cause `above_limit`, `spent` or `held`
    public record BlockRow(
            String budget,
            String name,
            List<String> account,
            String mode,
            String window,
            String unit,
            String cause,
            long limit,
            long spent,
            long held,
            long asked,
            long affordable,
            @Nullable Instant resetsAt) {

        public BlockRow {
            account = List.copyOf(account);
        }
    }
}
