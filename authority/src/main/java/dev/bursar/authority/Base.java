package dev.bursar.authority;

/// Where a journal begins: its entries up to a position were archived.
///
/// @param position of the last entry that is not in the journal any more, 0 when it has all
/// @param chain the hash of the record that ends there
record Base(long position, Chain chain) {

    static final Base START = new Base(0, Chain.START);
}
