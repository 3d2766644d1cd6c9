package dev.bursar.ledger;

import java.security.SecureRandom;

/// Hashes of texts that callers choose.
///
/// Anyone can make a million texts of which [String#hashCode] is the same, and a search among them in a table
/// of open addressing passes them all while every other caller waits. What a text's hash is here depends
/// on a secret of the process. Nothing that is stored depends on it; of what is seen from outside only the
/// cursor of a list of balances does, which tells the hash of one text.
///
/// This is SipHash-1-3 (Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012) of the text's
/// UTF-16 units, four to a word, the first the lowest.
final class KeyedHash {

    private static final KeyedHash OF_THIS_PROCESS = ofThisProcess();

    private static final int UNITS = 4;

    private final long key0;
    private final long key1;

    KeyedHash(long key0, long key1) {
        this.key0 = key0;
        this.key1 = key1;
    }

    private static KeyedHash ofThisProcess() {
        SecureRandom random = new SecureRandom();
        return new KeyedHash(random.nextLong(), random.nextLong());
    }

    static long of(String text) {
        return OF_THIS_PROCESS.hash(text);
    }

    /// All of a hash in half as many bits.
    static int folded(long hash) {
        return (int) (hash ^ (hash >>> Integer.SIZE));
    }

    long hash(String text) {
        Sip sip = new Sip(key0, key1);
        int length = text.length();
        int whole = length - length % UNITS;
        for (int at = 0; at < whole; at += UNITS) {
            sip.add(word(text, at, UNITS));
        }
        // The last word ends with the length in bytes, as far as it fits into one.
        long bytes = 2L * length;
        sip.add(word(text, whole, length - whole) | (bytes << (Long.SIZE - Byte.SIZE)));
        return sip.end();
    }

    private static long word(String text, int from, int units) {
        long word = 0;
        for (int i = 0; i < units; i++) {
            word |= (long) text.charAt(from + i) << (i * Character.SIZE);
        }
        return word;
    }

    private static final class Sip {

        private long v0;
        private long v1;
        private long v2;
        private long v3;

        private Sip(long key0, long key1) {
            v0 = key0 ^ 0x736f6d6570736575L;
            v1 = key1 ^ 0x646f72616e646f6dL;
            v2 = key0 ^ 0x6c7967656e657261L;
            v3 = key1 ^ 0x7465646279746573L;
        }

        private void add(long word) {
            v3 ^= word;
            round();
            v0 ^= word;
        }

        private long end() {
            v2 ^= 0xff;
            round();
            round();
            round();
            return v0 ^ v1 ^ v2 ^ v3;
        }

        private void round() {
            v0 += v1;
            v1 = Long.rotateLeft(v1, 13) ^ v0;
            v0 = Long.rotateLeft(v0, 32);
            v2 += v3;
            v3 = Long.rotateLeft(v3, 16) ^ v2;
            v0 += v3;
            v3 = Long.rotateLeft(v3, 21) ^ v0;
            v2 += v1;
            v1 = Long.rotateLeft(v1, 17) ^ v2;
            v2 = Long.rotateLeft(v2, 32);
        }
    }
}
