package dev.bursar.gateway;

import dev.bursar.gateway.CallRequest.Tools;
import dev.bursar.gateway.Routes.Route;
import dev.bursar.gateway.routing.CallFacts;
import dev.bursar.gateway.routing.Choice;
import dev.bursar.gateway.routing.RouteRules;
import dev.bursar.gateway.routing.Rule;
import dev.bursar.gateway.routing.Verdict;
import dev.bursar.ledger.Subject;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/// Finds the models that a call may go to, by the route of the name it asks for.
final class Planner {

    private static final Verdict NOT_ASKED = new Verdict(true, "");

    private final Wiring wiring;
    private final Client client;
    private final Identity.Caller caller;
    private final Operation operation;
    private final CallRequest request;
    private final byte[] body;

    Planner(
            Wiring wiring,
            Client client,
            Identity.Caller caller,
            Operation operation,
            CallRequest request,
            byte[] body) {
        this.wiring = wiring;
        this.client = client;
        this.caller = caller;
        this.operation = operation;
        this.request = request;
        this.body = body;
    }

    /// @throws RefusedException when nobody serves the model
    Attempts plan(Attempts.Ask ask, Subject subject, CallHeaders headers) {
        Instant at = wiring.clock().instant();
        RouteRules rules = wiring.settings().routing().route(request.model());
        if (rules == null) {
            return Attempts.direct(wiring, ask, find(request.model(), at));
        }
        CallFacts facts = facts(subject, headers);
        Rule rule = rules.rule(facts);
        Judge.Payer payer = new Judge.Payer(caller.tenant(), subject, ask.call());
        Verdict verdict =
                rule.to() instanceof Choice.ByComplexity by ? complexity(by, payer, at) : NOT_ASKED;
        return Attempts.routed(
                wiring,
                ask,
                model -> find(model, at),
                rules,
                rules.plan(rule, facts, verdict, ask.call()));
    }

    /// @throws RefusedException when nobody serves the model, or it cannot serve this call
    private Route find(String model, Instant at) {
        Route route = wiring.routes().find(operation, model, at, wiring.meter());
        Crossing.require(request, route, body, wiring);
        return route;
    }

    private CallFacts facts(Subject subject, CallHeaders headers) {
        SortedMap<String, String> words = new TreeMap<>(subject.values());
        words.put(CallFacts.MODEL, request.model());
        words.put(CallFacts.OPERATION, operation.word());
        if (!headers.requestType().isEmpty()) {
            words.put(CallFacts.REQUEST_TYPE, headers.requestType());
        }
        if (!headers.priority().isEmpty()) {
            words.put(CallFacts.PRIORITY, headers.priority());
        }
        Set<CallFacts.Trait> traits = EnumSet.noneOf(CallFacts.Trait.class);
        if (request.tools() != Tools.NONE) {
            traits.add(CallFacts.Trait.TOOLS);
        }
        if (request.images() > 0) {
            traits.add(CallFacts.Trait.IMAGES);
        }
        if (request.stream()) {
            traits.add(CallFacts.Trait.STREAM);
        }
        Long named = request.maxOutputTokens();
        return new CallFacts(
                words,
                traits,
                Math.ceilDiv(body.length, Estimator.BYTES_PER_TOKEN),
                named == null ? wiring.settings().maxOutputTokens() : named);
    }

    private Verdict complexity(Choice.ByComplexity by, Judge.Payer payer, Instant at) {
        String question = Question.of(body);
        if (question.isEmpty()) {
            return Verdict.unknown("no question in text");
        }
        return by.judge().isEmpty()
                ? wiring.classifier().judge(question)
                : new Judge(wiring, client, operation.dialect())
                        .ask(by.judge(), question, payer, at);
    }
}
