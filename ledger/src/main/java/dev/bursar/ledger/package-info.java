/// The rules of money: budgets, accounts, holds and windows as a pure function.
///
/// Nothing in here reads a clock, starts a thread, does I/O, logs, or knows of JSON or HTTP. See the
/// module's `README.md` for what it owns and what must always be true.
@NullMarked
package dev.bursar.ledger;

import org.jspecify.annotations.NullMarked;
