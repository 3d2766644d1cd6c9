/// The Cycles Protocol v0.1.25, runtime plane: reservations, balances, decisions and events over HTTP.
@org.jspecify.annotations.NullMarked
package dev.bursar.server.cycles;
