package dev.bursar.authority;

import dev.bursar.ledger.AccountKey;
import dev.bursar.ledger.BudgetId;
import dev.bursar.ledger.TenantId;
import dev.bursar.ledger.Unit;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/// Reads one block that a [WireWriter] has written.
///
/// Bytes are not trusted: whatever they are, a method returns a value or throws
/// [AuthorityException] of kind `INTERNAL`, and never takes more memory than a small multiple of the
/// block.
final class WireReader {

    private static final int NANOS_PER_MILLI = 1_000_000;

    private final byte[] bytes;
    private final int end;
    private int at;
    private final List<String> texts = new ArrayList<>(WellKnown.WORDS);
    private final List<AccountKey> accounts = new ArrayList<>();
    private final Map<String, Unit> units = new HashMap<>();
    private final Map<String, TenantId> tenants = new HashMap<>();
    private final Map<String, BudgetId> budgets = new HashMap<>();
    private boolean timeKnown;
    private long firstSecond;

    WireReader(byte[] bytes) {
        this.bytes = bytes;
        this.end = bytes.length;
        int format = tag();
        if (format != WireWriter.FORMAT) {
            throw malformed("format " + format + " is not known to this version");
        }
    }

    /// Reads with `body`, and turns whatever a value object has against its parts into our own error.
    <T> T read(Supplier<T> body) {
        try {
            return body.get();
        } catch (RuntimeException e) {
            if (e instanceof AuthorityException) {
                throw e;
            }
            throw new AuthorityException(
                    AuthorityException.Kind.INTERNAL,
                    "malformed block before byte " + at + ": " + e.getMessage(),
                    e);
        }
    }

    /// @throws AuthorityException when bytes are left over
    void end() {
        if (at != end) {
            throw malformed((end - at) + " bytes too many");
        }
    }

    AuthorityException malformed(String what) {
        return new AuthorityException(
                AuthorityException.Kind.INTERNAL,
                "malformed block at byte " + at + " of " + end + ": " + what);
    }

    int tag() {
        if (at == end) {
            throw malformed("truncated");
        }
        return bytes[at++];
    }

    boolean flag() {
        int value = tag();
        if (value != 0 && value != 1) {
            throw malformed("not a flag: " + value);
        }
        return value == 1;
    }

    long number() {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            int next = tag();
            value |= (long) (next & 0x7F) << shift;
            if (next >= 0) {
                return value;
            }
        }
        throw malformed("a number of more than ten bytes");
    }

    long signed() {
        long value = number();
        return value >>> 1 ^ -(value & 1);
    }

    int integer() {
        long value = number();
        if (value != (int) value) {
            throw malformed("not a 32-bit number: " + value);
        }
        return (int) value;
    }

    long fixed() {
        if (end - at < 8) {
            throw malformed("truncated");
        }
        long value = 0;
        for (int i = 0; i < 8; i++) {
            value = value << 8 | (bytes[at++] & 0xFF);
        }
        return value;
    }

    /// A number of things that follow, each of at least one byte.
    int count() {
        long count = number();
        if (count < 0 || count > end - at) {
            throw malformed(count + " elements in " + (end - at) + " bytes");
        }
        return (int) count;
    }

    String text() {
        long reference = number();
        if (reference == WireWriter.INLINE) {
            String text = spelled();
            texts.add(text);
            return text;
        }
        if (reference < 0 || reference > texts.size()) {
            throw malformed("no text " + reference);
        }
        return texts.get((int) reference - 1);
    }

    List<String> texts() {
        return list(this::text);
    }

    <T> List<T> list(Supplier<T> element) {
        int count = count();
        if (count == 0) {
            return List.of();
        }
        List<T> list = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            list.add(element.get());
        }
        return list;
    }

    Unit unit() {
        return units.computeIfAbsent(text(), Unit::new);
    }

    TenantId tenant() {
        return tenants.computeIfAbsent(text(), TenantId::new);
    }

    private BudgetId budget() {
        return budgets.computeIfAbsent(text(), BudgetId::new);
    }

    AccountKey account() {
        long reference = number();
        if (reference == WireWriter.INLINE) {
            AccountKey account = new AccountKey(budget(), texts(), signed());
            accounts.add(account);
            return account;
        }
        if (reference < 0 || reference > accounts.size()) {
            throw malformed("no account " + reference);
        }
        return accounts.get((int) reference - 1);
    }

    Instant instant() {
        long second = signed();
        if (timeKnown) {
            second += firstSecond;
        } else {
            timeKnown = true;
            firstSecond = second;
        }
        return Instant.ofEpochSecond(second, nanos());
    }

    Duration duration() {
        return Duration.ofSeconds(signed(), nanos());
    }

    private long nanos() {
        long value = number();
        long nanos = (value & 1) == 1 ? value >>> 1 : (value >>> 1) * NANOS_PER_MILLI;
        if (nanos < 0 || nanos >= 1_000 * NANOS_PER_MILLI) {
            throw malformed("not a fraction of a second: " + value);
        }
        return nanos;
    }

    private String spelled() {
        int length = count();
        int start = at;
        at += length;
        int plain = start;
        while (plain < at && bytes[plain] >= 0) {
            plain++;
        }
        if (plain == at) {
            return new String(bytes, start, length, StandardCharsets.ISO_8859_1);
        }
        StringBuilder text = new StringBuilder(length);
        int from = start;
        while (from < at) {
            int first = bytes[from] & 0xFF;
            if (first < 0x80) {
                text.append((char) first);
                from += 1;
            } else if (first >> 5 == 0b110) {
                text.append((char) ((first & 0x1F) << 6 | continuation(from + 1)));
                from += 2;
            } else if (first >> 4 == 0b1110) {
                int high = (first & 0x0F) << 12 | continuation(from + 1) << 6;
                text.append((char) (high | continuation(from + 2)));
                from += 3;
            } else {
                throw malformed("not a text");
            }
        }
        return text.toString();
    }

    /// Six bits. `at` is already behind the text.
    private int continuation(int index) {
        if (index >= at || (bytes[index] & 0xC0) != 0x80) {
            throw malformed("not a text");
        }
        return bytes[index] & 0x3F;
    }
}
