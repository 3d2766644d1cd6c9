package dev.bursar.server.http;

import dev.bursar.authority.Authority;
import dev.bursar.ledger.Attribution;
import dev.bursar.ledger.Command;
import dev.bursar.ledger.Outcome;
import dev.bursar.ledger.StoppedRun;
import dev.bursar.ledger.TenantId;
import dev.bursar.server.directory.Action;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/// What people do to runs: stop one, whatever it is at, and let one that was stopped go on.
final class RunsApi {

    private final Authority authority;

    RunsApi(Authority authority) {
        this.authority = authority;
    }

    void mount(ApiRouter api) {
        api.onForm(ApiRoute.STOP_RUN, List.of("reason"), this::stop);
        api.onForm(ApiRoute.RESUME_RUN, List.of("reason"), this::resume);
    }

    private FormAct.Done stop(RoutingContext context, Body body) {
        String run = run(context);
        Outcome.RunStopped stopped =
                LedgerAnswers.require(
                        Outcome.RunStopped.class,
                        authority.submit(
                                new Command.StopRun(
                                        tenant(context),
                                        run,
                                        by(context, body, Action.RUN_STOP, run))),
                        run);
        ObjectNode answer = ApiJson.object();
        answer.put("changed", stopped.changed());
        answer.set("stopped", json(stopped.stop()));
        return new FormAct.Done(
                answer,
                stopped.changed()
                        ? "Stopped: nothing is let through for %s any more.".formatted(run)
                        : "Nothing changed: %s was stopped already.".formatted(run));
    }

    private FormAct.Done resume(RoutingContext context, Body body) {
        String run = run(context);
        Outcome.RunResumed resumed =
                LedgerAnswers.require(
                        Outcome.RunResumed.class,
                        authority.submit(
                                new Command.ResumeRun(
                                        tenant(context),
                                        run,
                                        by(context, body, Action.RUN_RESUME, run))),
                        run);
        ObjectNode answer = ApiJson.object();
        answer.put("tenant", resumed.tenant().value());
        answer.put("run", resumed.run());
        return new FormAct.Done(answer, "Resumed: %s may go on.".formatted(run));
    }

    private static TenantId tenant(RoutingContext context) {
        return Body.tenantId("tenant", Parameters.path(context, "tenant"));
    }

    private static String run(RoutingContext context) {
        String run = Parameters.path(context, "run");
        if (run.isEmpty() || run.length() > StoppedRun.MAX_NAME_LENGTH) {
            throw ApiException.badRequest(
                    "run: must have 1 to " + StoppedRun.MAX_NAME_LENGTH + " characters");
        }
        return run;
    }

    private static Attribution by(RoutingContext context, Body body, Action action, String target) {
        return Access.actor(context).did(action, target, body.reason());
    }

    /// A stop as it is told beside its run.
    static ObjectNode json(StoppedRun stop) {
        ObjectNode node = ApiJson.object();
        node.put("at", stop.at().toString());
        node.put("by", stop.by().labels().getOrDefault("actor", ""));
        node.put("rule", stop.by().labels().get("rule"));
        node.put("reason", stop.by().labels().get("reason"));
        return node;
    }
}
