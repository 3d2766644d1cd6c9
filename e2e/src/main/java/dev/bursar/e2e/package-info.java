@NullMarked
package dev.bursar.e2e;

import org.jspecify.annotations.NullMarked;
