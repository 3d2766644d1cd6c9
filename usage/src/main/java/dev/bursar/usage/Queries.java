package dev.bursar.usage;

import dev.bursar.authority.AuthorityException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Runs queries on a few threads of its own. A call into DuckDB holds on to the thread it is made on, and
/// on a virtual thread that would take a carrier from everybody else.
final class Queries implements AutoCloseable {

    /// Queries that may wait for a thread.
    static final int MAX_WAITING = 64;

    /// How much longer than the timeout of a statement a caller waits for its end.
    private static final Duration GRACE = Duration.ofSeconds(1);

    /// Something asked of the read model.
    interface Question<T> {

        T ask(Connection connection) throws SQLException;
    }

    private final Follower follower;
    private final Duration timeout;
    private final ThreadPoolExecutor threads;

    Queries(Follower follower, UsageSettings settings) {
        this.follower = follower;
        timeout = settings.queryTimeout();
        threads =
                new ThreadPoolExecutor(
                        settings.queries(),
                        settings.queries(),
                        0,
                        TimeUnit.SECONDS,
                        new ArrayBlockingQueue<>(MAX_WAITING),
                        Thread.ofPlatform().name("usage-query-", 0).daemon().factory());
    }

    /// A statement that gives up after `timeout`, rounded up to seconds.
    static PreparedStatement prepare(Connection connection, String sql, Duration timeout)
            throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        statement.setQueryTimeout((int) Math.ceilDiv(timeout.toMillis(), 1_000));
        return statement;
    }

    <T> T ask(Question<T> question) {
        Future<T> answer;
        try {
            answer = threads.submit(() -> follower.read(question));
        } catch (RejectedExecutionException e) {
            throw new UsageException(
                    UsageException.Kind.CAPACITY, "too many queries are waiting", e);
        }
        try {
            return answer.get(timeout.plus(GRACE).toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw explained(e.getCause() == null ? e : e.getCause());
        } catch (TimeoutException | CancellationException e) {
            answer.cancel(false);
            throw new UsageException(UsageException.Kind.CAPACITY, tooLong(), e);
        } catch (InterruptedException e) {
            answer.cancel(false);
            Thread.currentThread().interrupt();
            throw new UsageException(UsageException.Kind.CAPACITY, "interrupted", e);
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }

    private UsageException explained(Throwable cause) {
        return switch (cause) {
            case UsageException known -> known;
            case AuthorityException e ->
                    new UsageException(
                            UsageException.Kind.EXTERNAL, String.valueOf(e.getMessage()), e);
            case SQLTimeoutException e ->
                    new UsageException(UsageException.Kind.CAPACITY, tooLong(), e);
            case SQLException e ->
                    new UsageException(
                            UsageException.Kind.EXTERNAL, "the read model cannot be read", e);
            case Throwable e ->
                    new UsageException(UsageException.Kind.INTERNAL, "query failed: " + e, e);
        };
    }

    private String tooLong() {
        return "the query took longer than " + timeout.toMillis() + " ms";
    }
}
