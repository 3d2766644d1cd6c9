package dev.bursar.authority;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;

/// Makes folders and files that only their owner may read: who reads the journal sees who spent what.
/// What is there already keeps the permissions it was given.
final class Private {

    private static final FileAttribute<?>[] NONE = {};

    private Private() {}

    /// Makes a folder; those above it that are missing are made as usual.
    static void createDirectory(Path directory) throws IOException {
        Path parent = directory.getParent();
        if (parent != null && Files.notExists(parent)) {
            Files.createDirectories(parent);
        }
        try {
            Files.createDirectory(directory, attributes(directory, "rwx------"));
        } catch (FileAlreadyExistsException e) {
            if (!Files.readAttributes(directory, BasicFileAttributes.class).isDirectory()) {
                throw e;
            }
        }
    }

    /// Makes an empty file where there is none.
    static void createFile(Path file) throws IOException {
        try {
            Files.createFile(file, attributes(file, "rw-------"));
        } catch (FileAlreadyExistsException e) {
            // It is there from before, with the permissions it was given.
        }
    }

    /// None where the file system knows no owners.
    private static FileAttribute<?>[] attributes(Path path, String permissions) {
        return path.getFileSystem().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString(permissions))
                }
                : NONE;
    }
}
