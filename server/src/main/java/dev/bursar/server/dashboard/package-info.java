/// The pages that people see: overview, runs, calls and budgets, rendered on the server.
@NullMarked
package dev.bursar.server.dashboard;

import org.jspecify.annotations.NullMarked;
