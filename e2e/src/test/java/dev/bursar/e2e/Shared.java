package dev.bursar.e2e;

import java.nio.file.Path;

/// Where recorded data lies that is not part of the project.
final class Shared {

    private Shared() {}

    /// `../shared/data` beside the repository, or what `BURSAR_SHARED` names.
    static Path data() {
        String named =
                System.getProperty(
                        "BURSAR_SHARED", System.getenv().getOrDefault("BURSAR_SHARED", ""));
        return named.isEmpty()
                ? Path.of("../../shared/data").toAbsolutePath().normalize()
                : Path.of(named);
    }
}
