package dev.bursar.server.dashboard.view;

import java.util.List;

/// Why a call was refused, and what to do about it.
///
/// @param code as the caller got it
public record DenialView(
        String title, String text, String code, List<Block> blocks, List<String> todo) {

    public DenialView {
        blocks = List.copyOf(blocks);
        todo = List.copyOf(todo);
    }

    /// One budget in the way.
    ///
    /// @param cause in a sentence
    public record Block(
            String name, String href, String scope, Bar bar, String cause, List<Fact> facts) {

        public Block {
            facts = List.copyOf(facts);
        }
    }
}
