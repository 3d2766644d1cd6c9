/// Which models a call is sent to, in which order, and why: rules, weights, fallbacks, complexity, and
/// what is known of providers that fail. Nothing here reads a clock or the network.
@NullMarked
package dev.bursar.gateway.routing;

import org.jspecify.annotations.NullMarked;
