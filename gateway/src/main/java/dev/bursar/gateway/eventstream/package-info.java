/// The binary framing of streams of AWS (`application/vnd.amazon.eventstream`): reading and writing
/// frames. It knows nothing of models and their events.
@NullMarked
package dev.bursar.gateway.eventstream;

import org.jspecify.annotations.NullMarked;
