package dev.bursar.authority;

import static dev.bursar.authority.Values.readAmounts;
import static dev.bursar.authority.Values.readAttribution;
import static dev.bursar.authority.Values.readBlocks;
import static dev.bursar.authority.Values.readKey;
import static dev.bursar.authority.Values.readPostings;
import static dev.bursar.authority.Values.readShortfalls;
import static dev.bursar.authority.Values.readStandings;
import static dev.bursar.authority.Values.readSubject;
import static dev.bursar.authority.Values.writeAmounts;
import static dev.bursar.authority.Values.writeAttribution;
import static dev.bursar.authority.Values.writeBlocks;
import static dev.bursar.authority.Values.writeKey;
import static dev.bursar.authority.Values.writePostings;
import static dev.bursar.authority.Values.writeShortfalls;
import static dev.bursar.authority.Values.writeStandings;
import static dev.bursar.authority.Values.writeSubject;

import dev.bursar.ledger.Command;
import dev.bursar.ledger.Entry;
import dev.bursar.ledger.HoldId;
import dev.bursar.ledger.Reason;
import dev.bursar.ledger.StateRecord;
import dev.bursar.ledger.TenantId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// Entries as bytes: the payload of one journal record.
final class EntryCodec {

    private static final int RESERVED = 3;
    private static final int REFUSED = 4;
    private static final int COMMITTED = 5;
    private static final int RELEASED = 6;
    private static final int EXPIRED = 7;
    private static final int CHARGED = 8;
    private static final int ACCOUNTS_DROPPED = 9;
    private static final int EXTENDED = 10;
    private static final int EVALUATED = 11;

    private EntryCodec() {}

    /// Adds an entry to the block in `out`.
    static void write(WireWriter out, Entry entry) {
        switch (entry) {
            case Entry.Reserved reserved -> writeReserved(out, reserved);
            case Entry.Committed committed -> writeCommitted(out, committed);
            case Entry.Refused refused -> writeRefused(out, refused);
            case Entry.Released released -> {
                start(out, RELEASED, released.at());
                writeKey(out, released.key());
                out.text(released.hold().value());
                out.text(released.tenant().value());
                writeSubject(out, released.subject());
                writeAmounts(out, released.held());
                writeStandings(out, released.standings());
                writeAttribution(out, released.attribution());
            }
            case Entry.Extended extended -> {
                start(out, EXTENDED, extended.at());
                writeKey(out, extended.key());
                out.text(extended.hold().value());
                out.text(extended.tenant().value());
                out.instant(extended.expiresAt());
                out.number(extended.extensions());
                writeStandings(out, extended.standings());
            }
            case Entry.Evaluated evaluated -> {
                start(out, EVALUATED, evaluated.at());
                writeKey(out, evaluated.key());
                out.text(evaluated.tenant().value());
                out.text(evaluated.operation().name());
                writeSubject(out, evaluated.subject());
                OutcomeCodec.write(out, evaluated.answer());
                writeAttribution(out, evaluated.attribution());
            }
            case Entry.Expired expired -> {
                start(out, EXPIRED, expired.at());
                out.text(expired.hold().value());
                out.text(expired.tenant().value());
                writeSubject(out, expired.subject());
                writeAmounts(out, expired.held());
                out.flag(expired.charged());
                writeAttribution(out, expired.attribution());
            }
            case Entry.Charged charged -> writeCharged(out, charged);
            case Entry.AccountsDropped dropped -> {
                start(out, ACCOUNTS_DROPPED, dropped.at());
                out.number(dropped.accounts().size());
                dropped.accounts().forEach(out::account);
            }
            case Entry.Administrative act -> AdminCodec.write(out, act);
        }
    }

    /// @throws AuthorityException of kind `INTERNAL` unless the bytes are a block of exactly `count`
    static List<Entry> read(byte[] bytes, int count) {
        WireReader in = new WireReader(bytes);
        if (count < 0 || count > bytes.length) {
            throw in.malformed(count + " entries in " + bytes.length + " bytes");
        }
        return in.read(() -> {
            List<Entry> entries = new ArrayList<>(count);
            for (int i = 0; i < count; i++) {
                entries.add(readEntry(in));
            }
            in.end();
            return entries;
        });
    }

