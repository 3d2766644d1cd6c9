package dev.bursar.server.http;

import dev.bursar.authority.Authority;
import dev.bursar.server.directory.Action;
import dev.bursar.server.directory.Actor;
import dev.bursar.server.directory.Directory;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// `POST /api/backup`: answers with a backup, as a zip file. The server never writes where a request says.
final class BackupApi {

    private static final Logger LOG = LoggerFactory.getLogger(BackupApi.class);

    private final Authority authority;
    private final Notary notary;
    private final InstantSource clock;

    /// Each takes as much room in the data directory as the journal itself.
    private final Semaphore one = new Semaphore(1);

    BackupApi(Authority authority, Notary notary, InstantSource clock) {
        this.authority = authority;
        this.notary = notary;
        this.clock = clock;
    }

    void mount(ApiRouter api) {
        api.on(ApiRoute.BACKUP, this::backup);
    }

    private void backup(RoutingContext context) {
        Actor by = Access.saying(context);
        if (!one.tryAcquire()) {
            throw new ApiException(409, "backup_running", "another backup is being made");
        }
        Path file;
        try {
            file = authority.backup(List.of(Directory.FILE), clock.instant());
        } catch (RuntimeException e) {
            one.release();
            throw e;
        }
        try {
            note(by, file);
        } catch (RuntimeException e) {
            delete(file);
            one.release();
            throw e;
        }
        context.response()
                .putHeader(HttpHeaders.CONTENT_TYPE, "application/zip")
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                .sendFile(file.toString())
                .onComplete(sent -> {
                    delete(file);
                    one.release();
                });
    }

    /// Nothing leaves that is not written down.
    private void note(Actor by, Path file) {
        String bytes = Long.toString(file.toFile().length());
        notary.note(by, null, Action.BACKUP, "journal", Map.of("bytes", bytes));
        LOG.info("event=backup bytes={}", bytes);
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            LOG.warn("event=backup_not_deleted file={}", file, e);
        }
    }
}
