package dev.bursar.server.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmptyPagesTest {

    @TempDir Path directory;

    @Test
    void pages_beforeTheFirstCall_sayWhatToDo() throws Exception {
        try (Traffic nothing = new Traffic(directory, 1);
                PageServer pages = new PageServer(directory, nothing)) {
            pages.caughtUp();
            String overview = pages.get(Address.OVERVIEW).body();
            assertThat(overview)
                    .contains(
                            "No calls yet",
                            "OPENAI_BASE_URL=http://127.0.0.1:",
                            "ANTHROPIC_BASE_URL=")
                    .contains(
                            "curl http://127.0.0.1:", "/v1/chat/completions", "bursar keys create");
            assertThat(pages.get(Address.RUNS).body()).contains("No calls yet");
            assertThat(pages.get(Address.BUDGETS).body()).contains("No budgets yet", "bursar.yaml");
        }
    }
}
