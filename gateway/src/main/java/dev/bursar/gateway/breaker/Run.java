package dev.bursar.gateway.breaker;

import dev.bursar.ledger.TenantId;

/// What is remembered of one run: rows and counts, in some hundred bytes. Safe for use by several threads.
final class Run {

    final TenantId tenant;
    final String name;

    private volatile long usedMillis;

    private final Row requests = new Row();
    private final Row answers = new Row();
    private final Row failures = new Row();
    private final Row steps = new Row();
    private final Cycles cycles = new Cycles();
    private final Velocity velocity = new Velocity();
    private final Growth growth = new Growth();

    /// How many calls have ended.
    private long ended;

    /// What was answered last.
    private long lastAnswer;

    Run(TenantId tenant, String name, long nowMillis) {
        this.tenant = tenant;
        this.name = name;
        this.usedMillis = nowMillis;
    }

    boolean is(TenantId otherTenant, String otherName) {
        return name.equals(otherName) && tenant.equals(otherTenant);
    }

    long usedMillis() {
        return usedMillis;
    }

    synchronized Watch begin(Signs read, BreakerPolicy policy, long nowMillis) {
        usedMillis = nowMillis;
        Signs signs = read.after(lastAnswer);
        int calls = velocity.add(nowMillis);
        Verdict hardest = null;
        for (Rule rule : Rule.values()) {
            int count = count(rule, signs, calls, nowMillis);
            Thresholds thresholds = policy.of(rule);
            Action action = thresholds.at(count);
            if (action != null && (hardest == null || action.compareTo(hardest.action()) > 0)) {
                hardest = Verdict.of(rule, action, count, thresholds);
            }
        }
        return new Watch(this, signs, ended, nowMillis, hardest);
    }

    /// What a rule counts with a call that begins now.
    ///
    /// @param calls within a minute
    synchronized int count(Rule rule, Signs signs, int calls, long nowMillis) {
        return switch (rule) {
            case IDENTICAL_ANSWERS -> answers.with(signs.request(), nowMillis);
            case IDENTICAL_CALLS -> requests.with(signs.request(), nowMillis);
            case RETRY_STORM -> failures.with(signs.request(), nowMillis);
            case CYCLE -> cycles.with(key(signs), nowMillis);
            case NO_PROGRESS -> isStep(signs) ? steps.with(signs.step(), nowMillis) : 0;
            case VELOCITY -> calls;
            case CONTEXT_GROWTH -> growth.with(signs.bytes());
        };
    }

    synchronized void answered(Signs signs, long answer, Moment begun, long nowMillis) {
        Moment moment = end(begun, nowMillis);
        if (isStep(signs)) {
            steps.add(signs.step(), 0, moment);
        } else if (signs.step() == 0) {
            steps.clear();
        }
        requests.add(signs.request(), 0, moment);
        answers.add(signs.request(), answer, moment);
        if (failures.is(signs.request())) {
            failures.clear();
        }
        cycles.add(key(signs), mark(signs, answer), moment);
        growth.add(signs.bytes());
        lastAnswer = answer;
    }

    synchronized void failed(Signs signs, Moment begun, long nowMillis) {
        failures.add(signs.request(), 0, end(begun, nowMillis));
    }

    /// Somebody stopped the run: if it is resumed, it begins anew.
    synchronized void forget() {
        requests.clear();
        answers.clear();
        failures.clear();
        steps.clear();
        cycles.clear();
    }

    private Moment end(Moment begun, long nowMillis) {
        usedMillis = nowMillis;
        ended++;
        return new Moment(begun.seen(), ended, begun.beganMillis(), nowMillis);
    }

    /// The same request again is the same step, not the next one.
    private boolean isStep(Signs signs) {
        return signs.step() != 0 && !requests.is(signs.request());
    }

    private static long key(Signs signs) {
        return signs.step() != 0 ? signs.step() : signs.request();
    }

    private static long mark(Signs signs, long answer) {
        return signs.step() != 0 ? signs.step() : Hash.of(signs.request(), answer);
    }
}