    private static Entry readEntry(WireReader in) {
        int tag = in.tag();
        Instant at = in.instant();
        return switch (tag) {
            case RESERVED -> readReserved(in, at);
            case COMMITTED -> readCommitted(in, at);
            case REFUSED -> readRefused(in, at);
            case RELEASED ->
                    new Entry.Released(
                            at,
                            readKey(in),
                            new HoldId(in.text()),
                            new TenantId(in.text()),
                            readSubject(in),
                            readAmounts(in),
                            readStandings(in),
                            readAttribution(in));
            case EXTENDED ->
                    new Entry.Extended(
                            at,
                            readKey(in),
                            new HoldId(in.text()),
                            new TenantId(in.text()),
                            in.instant(),
                            in.integer(),
                            readStandings(in));
            case EVALUATED ->
                    new Entry.Evaluated(
                            at,
                            readKey(in),
                            new TenantId(in.text()),
                            StateRecord.Operation.valueOf(in.text()),
                            readSubject(in),
                            OutcomeCodec.read(in),
                            readAttribution(in));
            case EXPIRED ->
                    new Entry.Expired(
                            at,
                            new HoldId(in.text()),
                            new TenantId(in.text()),
                            readSubject(in),
                            readAmounts(in),
                            in.flag(),
                            readAttribution(in));
            case CHARGED -> readCharged(in, at);
            case ACCOUNTS_DROPPED -> new Entry.AccountsDropped(at, in.list(in::account));
            default -> AdminCodec.read(in, tag, at);
        };
    }

    static void start(WireWriter out, int tag, Instant at) {
        out.tag(tag);
        out.instant(at);
    }

    private static void writeReserved(WireWriter out, Entry.Reserved reserved) {
        start(out, RESERVED, reserved.at());
        writeKey(out, reserved.key());
        out.text(reserved.tenant().value());
        writeSubject(out, reserved.subject());
        writeAmounts(out, reserved.asked());
        writePostings(out, reserved.postings());
        out.duration(reserved.grace());
        out.text(reserved.onExpiry().name());
        out.text(reserved.overage().name());
        out.flag(reserved.scoped());
        writeAttribution(out, reserved.attribution());
        OutcomeCodec.writeGranted(out, reserved.granted());
    }

    private static Entry readReserved(WireReader in, Instant at) {
        return new Entry.Reserved(
                at,
                readKey(in),
                new TenantId(in.text()),
                readSubject(in),
                readAmounts(in),
                readPostings(in),
                in.duration(),
                Command.OnExpiry.valueOf(in.text()),
                Command.Overage.valueOf(in.text()),
                in.flag(),
                readAttribution(in),
                OutcomeCodec.readGranted(in));
    }

    private static void writeCommitted(WireWriter out, Entry.Committed committed) {
        start(out, COMMITTED, committed.at());
        writeKey(out, committed.key());
        out.text(committed.hold().value());
        out.text(committed.tenant().value());
        writeSubject(out, committed.subject());
        writeAmounts(out, committed.held());
        writeAmounts(out, committed.actual());
        writeAmounts(out, committed.charged());
        writeAmounts(out, committed.overrun());
        writeShortfalls(out, committed.shortfalls());
        writePostings(out, committed.unheld());
        writeStandings(out, committed.standings());
        writeAttribution(out, committed.attribution());
    }

    private static Entry readCommitted(WireReader in, Instant at) {
        return new Entry.Committed(
                at,
                readKey(in),
                new HoldId(in.text()),
                new TenantId(in.text()),
                readSubject(in),
                readAmounts(in),
                readAmounts(in),
                readAmounts(in),
                readAmounts(in),
                readShortfalls(in),
                readPostings(in),
                readStandings(in),
                readAttribution(in));
    }

    private static void writeRefused(WireWriter out, Entry.Refused refused) {
        start(out, REFUSED, refused.at());
        out.text(refused.operation().name());
        out.text(refused.tenant().value());
        writeSubject(out, refused.subject());
        writeAmounts(out, refused.asked());
        out.text(refused.reason().name());
        writeBlocks(out, refused.blocks());
        writeAttribution(out, refused.attribution());
    }

    private static Entry readRefused(WireReader in, Instant at) {
        return new Entry.Refused(
                at,
                StateRecord.Operation.valueOf(in.text()),
                new TenantId(in.text()),
                readSubject(in),
                readAmounts(in),
                Reason.valueOf(in.text()),
                readBlocks(in),
                readAttribution(in));
    }

    private static void writeCharged(WireWriter out, Entry.Charged charged) {
        start(out, CHARGED, charged.at());
        writeKey(out, charged.key());
        out.text(charged.tenant().value());
        writeSubject(out, charged.subject());
        writeAmounts(out, charged.actual());
        writeAmounts(out, charged.charged());
        writePostings(out, charged.postings());
        writeShortfalls(out, charged.shortfalls());
        writeBlocks(out, charged.passed());
        writeStandings(out, charged.standings());
        writeAttribution(out, charged.attribution());
    }

    private static Entry readCharged(WireReader in, Instant at) {
        return new Entry.Charged(
                at,
                readKey(in),
                new TenantId(in.text()),
                readSubject(in),
                readAmounts(in),
                readAmounts(in),
                readPostings(in),
                readShortfalls(in),
                readBlocks(in),
                readStandings(in),
                readAttribution(in));
    }
}
