package dev.bursar.authority;

import static dev.bursar.authority.Values.readAttribution;
import static dev.bursar.authority.Values.readFunding;
import static dev.bursar.authority.Values.readKey;
import static dev.bursar.authority.Values.readPostings;
import static dev.bursar.authority.Values.readSubject;
import static dev.bursar.authority.Values.writeAttribution;
import static dev.bursar.authority.Values.writeFunding;
import static dev.bursar.authority.Values.writeKey;
import static dev.bursar.authority.Values.writePostings;
import static dev.bursar.authority.Values.writeSubject;

import dev.bursar.ledger.AccountKey;
import dev.bursar.ledger.Approval;
import dev.bursar.ledger.Budget;
import dev.bursar.ledger.Command;
import dev.bursar.ledger.CommandKey;
import dev.bursar.ledger.Funding;
import dev.bursar.ledger.HoldId;
import dev.bursar.ledger.Outcome;
import dev.bursar.ledger.StateRecord;
import dev.bursar.ledger.StoppedRun;
import dev.bursar.ledger.TenantId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// State records as bytes: the chunks of a checkpoint.
final class StateCodec {

    private static final int CLOCK = 1;
    private static final int BUDGET = 2;
    private static final int ACCOUNT = 3;
    private static final int HOLD = 4;
    private static final int ENDED_HOLD = 5;
    private static final int REMEMBERED = 6;
    private static final int CLOSED_TENANT = 7;
    private static final int APPROVAL = 8;
    private static final int SPENT_KEY = 9;
    private static final int STOPPED_RUN = 10;
    private static final int OPEN_HOLD = 11;
    private static final int SPENT_KEY_OF_RESERVE = 12;

    private StateCodec() {}

    /// Adds one record to the block in `out`.
    static void write(WireWriter out, StateRecord state) {
        switch (state) {
            case StateRecord.Clock(Instant lastAt) -> {
                out.tag(CLOCK);
                out.instant(lastAt);
            }
            case StateRecord.ClosedTenant(TenantId tenant) -> {
                out.tag(CLOSED_TENANT);
                out.text(tenant.value());
            }
            case StateRecord.StoppedRunState(StoppedRun stop, Instant askedAt) -> {
                out.tag(STOPPED_RUN);
                Values.writeStop(out, stop);
                out.instant(askedAt);
            }
            case StateRecord.OpenBudget(Budget budget, Budget.Status status) -> {
                out.tag(BUDGET);
                Values.writeBudget(out, budget);
                out.text(status.name());
            }
            case StateRecord.OpenApproval(Approval approval) -> writeApproval(out, approval);
            case StateRecord.AccountState account -> writeAccount(out, account);
            case StateRecord.HoldState hold -> {
                out.tag(HOLD);
                writeHold(out, hold);
            }
            case StateRecord.OpenHold hold -> {
                out.tag(OPEN_HOLD);
                writeShares(out, hold.shares());
                writeHold(out, hold.state());
            }
            case StateRecord.EndedHold(
                            HoldId hold,
                            TenantId tenant,
                            Instant at,
                            StateRecord.Ending ending,
                            Outcome outcome) -> {
                out.tag(ENDED_HOLD);
                out.text(hold.value());
                out.text(tenant.value());
                out.instant(at);
                out.text(ending.name());
                OutcomeCodec.write(out, outcome);
            }
            case StateRecord.SpentKey(
                            StateRecord.Operation operation,
                            long high,
                            long low,
                            long fingerprint,
                            Instant at) -> {
                boolean charge = operation == StateRecord.Operation.CHARGE;
                out.tag(charge ? SPENT_KEY : SPENT_KEY_OF_RESERVE);
                out.fixed(high);
                out.fixed(low);
                out.fixed(fingerprint);
                out.instant(at);
            }
            case StateRecord.Remembered(
                            TenantId tenant,
                            StateRecord.Operation operation,
                            CommandKey key,
                            Instant at,
                            Outcome outcome) -> {
                out.tag(REMEMBERED);
                out.text(tenant.value());
                out.text(operation.name());
                writeKey(out, key);
                out.instant(at);
                OutcomeCodec.write(out, outcome);
            }
        }
    }

    /// @throws AuthorityException of kind `INTERNAL` unless the bytes are a block of exactly `count`
    static List<StateRecord> read(byte[] bytes, int count) {
        WireReader in = new WireReader(bytes);
        if (count < 0 || count > bytes.length) {
            throw in.malformed(count + " state records in " + bytes.length + " bytes");
        }
        return in.read(() -> {
            List<StateRecord> records = new ArrayList<>(count);
            for (int i = 0; i < count; i++) {
                records.add(readState(in));
            }
            in.end();
            return records;
        });
    }

