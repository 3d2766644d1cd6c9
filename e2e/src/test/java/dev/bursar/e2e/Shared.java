package dev.bursar.e2e;

import java.nio.file.Path;

/// Where recorded data lies that is not part of the project.
final class Shared {

    private Shared() {}

    /// `data` in `../shared` beside the repository, or in the folder that `BURSAR_SHARED` names.
    static Path data() {
        String named =
                System.getProperty(
                        "BURSAR_SHARED", System.getenv().getOrDefault("BURSAR_SHARED", ""));
        return named.isEmpty()
                ? Path.of("../../shared/data").toAbsolutePath().normalize()
                : Path.of(named).resolve("data");
    }
}
