/// The HTTP surface: one server, its routes, its limits, and who may see what.
@NullMarked
package dev.bursar.server.http;

import org.jspecify.annotations.NullMarked;
