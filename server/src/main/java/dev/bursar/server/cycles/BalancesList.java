package dev.bursar.server.cycles;

import dev.bursar.ledger.ScopePath;
import dev.bursar.ledger.Standing;
import dev.bursar.ledger.Subject;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/// Lists where the budgets of a tenant stand whose path has all the segments that are asked for.
final class BalancesList {

    private BalancesList() {}

    /// @param standings of the caller's tenant, by path and unit
    /// @throws CyclesException when nothing is asked for, or something of another tenant
    static Answer answer(Query query, CyclesCaller caller, List<Standing> standings) {
        String tenant = query.text(Subject.TENANT);
        SortedMap<String, String> levels = query.levels();
        if (tenant == null && levels.isEmpty()) {
            throw CyclesException.invalid("ask for at least one of " + ScopePath.LEVELS);
        }
        if (tenant != null && !tenant.equals(caller.tenant().value())) {
            throw new CyclesException(ErrorCode.FORBIDDEN, "tenant is not the tenant of the key");
        }
        String list = caller.tenant() + " balances " + levels;
        String after = Cursor.after(query.text("cursor"), list);
        List<Standing> rest =
                standings.stream()
                        .filter(standing -> Balances.isTold(standing, caller))
                        .filter(standing -> isAskedFor(standing.scope(), levels))
                        .filter(standing -> after == null || place(standing).compareTo(after) > 0)
                        .limit(query.limit() + 1L)
                        .toList();
        boolean more = rest.size() > query.limit();
        List<Standing> page = more ? rest.subList(0, query.limit()) : rest;
        return Answer.of(
                200,
                Json.object(out -> {
                    out.writeArrayPropertyStart("balances");
                    page.forEach(standing -> Balances.write(out, standing));
                    out.writeEndArray();
                    if (more) {
                        out.writeStringProperty(
                                "next_cursor", Cursor.of(list, place(page.getLast())));
                    }
                    out.writeBooleanProperty("has_more", more);
                }));
    }

    private static boolean isAskedFor(@Nullable ScopePath path, Map<String, String> levels) {
        return path != null
                && levels.entrySet().stream()
                        .allMatch(level ->
                                path.segments()
                                        .contains(
                                                new ScopePath.Segment(
                                                        level.getKey(), level.getValue())));
    }

    private static String place(Standing standing) {
        return standing.scope() + " " + standing.unit();
    }
}
