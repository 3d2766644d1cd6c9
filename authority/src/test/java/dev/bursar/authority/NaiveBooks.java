package dev.bursar.authority;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What [Door] must answer when calls come one after the other: a few numbers and maps, and none of the
/// code of the ledger or the authority.
public final class NaiveBooks {

    private record Held(int amount, boolean byUser) {}

    /// What a key was answered, for which payload.
    private record Known(int payload, String answer) {}

    private final Map<Integer, Held> open = new HashMap<>();
    private final Map<Integer, String> ended = new HashMap<>();
    private final Map<String, Known> keys = new HashMap<>();
    private int companyLimit = Door.COMPANY_LIMIT;
    private int companySpent;
    private int userSpent;
    private boolean isCompanyUsed;

    public NaiveBooks() {}

    public String reserve(int hold, int amount, boolean byUser, int via) {
        String key = "reserve-" + hold + "-" + amount;
        String again = again(key, byUser ? 1 : 0);
        if (again != null) {
            return again;
        }
        if (open.containsKey(hold) || ended.containsKey(hold)) {
            return "HOLD_EXISTS";
        }
        String blocks = "";
        if (companySpent + held(false) + amount > companyLimit) {
            blocks += " company " + company();
        }
        if (byUser && userSpent + held(true) + amount > Door.USER_LIMIT) {
            blocks += " user " + user();
        }
        if (!blocks.isEmpty()) {
            return "BUDGET_EXCEEDED" + blocks;
        }
        open.put(hold, new Held(amount, byUser));
        isCompanyUsed = true;
        return remember(key, byUser ? 1 : 0, "granted " + amount);
    }

    public String commit(int hold, int actual, int via) {
        return end("commit", hold, actual);
    }

    public String settle(int hold, int actual) {
        Held held = open.get(hold);
        String answer = commit(hold, actual, 0);
        return answer.startsWith("committed") && held != null
                ? answer + " left " + tightest(held.byUser())
                : answer;
    }

    /// The budget with the smaller share left; of equal ones the first.
    private String tightest(boolean byUser) {
        int company = companyLimit - companySpent - held(false);
        int user = Door.USER_LIMIT - userSpent - held(true);
        return byUser && user * companyLimit < company * Door.USER_LIMIT
                ? user + " of user"
                : company + " of company";
    }

    public String release(int hold, int via) {
        return end("release", hold, 0);
    }

    private String end(String how, int hold, int actual) {
        String key = how + "-" + hold;
        String again = again(key, actual);
        if (again != null) {
            return again;
        }
        Held held = open.get(hold);
        if (held == null) {
            return ended.containsKey(hold) ? "HOLD_FINALIZED" : "HOLD_NOT_FOUND";
        }
        if (actual > held.amount()) {
            return "OVERAGE_REJECTED company "
                    + company()
                    + (held.byUser() ? " user " + user() : "");
        }
        open.remove(hold);
        companySpent += actual;
        userSpent += held.byUser() ? actual : 0;
        boolean commits = how.equals("commit");
        ended.put(hold, commits ? "COMMITTED" : "RELEASED");
        return remember(key, actual, commits ? "committed " + actual : "released " + held.amount());
    }

    public String credit(int amount, int via) {
        String key = "credit-" + amount;
        String again = again(key, 0);
        if (again != null) {
            return again;
        }
        companyLimit += amount;
        isCompanyUsed = true;
        return remember(key, 0, "limit " + companyLimit);
    }

    public String balance() {
        return isCompanyUsed ? company() : "";
    }

    public String hold(int hold) {
        Held held = open.get(hold);
        return held == null ? "not open" : "open " + held.amount();
    }

    public String ended(int hold) {
        return ended.getOrDefault(hold, "not ended");
    }

    private String company() {
        return "%d+%d of %d".formatted(companySpent, held(false), companyLimit);
    }

    private String user() {
        return "%d+%d of %d".formatted(userSpent, held(true), Door.USER_LIMIT);
    }

    private int held(boolean onlyByUser) {
        return open.values().stream()
                .filter(held -> held.byUser() || !onlyByUser)
                .mapToInt(Held::amount)
                .sum();
    }

    private @Nullable String again(String key, int payload) {
        Known known = keys.get(key);
        if (known == null) {
            return null;
        }
        return known.payload() == payload ? "again " + known.answer() : "IDEMPOTENCY_MISMATCH";
    }

    private String remember(String key, int payload, String answer) {
        keys.put(key, new Known(payload, answer));
        return answer;
    }
}
