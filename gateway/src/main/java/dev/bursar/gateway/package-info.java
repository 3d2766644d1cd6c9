@NullMarked
package dev.bursar.gateway;

import org.jspecify.annotations.NullMarked;
