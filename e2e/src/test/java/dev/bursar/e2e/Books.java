package dev.bursar.e2e;

import dev.bursar.authority.Authority;
import dev.bursar.authority.AuthoritySettings;
import dev.bursar.authority.JournalReader.Positioned;
import dev.bursar.ledger.Balance;
import dev.bursar.ledger.BudgetId;
import dev.bursar.ledger.Entry;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// The journal of a server that has ended, opened to be checked.
final class Books implements AutoCloseable {

    private static final int BATCH = 10_000;

    private final Authority authority;

    /// @param home of a server that does not run any more
    Books(Path home) {
        authority =
                Authority.open(Setup.data(home), AuthoritySettings.DEFAULT, InstantSource.system());
    }

    /// All entries, in order.
    List<Entry> entries() {
        List<Entry> entries = new ArrayList<>();
        long position = 0;
        while (true) {
            List<Positioned> read = authority.journal().read(position, BATCH);
            if (read.isEmpty()) {
                return entries;
            }
            read.forEach(one -> entries.add(one.entry()));
            position = read.getLast().position();
        }
    }

    <T extends Entry> Stream<T> entries(Class<T> kind) {
        return entries().stream().filter(kind::isInstance).map(kind::cast);
    }

    /// The balances of a budget of the tenant.
    List<Balance> balances(String budget) {
        return authority.balances(new BudgetId("acme/" + budget), 100_000);
    }

    @Override
    public void close() {
        authority.close();
    }
}
