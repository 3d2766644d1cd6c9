package dev.bursar.server.cli;

import dev.bursar.authority.Backup;
import dev.bursar.server.directory.Directory;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.node.JsonNodeFactory;

/// `bursar backup FILE`: asks the server that runs on the data directory, or reads a stopped one.
@Command(
        name = "backup",
        description = "Write a backup of the data directory; a server may be running.")
final class MakeBackup implements Callable<Integer> {

    @Spec private CommandSpec spec = CommandSpec.create();

    @Mixin private Place place = new Place();

    @Mixin private Why why = new Why();

    @Parameters(paramLabel = "FILE", description = "a zip file that is not there yet")
    private Path file = Path.of("");

    @Option(names = "--force", description = "replace the file when it is there")
    private boolean force;

    @Option(names = "--json", description = "answer as one line of JSON")
    private boolean json;

    @Override
    public Integer call() {
        Path target = file.toAbsolutePath().normalize();
        if (Files.isDirectory(target) || (Files.exists(target) && !force)) {
            throw new CliException(target + " exists already; --force replaces a file");
        }
        if (!Files.isDirectory(target.resolveSibling(""))) {
            throw new CliException(target.getParent() + " is not a directory");
        }
        Path data = place.data();
        Optional<RunFile> server = RunFile.find(data);
        if (server.isPresent()) {
            ask(server.get(), target);
        } else if (why.isSaid()) {
            throw new CliException(
                    "--reason is for the audit log of a server, and none runs on " + data);
        } else {
            Backup.writeStopped(
                    data, List.of(Directory.FILE), target, InstantSource.system().instant());
        }
        tell(target, Backup.contents(target));
        return 0;
    }

    /// What is half there after a lost connection never has the name of a backup.
    private void ask(RunFile server, Path target) {
        Path unfinished = target.resolveSibling(target.getFileName() + ".part");
        try (ApiClient api = new ApiClient(server)) {
            api.download("/api/backup", why.body(), unfinished);
            Backup.contents(unfinished);
            Files.move(
                    unfinished,
                    target,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new CliException("cannot write " + target + ": " + e.getMessage(), e);
        } finally {
            unfinished.toFile().delete();
        }
    }

    private void tell(Path target, Backup.Contents contents) {
        PrintWriter out = spec.commandLine().getOut();
        long bytes = target.toFile().length();
        if (json) {
            out.println(
                    JsonNodeFactory.instance
                            .objectNode()
                            .put("file", target.toString())
                            .put("bytes", bytes)
                            .put("from", contents.from())
                            .put("position", contents.position())
                            .put("chain", contents.chain())
                            .put("made_at", contents.madeAt().toString()));
        } else {
            out.println(target + ": " + bytes + " bytes, position " + contents.position());
            if (contents.from() > 1) {
                out.println(
                        "entries before "
                                + contents.from()
                                + " were archived and are not in it: keep the files of "
                                + place.data().resolve("archive")
                                + ", too");
            }
            out.println("chain " + contents.chain());
        }
    }
}
