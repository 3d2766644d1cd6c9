/// The read model: follows the journal and answers where the money went, who spent it and on what.
///
/// Can be thrown away and built again from the journal at any time. Nothing in here is on the way of a
/// call: see the module's `README.md`.
@NullMarked
package dev.bursar.usage;

import org.jspecify.annotations.NullMarked;
