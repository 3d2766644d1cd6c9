package dev.bursar.authority;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What [Door] must answer when calls come one after the other: a few numbers and maps, and none of the
/// code of the ledger or the authority.
public final class NaiveBooks {

    private record Held(int amount, boolean byUser, int minutes, int extensions) {}

    /// A budget as it stands, and why it refuses an amount, or null.
    private record Stand(String name, int spent, int held, int limit) {

        @Nullable String cause(int amount) {
            if (amount <= limit - spent - held) {
                return null;
            }
            if (amount > limit) {
                return "ABOVE_LIMIT";
            }
            return held == 0 || limit - spent < amount ? "SPENT" : "HELD";
        }

        String because(String cause) {
            return " %s %s %d+%d of %d".formatted(name, cause, spent, held, limit);
        }

        int left() {
            return Math.max(0, limit - spent - held);
        }
    }

    /// What a key was answered, for which payload.
    private record Known(int payload, String answer) {}

    private final Map<Integer, Held> open = new HashMap<>();
    private final Map<Integer, String> ended = new HashMap<>();
    private final Map<String, Known> keys = new HashMap<>();
    private int companyLimit = Door.COMPANY_LIMIT;
    private int companySpent;
    private int userSpent;
    private boolean isCompanyUsed;
    private boolean isFrozen;
    private boolean isClosed;
    private boolean isDeclined;

    /// The hold of the reserve that a person is asked about.
    private @Nullable Integer asked;

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
        if (isClosed) {
            return "TENANT_CLOSED";
        }
        String ofCompany = isFrozen ? "FROZEN" : company().cause(amount);
        String ofUser = byUser ? user().cause(amount) : null;
        if (ofCompany != null || ofUser != null) {
            String company =
                    ofCompany == null ? "" : company().because(ofCompany) + ask(ofCompany, hold);
            String user = ofUser == null ? "" : user().because(ofUser);
            boolean companyFirst =
                    ofCompany == null
                            || ofUser == null
                            || !ofUser.equals("ABOVE_LIMIT")
                            || ofCompany.equals("FROZEN")
                            || ofCompany.equals("ABOVE_LIMIT");
            return "BUDGET_EXCEEDED" + (companyFirst ? company + user : user + company);
        }
        open.put(hold, new Held(amount, byUser, Door.MINUTES, 0));
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
        int company = company().left();
        int user = user().left();
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
            return whyNot(hold);
        }
        if (actual > held.amount()) {
            return "OVERAGE_REJECTED"
                    + company().because("SPENT")
                    + (held.byUser() ? user().because("SPENT") : "");
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
        if (isClosed) {
            return "TENANT_CLOSED";
        }
        companyLimit += amount;
        isCompanyUsed = true;
        return remember(key, 0, "limit " + companyLimit);
    }

    public String charge(int amount, boolean always, int via) {
        String key = "charge-" + amount;
        String again = again(key, always ? 1 : 0);
        if (again != null) {
            return again;
        }
        if (isClosed && !always) {
            return "TENANT_CLOSED";
        }
        if (isFrozen && !always) {
            return "BUDGET_EXCEEDED" + company().because("FROZEN");
        }
        String passed = "";
        if (amount > company().left()) {
            boolean held = held(false) > 0 && amount <= companyLimit - companySpent;
            passed = company().because(held ? "HELD" : "SPENT");
        }
        if (!passed.isEmpty() && !always) {
            return "OVERAGE_REJECTED" + passed;
        }
        companySpent += amount;
        isCompanyUsed = true;
        return remember(key, always ? 1 : 0, "charged " + amount + passed);
    }

    public String extend(int hold, int minutes, int via) {
        String key = "extend-" + hold + "-" + minutes;
        String again = again(key, 0);
        if (again != null) {
            return again;
        }
        Held held = open.get(hold);
        if (held == null) {
            return whyNot(hold);
        }
        if (held.extensions() == Door.MAX_EXTENSIONS) {
            return "EXTENSIONS_EXHAUSTED";
        }
        int lasts = held.minutes() + minutes;
        int times = held.extensions() + 1;
        open.put(hold, new Held(held.amount(), held.byUser(), lasts, times));
        return remember(key, 0, "lasts " + lasts + " by " + times);
    }

    private String whyNot(int hold) {
        if (!ended.containsKey(hold)) {
            return "HOLD_NOT_FOUND";
        }
        return isClosed ? "TENANT_CLOSED" : "HOLD_FINALIZED";
    }

    public String freeze(boolean frozen, int via) {
        if (isClosed) {
            return "TENANT_CLOSED";
        }
        int changed = frozen == isFrozen ? 0 : 1;
        isFrozen = frozen;
        return "set " + changed + (frozen ? " FROZEN" : " ACTIVE");
    }

    public String close(int chance, int via) {
        if (chance != 1) {
            return "closed: " + isClosed;
        }
        isClosed = true;
        asked = null;
        int released = open.size();
        open.keySet().forEach(hold -> ended.put(hold, "RELEASED"));
        open.clear();
        return "closed " + released;
    }

    public String approve(int hold, int amount, int via) {
        String again = again("answer-" + hold, amount);
        if (again != null) {
            return again;
        }
        String why = whyNotAnswered(hold);
        if (why != null) {
            return why;
        }
        asked = null;
        companyLimit += amount;
        return remember("answer-" + hold, amount, "limit " + companyLimit);
    }

    public String decline(int hold, int via) {
        String again = again("answer-" + hold, 0);
        if (again != null) {
            return again;
        }
        String why = whyNotAnswered(hold);
        if (why != null) {
            return why;
        }
        asked = null;
        isDeclined = true;
        return remember("answer-" + hold, 0, "declined");
    }

    private @Nullable String whyNotAnswered(int hold) {
        if (isClosed) {
            return "TENANT_CLOSED";
        }
        return asked != null && asked == hold ? null : "APPROVAL_NOT_FOUND";
    }

    /// Asks a person where that helps, unless somebody was asked or has declined.
    private String ask(String cause, int hold) {
        if (!cause.equals("SPENT") && !cause.equals("ABOVE_LIMIT")) {
            return "";
        }
        if (asked == null && !isDeclined) {
            asked = hold;
            isCompanyUsed = true;
        }
        return asked == null ? "" : " asked by " + asked;
    }

    public String asked() {
        return asked == null ? "" : asked.toString();
    }

    public String balance() {
        return isCompanyUsed
                ? "%d+%d of %d".formatted(companySpent, held(false), companyLimit)
                : "";
    }

    public String hold(int hold) {
        Held held = open.get(hold);
        return held == null ? "not open" : "open " + held.amount();
    }

    public String ended(int hold) {
        return ended.getOrDefault(hold, "not ended");
    }

    private Stand company() {
        return new Stand("company", companySpent, held(false), companyLimit);
    }

    private Stand user() {
        return new Stand("user", userSpent, held(true), Door.USER_LIMIT);
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
