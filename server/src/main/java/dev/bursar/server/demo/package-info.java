/// The demo: a simulated provider, a small fleet of simulated agents, and the view of them in a
/// terminal. Everything between the agents and the provider is the real server.
@NullMarked
package dev.bursar.server.demo;

import org.jspecify.annotations.NullMarked;
