package dev.bursar.server.cycles;

import dev.bursar.authority.Authority;
import dev.bursar.authority.AuthorityException;
import dev.bursar.ledger.Command;
import dev.bursar.ledger.Outcome;
import dev.bursar.ledger.Reason;
import java.util.function.Function;

/// Submits commands and answers with what becomes of them. The usual way takes no thread of its own: the
/// command goes to the authority, and its outcome comes back to the event loop.
final class Submissions {

    private final Authority authority;
    private final Threads threads;

    Submissions(Authority authority, Threads threads) {
        this.authority = authority;
        this.threads = threads;
    }

    /// Submits a command, and answers with what `reply` makes of its outcome.
    void submit(Exchange exchange, Command command, Function<Outcome, Answer> reply) {
        try {
            var _ =
                    authority
                            .submitAsync(command)
                            .whenComplete((outcome, failure) -> {
                                if (failure != null) {
                                    exchange.onLoop(() -> exchange.refuse(Refusals.error(failure)));
                                } else if (isSimple(outcome)) {
                                    exchange.onLoop(() -> reply(exchange, outcome, reply));
                                } else {
                                    threads.run(exchange, () -> reply.apply(outcome));
                                }
                            });
        } catch (AuthorityException e) {
            throw Refusals.error(e);
        }
    }

    private static void reply(Exchange exchange, Outcome outcome, Function<Outcome, Answer> reply) {
        try {
            exchange.answer(reply.apply(outcome));
        } catch (RuntimeException e) {
            exchange.refuse(Refusals.error(e));
        }
    }

    /// Whether nothing has to be looked up to answer.
    private static boolean isSimple(Outcome outcome) {
        return !(outcome instanceof Outcome.Repeated)
                && !(outcome instanceof Outcome.Refused refused
                        && (refused.reason() == Reason.UNIT_MISMATCH
                                || PastAnswers.mayBeRepeat(refused)));
    }

    /// The outcome itself, or that of the command which this one repeats.
    static Outcome original(Outcome outcome) {
        return outcome instanceof Outcome.Repeated(Outcome original) ? original : outcome;
    }
}
