package dev.bursar.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class KeyedHashTest {

    private static final KeyedHash HASH = new KeyedHash(1, 2);

    /// "Aa" and "BB" have the same hash in Java, and so has every word made of them.
    static String word(int bits) {
        StringBuilder word = new StringBuilder();
        for (int bit = 0; bit < 16; bit++) {
            word.append((bits >>> bit & 1) == 0 ? "Aa" : "BB");
        }
        return word.toString();
    }

    @Test
    void hash_ofTextsThatShareTheirHashCode_differs() {
        Set<Integer> codes = new HashSet<>();
        Set<Long> hashes = new HashSet<>();
        for (int bits = 0; bits < 1 << 16; bits++) {
            codes.add(word(bits).hashCode());
            hashes.add(HASH.hash(word(bits)));
        }
        assertThat(codes).hasSize(1);
        assertThat(hashes).hasSize(1 << 16);
    }

    @Test
    void hash_ofNothing_isThatOfSipHash13() {
        KeyedHash counting = new KeyedHash(0x0706050403020100L, 0x0f0e0d0c0b0a0908L);
        assertThat(counting.hash("")).isEqualTo(0xabac0158050fc4dcL);
    }

    @Test
    void hash_dependsOnTheSecret() {
        assertThat(HASH.hash("a")).isNotEqualTo(new KeyedHash(1, 3).hash("a"));
        assertThat(HASH.hash("a")).isNotEqualTo(new KeyedHash(2, 2).hash("a"));
        assertThat(HASH.hash("a")).isEqualTo(new KeyedHash(1, 2).hash("a"));
    }

    @Test
    void hash_ofEveryLength_dependsOnEachUnitAndOnTheLength() {
        Set<Long> hashes = new HashSet<>();
        int texts = 0;
        for (int length = 0; length <= 17; length++) {
            String zeros = "\0".repeat(length);
            hashes.add(HASH.hash(zeros));
            texts++;
            for (int at = 0; at < length; at++) {
                hashes.add(HASH.hash(zeros.substring(0, at) + '\uffff' + zeros.substring(at + 1)));
                texts++;
            }
        }
        assertThat(hashes).hasSize(texts);
    }

    @Test
    void folded_hasAllOfTheHash() {
        assertThat(KeyedHash.folded(0x0000_0001_0000_0000L)).isEqualTo(1);
        assertThat(KeyedHash.folded(0x0000_0001_0000_0003L)).isEqualTo(2);
    }
}
