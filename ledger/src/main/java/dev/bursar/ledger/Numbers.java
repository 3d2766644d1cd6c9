package dev.bursar.ledger;

import java.util.Arrays;

/// Plain numbers by index, in blocks of which each is there from the first number in it on: no number is
/// ever copied.
final class Numbers {

    private static final int BITS = 10;
    private static final int MASK = (1 << BITS) - 1;

    private int[][] blocks = new int[1][];

    /// @param index of a number that was set
    int at(int index) {
        return blocks[index >>> BITS][index & MASK];
    }

    void set(int index, int value) {
        int block = index >>> BITS;
        if (block >= blocks.length) {
            blocks = Arrays.copyOf(blocks, 2 * block);
        }
        if (blocks[block] == null) {
            blocks[block] = new int[MASK + 1];
        }
        blocks[block][index & MASK] = value;
    }
}
