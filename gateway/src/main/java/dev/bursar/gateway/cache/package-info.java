/// What need not be paid for twice: answers of models, what agents keep of their tools, and the answers
/// that somebody else is waiting for at this moment. All of it is in memory, bounded, and apart by
/// tenant; none of it is on disk or in a log. Time is an argument.
@NullMarked
package dev.bursar.gateway.cache;

import org.jspecify.annotations.NullMarked;
