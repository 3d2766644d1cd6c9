package dev.bursar.authority;

import dev.bursar.authority.AuthorityException.Kind;
import java.util.ArrayDeque;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// The bounded queue in front of the writer: many callers put, one thread takes.
///
/// Callers push onto a linked stack with one compare-and-set and never block each other; the writer
/// takes the whole stack at once and turns it around. The writer is only woken by the caller that finds
/// the stack empty.
final class CommandQueue {

    /// What can be put: the link is the queue's own.
    abstract static class Node {
        private @Nullable Node below;
    }

    /// On top of the stack once nothing may be put any more.
    private static final class Lid extends Node {}

    private final int capacity;
    private final AtomicInteger size = new AtomicInteger();
    private final AtomicReference<@Nullable Node> top = new AtomicReference<>();
    private volatile @Nullable Thread taker;
    private volatile @Nullable AuthorityException refusal;
    private volatile @Nullable AuthorityException failure;

    CommandQueue(int capacity) {
        this.capacity = capacity;
    }

    /// @throws AuthorityException `CAPACITY` when full, or the reason given to [#close] or [#fail]
    void put(Pending<?> pending) {
        if (size.incrementAndGet() > capacity) {
            size.decrementAndGet();
            throw new AuthorityException(
                    Kind.CAPACITY, "overloaded: " + capacity + " commands are waiting");
        }
        Node node = pending;
        Node below;
        do {
            below = top.get();
            if (below instanceof Lid) {
                size.decrementAndGet();
                throw refused();
            }
            node.below = below;
        } while (!top.compareAndSet(below, node));
        if (below == null) {
            LockSupport.unpark(taker);
        }
    }

    private AuthorityException refused() {
        AuthorityException why = failure != null ? failure : refusal;
        return why == null
                ? new AuthorityException(Kind.INTERNAL, "the authority has stopped")
                : new AuthorityException(why.kind(), String.valueOf(why.getMessage()), why);
    }

    boolean isOpen() {
        return refusal == null;
    }

    /// What was given to [#fail] first, or null.
    @Nullable AuthorityException failure() {
        return failure;
    }

    /// How many were put and are not [decided][#decided] yet.
    int size() {
        return size.get();
    }

    /// Makes room for as many as the writer has worked on.
    void decided(int count) {
        size.addAndGet(-count);
    }

    /// Moves everything that waits to the end of `into`, oldest first. Waits for something only when
    /// `into` is empty. One thread only.
    ///
    /// @return false once the queue is closed: what is in `into` then is the last
    boolean take(ArrayDeque<Pending<?>> into) {
        taker = Thread.currentThread();
        while (true) {
            Node newest = top.get();
            if (newest instanceof Lid) {
                moveReversed(newest.below, into);
                newest.below = null;
                return false;
            }
            if (newest == null) {
                if (!into.isEmpty()) {
                    return true;
                }
                LockSupport.park(this);
            } else if (top.compareAndSet(newest, null)) {
                moveReversed(newest, into);
                return true;
            }
        }
    }

    private static void moveReversed(@Nullable Node newest, ArrayDeque<Pending<?>> into) {
        Node oldest = null;
        for (Node node = newest; node != null; ) {
            Node below = node.below;
            node.below = oldest;
            oldest = node;
            node = below;
        }
        for (Node node = oldest; node != null; ) {
            Node after = node.below;
            node.below = null;
            if (node instanceof Pending<?> pending) {
                into.addLast(pending);
            }
            node = after;
        }
    }

    /// Refuses everything from now on; what is in can still be taken.
    void close(AuthorityException why) {
        if (refusal == null) {
            refusal = why;
        }
        Lid lid = new Lid();
        Node below;
        do {
            below = top.get();
            if (below instanceof Lid) {
                return;
            }
            ((Node) lid).below = below;
        } while (!top.compareAndSet(below, lid));
        LockSupport.unpark(taker);
    }

    /// Like [#close], because the authority cannot go on.
    void fail(AuthorityException why) {
        if (failure == null) {
            failure = why;
        }
        close(why);
    }
}
