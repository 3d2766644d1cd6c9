package dev.bursar.gateway;

import dev.bursar.authority.Authority;
import dev.bursar.ledger.Amounts;
import dev.bursar.ledger.Command;
import dev.bursar.ledger.Reason;
import dev.bursar.ledger.Subject;
import dev.bursar.ledger.TenantId;
import java.util.Map;

/// Writes down what the gateway denies before it asks for a hold, so that the journal tells it like the
/// ledger's denials. A key that is not accepted is not among them: nobody knows whose call it was.
final class OwnDenials {

    private static final Map<Refusal, Reason> REASONS =
            Map.of(
                    Refusal.MODEL_UNPRICED, Reason.MODEL_UNPRICED,
                    Refusal.TOOL_UNPRICED, Reason.TOOL_UNPRICED,
                    Refusal.KEY_OUT_OF_SCOPE, Reason.KEY_OUT_OF_SCOPE);

    private OwnDenials() {}

    /// Does nothing for refusals of other kinds: they are written already, or are no denials.
    ///
    /// @param record what the entry tells of the call
    /// @return what the caller is told: the same, or that the authority cannot answer
    static RefusedException written(
            Authority authority,
            RefusedException refused,
            TenantId tenant,
            Subject subject,
            CallRecord record) {
        Reason reason = REASONS.get(refused.denial().refusal());
        if (reason == null) {
            return refused;
        }
        Command.Refuse denial =
                new Command.Refuse(tenant, subject, Amounts.NONE, reason, record.attribution());
        try {
            Admission.answered(() -> authority.submit(denial));
            return refused;
        } catch (RefusedException unanswered) {
            return unanswered;
        }
    }
}
