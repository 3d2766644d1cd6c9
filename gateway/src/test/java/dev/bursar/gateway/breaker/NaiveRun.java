package dev.bursar.gateway.breaker;

import java.util.ArrayList;
import java.util.List;

/// A run that keeps every call and looks back over all of them, each time anew: what [Run] is held
/// against.
final class NaiveRun {

    /// One call; the number is that of its end, 0 while it is open.
    static final class Call {
        final Signs signs;
        final long began;
        final int seen;
        long ended;
        int number;
        boolean answered;
        long answer;

        Call(Signs signs, long began, int seen) {
            this.signs = signs;
            this.began = began;
            this.seen = seen;
        }
    }

    private final List<Call> ended = new ArrayList<>();

    Call begin(Signs signs, long now) {
        return new Call(signs, now, ended.size());
    }

    void end(Call call, boolean answered, long answer, long now) {
        call.answered = answered;
        call.answer = answer;
        call.ended = now;
        ended.add(call);
        call.number = ended.size();
    }

    int identicalCalls(Signs signs, long now) {
        return 1 + row(answeredOnes(), signs, now, false);
    }

    int identicalAnswers(Signs signs, long now) {
        return 1 + row(answeredOnes(), signs, now, true);
    }

    int retries(Signs signs, long now) {
        List<Call> failures = new ArrayList<>();
        for (Call call : ended) {
            if (!call.answered) {
                failures.add(call);
            } else {
                // an answer ends what failed before
                boolean ends =
                        !failures.isEmpty()
                                && failures.getLast().signs.request() == call.signs.request();
                if (ends) {
                    failures.clear();
                }
            }
        }
        return 1 + row(failures, signs, now, false);
    }

    private List<Call> answeredOnes() {
        return ended.stream().filter(call -> call.answered).toList();
    }

    /// How many calls at the end of a list are a row that a call which begins now would go on with.
    private static int row(List<Call> calls, Signs signs, long now, boolean sameAnswer) {
        List<Call> row = new ArrayList<>();
        for (Call call : calls) {
            boolean goesOn = !row.isEmpty();
            Call last = goesOn ? row.getLast() : call;
            goesOn =
                    goesOn
                            && last.signs.request() == call.signs.request()
                            && (!sameAnswer || last.answer == call.answer)
                            && call.began - last.ended <= Row.PAUSE_MILLIS;
            if (!goesOn) {
                row.clear();
                row.add(call);
            } else if (call.seen >= last.number) {
                row.add(call);
            }
        }
        boolean goesOn =
                !row.isEmpty()
                        && row.getLast().signs.request() == signs.request()
                        && now - row.getLast().ended <= Row.PAUSE_MILLIS;
        return goesOn ? row.size() : 0;
    }

    /// The most rounds of a cycle, counted from its end.
    int rounds(Signs signs, long now) {
        List<Call> steps = new ArrayList<>();
        for (Call call : answeredOnes()) {
            if (!steps.isEmpty() && call.seen < steps.getLast().number) {
                continue;
            }
            if (!steps.isEmpty() && call.began - steps.getLast().ended > Row.PAUSE_MILLIS) {
                steps.clear();
            }
            steps.add(call);
        }
        if (steps.isEmpty() || now - steps.getLast().ended > Row.PAUSE_MILLIS) {
            return 0;
        }
        int most = 0;
        for (int length = 2; length <= Cycles.LONGEST; length++) {
            most = Math.max(most, rounds(steps, length, signs));
        }
        return most;
    }

    private static int rounds(List<Call> steps, int length, Signs signs) {
        int equal = 0;
        for (int i = steps.size() - 1; i >= length && same(steps, i, i - length); i--) {
            equal++;
        }
        int rounds = (equal + 1 + length) / length;
        if (rounds < 2 || key(steps.get(steps.size() - length).signs) != key(signs)) {
            return 0;
        }
        List<Call> round = steps.subList(steps.size() - length, steps.size());
        boolean mixed = round.stream().anyMatch(call -> mark(call) != mark(round.getFirst()));
        return mixed ? rounds : 0;
    }

    private static boolean same(List<Call> steps, int one, int other) {
        return mark(steps.get(one)) == mark(steps.get(other));
    }

    private static long key(Signs signs) {
        return signs.step() != 0 ? signs.step() : signs.request();
    }

    private static long mark(Call call) {
        return call.signs.step() != 0
                ? call.signs.step()
                : Hash.of(call.signs.request(), call.answer);
    }
}
