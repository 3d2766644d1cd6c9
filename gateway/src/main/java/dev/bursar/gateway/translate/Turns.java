package dev.bursar.gateway.translate;

import dev.bursar.gateway.translate.Question.Part;
import dev.bursar.gateway.translate.Question.Result;
import dev.bursar.gateway.translate.Question.Role;
import dev.bursar.gateway.translate.Question.Text;
import dev.bursar.gateway.translate.Question.Turn;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Puts the turns of a question together: neighbours of one role become one turn, results of tools come
/// first in theirs, and empty texts are dropped, which some providers refuse.
final class Turns {

    private final List<Turn> done = new ArrayList<>();
    private final List<Part> open = new ArrayList<>();
    private @Nullable Role role;

    void add(Role role, List<? extends Part> parts) {
        if (role != this.role) {
            close();
            this.role = role;
        }
        for (Part part : parts) {
            if (!(part instanceof Text(String text) && text.isEmpty())) {
                open.add(part);
            }
        }
    }

    /// @param field that has the turns, for the refusal of a question without any
    List<Turn> all(String field) {
        close();
        if (done.isEmpty()) {
            throw new TranslationException(field, "must have something to answer in it");
        }
        return done;
    }

    private void close() {
        if (role == null || open.isEmpty()) {
            return;
        }
        List<Part> parts = new ArrayList<>(open.size());
        open.stream().filter(Result.class::isInstance).forEach(parts::add);
        open.stream().filter(part -> !(part instanceof Result)).forEach(parts::add);
        open.clear();
        if (!done.isEmpty() && done.getLast().role() == role) {
            parts.addAll(0, done.removeLast().parts());
        }
        done.add(new Turn(role, parts));
    }
}
