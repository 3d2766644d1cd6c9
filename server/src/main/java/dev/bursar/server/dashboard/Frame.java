package dev.bursar.server.dashboard;

import dev.bursar.authority.Authority;
import dev.bursar.server.dashboard.view.Link;
import dev.bursar.server.dashboard.view.MessageView;
import dev.bursar.server.dashboard.view.Shell;
import dev.bursar.server.dashboard.view.TenantChoice;
import dev.bursar.usage.Dimension;
import dev.bursar.usage.TotalsQuery;
import dev.bursar.usage.TotalsRow;
import dev.bursar.usage.Usage;
import dev.bursar.usage.UsageException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicReference;

/// What pages have in common: navigation, files, and the choice of a tenant.
final class Frame {

    private static final Duration LOOK_BACK = Duration.ofDays(30);
    private static final Duration KEEP = Duration.ofSeconds(30);

    private final Usage usage;
    private final Authority authority;
    private final Shell.Files files;
    private final AtomicReference<Tenants> tenants =
            new AtomicReference<>(new Tenants(Instant.EPOCH, new TreeSet<>()));

    Frame(Usage usage, Authority authority, Shell.Files files) {
        this.usage = usage;
        this.authority = authority;
        this.files = files;
    }

    /// @param section the room that the page belongs to
    /// @param tenant that the rooms are entered with
    Shell shell(Request request, String title, Address section, String tenant) {
        List<Link> nav =
                List.of(
                        link("Overview", Address.OVERVIEW, section, tenant),
                        link("Runs", Address.RUNS, section, tenant),
                        link("Budgets", Address.BUDGETS, section, tenant),
                        link("Approvals", Address.APPROVALS, section, tenant),
                        link("Audit", Address.AUDIT, section, tenant));
        Reader reader = request.reader();
        Shell.Person person =
                reader.name().isEmpty() ? null : new Shell.Person(reader.name(), reader.role());
        return new Shell(title, nav, files, person, reader.notice());
    }

    MessageView message(Request request, String title, String text) {
        Shell shell = shell(request, title, new Address(""), "");
        return new MessageView(shell, title, text, Link.to("Overview", Address.OVERVIEW.text()));
    }

    /// @param keep other parameters that stay when the tenant changes
    TenantChoice tenants(Request request, Address page, List<TenantChoice.Kept> keep) {
        List<TenantChoice.Choice> choices = new ArrayList<>();
        String chosen = request.tenant();
        SortedSet<String> names = new TreeSet<>();
        if (request.bound() == null) {
            choices.add(new TenantChoice.Choice("", "All tenants", chosen.isEmpty()));
            names.addAll(known(request.now()));
        }
        if (!chosen.isEmpty()) {
            names.add(chosen);
        }
        for (String name : names) {
            choices.add(new TenantChoice.Choice(name, name, name.equals(chosen)));
        }
        List<TenantChoice.Kept> kept =
                keep.stream().filter(parameter -> !parameter.value().isEmpty()).toList();
        return new TenantChoice(page.text(), choices, kept);
    }

    /// Tenants with budgets or with calls of late. Looked up again after a while: a new one is on its
    /// way to the list, and pages are fetched every two seconds.
    private SortedSet<String> known(Instant now) {
        Tenants last = tenants.get();
        if (now.isBefore(last.at.plus(KEEP)) && !now.isBefore(last.at)) {
            return last.names;
        }
        SortedSet<String> names = new TreeSet<>();
        authority.budgets().forEach(budget -> names.add(budget.tenant().value()));
        try {
            names.addAll(active(now));
        } catch (UsageException e) {
            // Budgets are there without the read model, and so are their pages.
            return names;
        }
        tenants.set(new Tenants(now, names));
        return names;
    }

    private SortedSet<String> active(Instant now) {
        SortedSet<String> names = new TreeSet<>();
        TotalsQuery byTenant =
                TotalsQuery.over(now.minus(LOOK_BACK), now.plusSeconds(1))
                        .by(Dimension.TENANT)
                        .atMost(TotalsQuery.MAX_LIMIT);
        for (TotalsRow row : usage.totals(byTenant)) {
            String name = row.key();
            if (name != null && !name.isEmpty() && !row.other()) {
                names.add(name);
            }
        }
        return names;
    }

    private static Link link(String text, Address to, Address section, String tenant) {
        return new Link(text, to.with("tenant", tenant).text(), to.equals(section));
    }

    private record Tenants(Instant at, SortedSet<String> names) {}
}
