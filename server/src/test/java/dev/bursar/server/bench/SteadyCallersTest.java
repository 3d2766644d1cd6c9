package dev.bursar.server.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class SteadyCallersTest {

    private static final int CALLERS = 5;

    @Test
    void stop_atOnce_hasACallOfEach() {
        SteadyCallers callers =
                SteadyCallers.start(CALLERS, Duration.ofMillis(100), System::nanoTime);

        assertThat(callers.stop().count()).isGreaterThanOrEqualTo(CALLERS);
    }
}
