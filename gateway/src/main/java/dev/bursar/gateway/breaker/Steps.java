package dev.bursar.gateway.breaker;

/// Finds the last step in a conversation that is read from its beginning: the tool calls that the model
/// asked for last, and what they brought.
final class Steps {

    private long calls;
    private long results;
    private boolean vague;

    /// A tool call, after results the first of a new step.
    void call(long hash) {
        if (results != 0) {
            forget();
        }
        calls += hash;
    }

    /// In any order: tools run side by side.
    void result(long hash) {
        results += hash;
    }

    /// A person has spoken: what comes now is something new.
    void forget() {
        calls = 0;
        results = 0;
        vague = false;
    }

    /// Of how many results the sum is, for comparison only.
    long results() {
        return results;
    }

    /// Results without their calls, whose conversation is at the provider. Alone they say too little: many tools
    /// always bring the same.
    long unasked() {
        return calls == 0 && !vague ? results : 0;
    }

    /// Among the results is one whose call is not told by what its answer says: the answers to two such calls
    /// may look alike.
    void vague() {
        vague = true;
    }

    /// 0 when there is none.
    long last() {
        return calls == 0 || results == 0 ? 0 : Hash.of(calls, results);
    }
}
