/// Measurements of the real thing, each printed as one line of JSON.
@NullMarked
package dev.bursar.server.bench;

import org.jspecify.annotations.NullMarked;
