@NullMarked
package dev.bursar.usage;

import org.jspecify.annotations.NullMarked;
