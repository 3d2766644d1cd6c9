package dev.bursar.authority;

import dev.bursar.authority.AuthorityException.Kind;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The records that were moved out of a journal: files in a folder beside it, each a small journal of
/// its own that never changes again. They may be taken elsewhere, and put back.
final class Archive {

    static final String FOLDER = "archive";

    private static final Pattern NAME = Pattern.compile("journal-(\\d{1,18})-(\\d{1,18})\\.db");

    private final Path folder;

    Archive(Path directory) {
        this.folder = directory.resolve(FOLDER);
    }

    /// A file.
    ///
    /// @param first position in it
    /// @param last position in it
    record Part(Path file, long first, long last) {

        private static @Nullable Part of(Path file) {
            Matcher name = NAME.matcher(file.getFileName().toString());
            return name.matches()
                    ? new Part(file, Long.parseLong(name.group(1)), Long.parseLong(name.group(2)))
                    : null;
        }
    }

    Path folder() {
        return folder;
    }

    Path file(long first, long last) {
        return folder.resolve("journal-" + first + "-" + last + ".db");
    }

    /// All files there are, in the order of their entries.
    List<Part> parts() {
        try {
            return DataDirectory.list(folder).stream()
                    .map(Part::of)
                    .flatMap(Stream::ofNullable)
                    .sorted(Comparator.comparingLong(Part::first))
                    .toList();
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (IOException e) {
            throw new AuthorityException(
                    Kind.EXTERNAL, "cannot list " + folder + ": " + e.getMessage(), e);
        }
    }

    /// From where on everything up to the base can be read: 1 when all is there, the position after the
    /// base when the newest file is not.
    long firstReadable(Base base) {
        long first = base.position() + 1;
        for (Part part : parts().reversed()) {
            if (part.last() == first - 1) {
                first = part.first();
            }
        }
        return first;
    }

    /// Entries from a position on, at or before the base, at most to the end of a file.
    ///
    /// @throws AuthorityException `EXTERNAL` when the file that has them is not there, `INTERNAL` when it
    ///     is damaged
    List<JournalReader.Positioned> entries(long position, int atMost, Base base) {
        Part part = part(position, base);
        try (SqliteRecords records = SqliteRecords.open(part.file())) {
            return records.entries(position, Math.max(1, atMost), part.last());
        }
    }

    /// The hash of the record that ends with a position before the base.
    Chain chain(long position, Base base) {
        try (SqliteRecords records = SqliteRecords.open(part(position, base).file())) {
            return records.chain(position);
        }
    }

    private Part part(long position, Base base) {
        return holding(position)
                .orElseThrow(() -> new AuthorityException(Kind.EXTERNAL, missing(position, base)));
    }

    private Optional<Part> holding(long position) {
        return parts().stream()
                .filter(part -> part.first() <= position && position <= part.last())
                .findFirst();
    }

    /// Says which entries from a position on are not there, for people.
    String missing(long position, Base base) {
        List<String> gaps = new ArrayList<>();
        long next = position;
        for (Part part : parts()) {
            if (part.first() > next && part.first() <= base.position()) {
                gaps.add(next + " to " + (part.first() - 1));
            }
            next = Math.max(next, part.last() + 1);
        }
        if (next <= base.position()) {
            gaps.add(next + " to " + base.position());
        }
        return "entries "
                + String.join(" and ", gaps)
                + " were archived, and are not in "
                + folder
                + ": put the files back to read them";
    }
}
