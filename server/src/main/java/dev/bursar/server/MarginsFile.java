package dev.bursar.server;

import dev.bursar.gateway.Margins;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Keeps what was learned of the margins of models over a restart. Losing the file costs nothing but
/// wider holds for a while, so it is written now and then and not synced.
final class MarginsFile implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(MarginsFile.class);

    private static final String NAME = "margins.json";
    private static final Duration WRITE_EVERY = Duration.ofMinutes(1);
    private static final long MAX_BYTES = 8L * 1024 * 1024;
    private static final JsonMapper MAPPER = new JsonMapper();

    private final Margins margins;
    private final Path file;
    private final ScheduledExecutorService worker;

    /// Reads what was kept; a file that cannot be read is as none.
    MarginsFile(Path data, Margins margins) {
        this.margins = margins;
        this.file = data.resolve(NAME);
        restore();
        this.worker =
                Executors.newSingleThreadScheduledExecutor(
                        Thread.ofPlatform().name("bursar-margins").daemon().factory());
        long millis = WRITE_EVERY.toMillis();
        var _ = worker.scheduleWithFixedDelay(this::write, millis, millis, TimeUnit.MILLISECONDS);
    }

    private void restore() {
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw new IOException("more than " + MAX_BYTES + " bytes");
            }
            SortedMap<String, int[]> kept = new TreeMap<>();
            JsonNode all = MAPPER.readTree(Files.readAllBytes(file));
            all.properties().forEach(model -> kept.put(model.getKey(), percents(model.getValue())));
            margins.restore(kept);
        } catch (NoSuchFileException e) {
            // The first start.
        } catch (IOException | JacksonException e) {
            LOG.warn("event=margins_unreadable file={} reason={}", file, e.getMessage());
        }
    }

    private static int[] percents(JsonNode node) {
        return node.valueStream().mapToInt(each -> each.asInt(0)).toArray();
    }

    private void write() {
        ObjectNode all = MAPPER.createObjectNode();
        margins.kept()
                .forEach((model, percents) -> {
                    ArrayNode array = all.putArray(model);
                    Arrays.stream(percents).forEach(array::add);
                });
        try {
            // Such a file is its owner's alone.
            Path fresh = Files.createTempFile(file.getParent(), NAME, ".new");
            try {
                Files.write(fresh, MAPPER.writeValueAsBytes(all));
                Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(fresh);
            }
        } catch (IOException | JacksonException e) {
            LOG.warn("event=margins_not_kept file={} reason={}", file, e.getMessage());
        }
    }

    /// Close it after the gateway, whose last calls teach something, too.
    @Override
    public void close() {
        worker.shutdown();
        write();
    }
}
