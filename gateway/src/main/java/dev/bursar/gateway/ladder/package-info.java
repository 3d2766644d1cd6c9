@NullMarked
package dev.bursar.gateway.ladder;

import org.jspecify.annotations.NullMarked;
