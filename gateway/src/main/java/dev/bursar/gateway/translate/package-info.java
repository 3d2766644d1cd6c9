/// The translation between the forms in which clients ask and providers answer: text, pictures, tools and
/// streams. It is pure: bytes go in, bytes come out; it knows nothing of calls, connections or money.
///
/// A request becomes a [Question], which is the same for all forms, and an answer becomes [Piece]s. So a
/// form needs a reader and a writer of each, and no pair of forms knows the other.
@NullMarked
package dev.bursar.gateway.translate;

import org.jspecify.annotations.NullMarked;
