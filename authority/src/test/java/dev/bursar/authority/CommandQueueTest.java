package dev.bursar.authority;

import java.util.concurrent.TimeUnit;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The race that is hunted: a command that is pushed while another is, or while the writer takes all, and
/// is lost, taken twice or out of order. Lincheck switches threads at every access to shared memory.
@Timeout(value = 300, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class CommandQueueTest {

    /// `-Dbursar.lincheck.scenarios=200` for a long run.
    private static final int SCENARIOS = Integer.getInteger("bursar.lincheck.scenarios", 15);

    @Test
    void putAndTake_switchedAtEveryAccess_areLinearizableAndNeverBlock() {
        new ModelCheckingOptions()
                .iterations(SCENARIOS)
                .invocationsPerIteration(200)
                .threads(3)
                .actorsPerThread(3)
                .actorsBefore(1)
                .actorsAfter(1)
                .checkObstructionFreedom(true)
                .sequentialSpecification(QueueOperations.Naive.class)
                .check(QueueOperations.class);
    }
}