    private static StateRecord readState(WireReader in) {
        int tag = in.tag();
        return switch (tag) {
            case CLOCK -> new StateRecord.Clock(in.instant());
            case CLOSED_TENANT -> new StateRecord.ClosedTenant(new TenantId(in.text()));
            case STOPPED_RUN -> new StateRecord.StoppedRunState(Values.readStop(in), in.instant());
            case BUDGET ->
                    new StateRecord.OpenBudget(
                            Values.readBudget(in), Budget.Status.valueOf(in.text()));
            case APPROVAL -> new StateRecord.OpenApproval(readApproval(in));
            case ACCOUNT -> readAccount(in);
            case HOLD -> readHold(in);
            case OPEN_HOLD -> {
                List<StateRecord.Share> shares =
                        in.list(() -> new StateRecord.Share(in.integer(), in.number()));
                yield new StateRecord.OpenHold(readHold(in), shares);
            }
            case ENDED_HOLD ->
                    new StateRecord.EndedHold(
                            new HoldId(in.text()),
                            in.tenant(),
                            in.instant(),
                            StateRecord.Ending.valueOf(in.text()),
                            OutcomeCodec.read(in));
            case SPENT_KEY -> readSpent(in, StateRecord.Operation.CHARGE);
            case SPENT_KEY_OF_RESERVE -> readSpent(in, StateRecord.Operation.RESERVE);
            case REMEMBERED ->
                    new StateRecord.Remembered(
                            in.tenant(),
                            StateRecord.Operation.valueOf(in.text()),
                            readKey(in),
                            in.instant(),
                            OutcomeCodec.read(in));
            default -> throw in.malformed("no state record " + tag);
        };
    }

    private static StateRecord readSpent(WireReader in, StateRecord.Operation operation) {
        return new StateRecord.SpentKey(
                operation, in.fixed(), in.fixed(), in.fixed(), in.instant());
    }

    private static void writeApproval(WireWriter out, Approval approval) {
        out.tag(APPROVAL);
        out.text(approval.id());
        out.text(approval.tenant().value());
        out.account(approval.account());
        out.text(approval.name());
        out.text(approval.unit().name());
        out.number(approval.asked());
        writeSubject(out, approval.subject());
        out.instant(approval.askedAt());
    }

    private static Approval readApproval(WireReader in) {
        return new Approval(
                in.text(),
                new TenantId(in.text()),
                in.account(),
                in.text(),
                in.unit(),
                in.number(),
                readSubject(in),
                in.instant());
    }

    private static void writeAccount(WireWriter out, StateRecord.AccountState account) {
        out.tag(ACCOUNT);
        out.account(account.account());
        out.instant(account.openedAt());
        out.instant(account.usedAt());
        out.number(account.spent());
        out.number(account.overrun());
        writeFunding(out, account.funding());
        out.number(account.buckets().size());
        long start = 0;
        for (StateRecord.Bucket bucket : account.buckets()) {
            out.signed(bucket.startMillis() - start);
            out.number(bucket.amount());
            start = bucket.startMillis();
        }
    }

    private static StateRecord readAccount(WireReader in) {
        AccountKey account = in.account();
        Instant openedAt = in.instant();
        Instant usedAt = in.instant();
        long spent = in.number();
        long overrun = in.number();
        Funding funding = readFunding(in);
        int count = in.count();
        List<StateRecord.Bucket> buckets = new ArrayList<>();
        long start = 0;
        for (int i = 0; i < count; i++) {
            start += in.signed();
            buckets.add(new StateRecord.Bucket(start, in.number()));
        }
        return new StateRecord.AccountState(
                account, openedAt, usedAt, spent, overrun, funding, buckets);
    }

    private static void writeShares(WireWriter out, List<StateRecord.Share> shares) {
        out.number(shares.size());
        for (int i = 0; i < shares.size(); i++) {
            out.number(shares.get(i).account());
            out.number(shares.get(i).amount());
        }
    }

    private static void writeHold(WireWriter out, StateRecord.HoldState hold) {
        out.text(hold.tenant().value());
        writeSubject(out, hold.subject());
        writePostings(out, hold.postings());
        out.duration(hold.grace());
        out.text(hold.onExpiry().name());
        out.text(hold.overage().name());
        out.flag(hold.scoped());
        writeAttribution(out, hold.attribution());
        writeKey(out, hold.key());
        out.instant(hold.expiresAt());
        out.number(hold.extensions());
        OutcomeCodec.writeGranted(out, hold.granted());
    }

    private static StateRecord.HoldState readHold(WireReader in) {
        return new StateRecord.HoldState(
                in.tenant(),
                readSubject(in),
                readPostings(in),
                in.duration(),
                Command.OnExpiry.valueOf(in.text()),
                Command.Overage.valueOf(in.text()),
                in.flag(),
                readAttribution(in),
                readKey(in),
                in.instant(),
                in.integer(),
                OutcomeCodec.readGranted(in));
    }
}
