package dev.bursar.server.dashboard;

import dev.bursar.server.dashboard.view.Shell;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.zip.GZIPOutputStream;

/// The files that pages load, all from the jar: read, hashed and compressed once at start.
///
/// Their names contain the hash of their content, so that browsers may keep them for ever.
final class Assets {

    static final String PATH = "/assets/";

    /// Parts of the stylesheet, in their order.
    private static final List<String> STYLE =
            List.of(
                    "base", "frame", "cards", "bars", "tables", "filters", "forms", "charts",
                    "notes", "door", "narrow");

    private static final int HASH_BYTES = 6;
    private static final String FOREVER = "public, max-age=31536000, immutable";
    private static final String SCRIPT = "text/javascript; charset=utf-8";
    private final Map<String, Asset> byName = new HashMap<>();
    private final Shell.Files files;

    Assets() {
        Properties libraries = libraries();
        files =
                new Shell.Files(
                        add("dashboard.css", "text/css; charset=utf-8", style()),
                        load("/dashboard/icon.svg", "image/svg+xml"),
                        load("/dashboard/theme.js", SCRIPT),
                        load("/dashboard/dashboard.js", SCRIPT),
                        load("/dashboard/charts.js", SCRIPT),
                        load("/META-INF/resources/" + libraries.getProperty("htmx"), SCRIPT),
                        load("/META-INF/resources/" + libraries.getProperty("echarts"), SCRIPT));
    }

    Shell.Files files() {
        return files;
    }

    void serve(RoutingContext context) {
        Asset asset = byName.get(context.normalizedPath());
        if (asset == null) {
            context.response().setStatusCode(404).end();
            return;
        }
        String accepted = context.request().getHeader(HttpHeaders.ACCEPT_ENCODING);
        boolean zipped = accepted != null && accepted.contains("gzip");
        var response = context.response();
        response.putHeader(HttpHeaders.CONTENT_TYPE, asset.type)
                .putHeader(HttpHeaders.CACHE_CONTROL, FOREVER)
                .putHeader(HttpHeaders.VARY, "accept-encoding")
                .putHeader("x-content-type-options", "nosniff");
        if (zipped) {
            response.putHeader(HttpHeaders.CONTENT_ENCODING, "gzip");
        }
        response.end(zipped ? asset.zipped.join() : asset.plain);
    }

    /// One file to fetch, of parts that a person can read. A later part wins over an earlier one.
    private static byte[] style() {
        ByteArrayOutputStream style = new ByteArrayOutputStream();
        for (String part : STYLE) {
            style.writeBytes(read("/dashboard/style/" + part + ".css"));
            style.write('\n');
        }
        return style.toByteArray();
    }

    private String load(String resource, String type) {
        return add(resource.substring(resource.lastIndexOf('/') + 1), type, read(resource));
    }

    private String add(String file, String type, byte[] plain) {
        int dot = file.lastIndexOf('.');
        String name = PATH + file.substring(0, dot) + "." + hash(plain) + file.substring(dot);
        byName.put(name, new Asset(type, plain));
        return name;
    }

    private static Properties libraries() {
        Properties libraries = new Properties();
        try {
            libraries.load(new ByteArrayInputStream(read("/dashboard/webjars.properties")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return libraries;
    }

    private static byte[] read(String resource) {
        try (InputStream in = Assets.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException("not in the jar: " + resource);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String hash(byte[] content) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(content);
            return HexFormat.of().formatHex(digest, 0, HASH_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] zip(byte[] plain) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(plain.length / 2);
        try (GZIPOutputStream zip = new GZIPOutputStream(out)) {
            zip.write(plain);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    /// @param zipped made beside the start of the server
    private record Asset(String type, Buffer plain, CompletableFuture<Buffer> zipped) {

        Asset(String type, byte[] plain) {
            this(
                    type,
                    Buffer.buffer(plain),
                    CompletableFuture.supplyAsync(() -> Buffer.buffer(zip(plain))));
        }
    }
}
