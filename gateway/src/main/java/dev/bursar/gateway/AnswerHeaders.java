package dev.bursar.gateway;

import dev.bursar.ledger.Outcome;
import java.util.LinkedHashMap;
import java.util.Map;

/// What the gateway says about a call beside the provider's answer.
final class AnswerHeaders {

    private AnswerHeaders() {}

    /// Of an answer that goes out now: before the settlement when it is streamed, else after.
    static Map<String, String> of(Shape shape, CallHold held) {
        Map<String, String> answer = new LinkedHashMap<>();
        answer.put("X-Bursar-Call", held.call());
        answer.put("X-Bursar-Decision", decision(shape, held));
        shape.treatment().describe(answer);
        if (!shape.route().model().equals(shape.request().model())) {
            answer.put("X-Bursar-Model", shape.route().model());
        }
        Outcome.Remaining tightest = held.remaining();
        if (tightest != null) {
            answer.put("X-Bursar-Remaining", Quantity.text(tightest.unit(), tightest.left()));
        }
        return answer;
    }

    static String decision(Shape shape, CallHold held) {
        String treated = shape.treatment().decision();
        if (treated != null) {
            return treated;
        }
        return held.granted().wouldRefuse().isEmpty() ? "allow" : "would-deny";
    }
}
