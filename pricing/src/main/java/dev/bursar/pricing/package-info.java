@NullMarked
package dev.bursar.pricing;

import org.jspecify.annotations.NullMarked;
