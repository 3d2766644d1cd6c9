package dev.bursar.gateway;

import dev.bursar.gateway.Routes.Route;
import dev.bursar.gateway.ladder.RequestBody;
import dev.bursar.gateway.ladder.RequestBody.Disabled;
import dev.bursar.gateway.ladder.RequestBody.Form;
import dev.bursar.ledger.Amounts;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// A call as it could be forwarded: as the client sent it, or as a ladder changes it.
///
/// @param target that the path of the request names
/// @param body that the request is read from
/// @param noToolCalls whether the model is told to call no tool
@SuppressWarnings("ArrayRecordComponent") // never compared; copies of large bodies would cost
record Shape(
        Target target,
        CallRequest request,
        Route route,
        byte[] body,
        Estimate estimate,
        boolean noToolCalls,
        Treatment treatment) {

    /// Whether no budget has changed it.
    boolean isAsAsked() {
        return treatment.equals(Treatment.NONE);
    }

    /// With its input counted, not only bounded.
    Shape counted(Estimator estimator) {
        Estimate counted = estimator.count(request, route, body);
        return new Shape(
                target,
                request,
                route,
                body,
                noToolCalls ? counted.withoutToolCalls() : counted,
                noToolCalls,
                treatment);
    }

    /// Served by another model. A bound of the output that this cannot produce would be refused there.
    Shape on(Route other, Estimator estimator) {
        Shape moved =
                new Shape(
                        target,
                        request,
                        other,
                        body,
                        estimate,
                        noToolCalls,
                        treatment.withDowngrade());
        Long named = request.maxOutputTokens();
        long most = estimator.choiceTokens(request, other);
        return named == null || named <= most
                ? moved.counted(estimator)
                : moved.edited(moved.bound(most)).counted(estimator);
    }

    /// Without some tools and features.
    ///
    /// @param names with the budget that disables each
    /// @throws RefusedException when the call makes no sense without one
    Shape without(SortedMap<String, String> names, Estimator estimator) {
        if (names.isEmpty()) {
            return this;
        }
        return switch (disabled(new TreeSet<>(names.keySet()))) {
            case Disabled.Needed(String name, String field) ->
                    throw new RefusedException(
                            Denial.of(
                                    Refusal.NOT_ALLOWED,
                                    field + ": " + name + " is disabled" + by(names, name),
                                    field));
            case Disabled.Changed(List<RequestBody.Edit> _, List<String> taken, boolean _)
                    when taken.isEmpty() ->
                    this;
            case Disabled.Changed(
                            List<RequestBody.Edit> edits,
                            List<String> taken,
                            boolean noTools) -> {
                Shape changed = edited(splices(edits));
                yield new Shape(
                                target,
                                changed.request,
                                route,
                                changed.body,
                                estimate,
                                noTools,
                                treatment.without(taken))
                        .counted(estimator);
            }
        };
    }

    /// Whether the call has one of these tools and features.
    boolean uses(List<String> names) {
        return !(disabled(new TreeSet<>(names)) instanceof Disabled.Changed changed)
                || !changed.names().isEmpty();
    }

    private static String by(SortedMap<String, String> names, String name) {
        String budget = names.get(name);
        return budget == null
                ? ": a budget allows no tools"
                : ": the budget " + budget + " has reached a step that does not allow it";
    }

    private Disabled disabled(SortedSet<String> names) {
        Form form =
                switch (request.operation().dialect()) {
                    case OPENAI -> Form.OPENAI;
                    case ANTHROPIC -> Form.ANTHROPIC;
                    case GEMINI -> Form.GEMINI;
                    case BEDROCK -> Form.CONVERSE;
                };
        return RequestBody.read(body).disable(names, request.images() > 0, form);
    }

    /// Whether the output can be bounded.
    boolean isClampable() {
        boolean bounded = request.maxOutputTokens() != null || field() != null;
        return bounded && request.operation().producesTokens();
    }

    /// What a clamp needs at least, or nothing when the output cannot be bounded.
    Amounts atLeast(long floor, Estimator estimator) {
        if (!isClampable()) {
            return Amounts.NONE;
        }
        long one = estimator.choiceTokens(request, route);
        long least = RequestBody.read(body).leastOutput(one, floor);
        return estimate.atLeast(request, route.price(), least * request.choices());
    }

    /// With as much output as is paid for.
    Shape clamped(Amounts held, long floor, Estimator estimator) {
        long asked = estimator.choiceTokens(request, route);
        long given = estimate.affordableOutput(request, route.price(), held) / request.choices();
        RequestBody bounded = RequestBody.read(body);
        List<Splice.Edit> edits = new ArrayList<>(bound(given));
        edits.addAll(splices(bounded.lessThinking(given, floor)));
        Shape changed = edited(edits);
        return new Shape(
                target,
                changed.request,
                route,
                changed.body,
                estimate.clamped(given * request.choices(), held),
                noToolCalls,
                treatment.with(
                        new Treatment.Clamp(
                                asked,
                                given,
                                bounded.thinkingTokens(),
                                bounded.thinkingTokens(given, floor))));
    }

    /// The field that can bound the output where the client named none.
    private @Nullable String field() {
        return route.provider().outputBound(request.operation());
    }

    /// Lowers the bounds that are there. A new one is only put where there is none: OpenAI takes one.
    private List<Splice.Edit> bound(long tokens) {
        List<Splice.Edit> edits = new ArrayList<>();
        for (String name : request.named()) {
            CallRequest.Place place = request.bounds().get(name);
            if (place != null && number(place.at()) > tokens) {
                edits.add(place.edit(tokens));
            }
        }
        CallRequest.Place place = request.named().isEmpty() ? place(field()) : null;
        if (place != null) {
            edits.add(place.edit(tokens));
        }
        return edits;
    }

    private CallRequest.@Nullable Place place(@Nullable String name) {
        return name == null ? null : request.bounds().get(name);
    }

    private long number(CallRequest.Span at) {
        int length = at.end() - at.start();
        return Long.parseLong(new String(body, at.start(), length, StandardCharsets.US_ASCII));
    }

    private static List<Splice.Edit> splices(List<RequestBody.Edit> edits) {
        return edits.stream()
                .map(edit -> new Splice.Edit(edit.start(), edit.end(), edit.text()))
                .toList();
    }

    private Shape edited(List<Splice.Edit> edits) {
        byte[] changed = Splice.apply(body, edits);
        return new Shape(
                target,
                RequestParser.parse(target, changed),
                route,
                changed,
                estimate,
                noToolCalls,
                treatment);
    }
}
