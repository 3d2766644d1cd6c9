/// The one writer: decides commands in batches, makes them durable, then answers.
@NullMarked
package dev.bursar.authority;

import org.jspecify.annotations.NullMarked;
