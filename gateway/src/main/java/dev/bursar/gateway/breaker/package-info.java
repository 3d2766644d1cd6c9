/// Sees whether a run turns in circles: the same request, the same steps, the same failure again and
/// again. Pure but for the memory of runs, without a clock; knows nothing of the rest of the gateway.
@NullMarked
package dev.bursar.gateway.breaker;

import org.jspecify.annotations.NullMarked;
