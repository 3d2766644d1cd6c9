/// The command line: the daily jobs, beside the server or without one.
@NullMarked
package dev.bursar.server.cli;

import org.jspecify.annotations.NullMarked;
