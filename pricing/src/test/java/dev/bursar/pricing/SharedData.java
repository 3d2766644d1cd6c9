package dev.bursar.pricing;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Collected facts outside the project, which some tests compare with where they are present: in
/// `data` in `../shared` beside the repository, or in the folder that `BURSAR_SHARED` (property or
/// variable) names.
final class SharedData {

    private static final JsonMapper JSON =
            JsonMapper.builder()
                    .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                    .enable(StreamReadFeature.USE_FAST_BIG_NUMBER_PARSER)
                    .build();

    private SharedData() {}

    static Optional<Path> file(String name) {
        return folder().map(folder -> folder.resolve(name)).filter(Files::isRegularFile);
    }

    static JsonNode json(Path file) {
        return JSON.readTree(file.toFile());
    }

    private static Optional<Path> folder() {
        String named = System.getProperty("BURSAR_SHARED", System.getenv("BURSAR_SHARED"));
        if (named != null) {
            return Optional.of(Path.of(named).resolve("data"));
        }
        return root(Path.of("").toAbsolutePath())
                .map(root -> root.resolveSibling("shared").resolve("data"))
                .filter(Files::isDirectory);
    }

    private static Optional<Path> root(@Nullable Path from) {
        for (Path folder = from; folder != null; folder = folder.getParent()) {
            if (Files.isDirectory(folder.resolve(".mvn"))) {
                return Optional.of(folder);
            }
        }
        return Optional.empty();
    }
}
