package dev.bursar.server.http;

import io.vertx.core.MultiMap;
import io.vertx.ext.web.RoutingContext;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/// The query of a request, with a clear word for each mistake in it.
final class Parameters {

    private final MultiMap values;

    private Parameters(MultiMap values) {
        this.values = values;
    }

    /// @throws ApiException 400 for a parameter that is not known, or there twice
    static Parameters of(RoutingContext context, List<String> known) {
        MultiMap values = context.queryParams();
        for (String name : values.names()) {
            if (!known.contains(name)) {
                throw ApiException.badRequest(
                        "unknown parameter " + name + ", known are " + String.join(", ", known));
            }
            if (values.getAll(name).size() > 1) {
                throw ApiException.badRequest("the parameter " + name + " is there twice");
            }
        }
        return new Parameters(values);
    }

    /// A part of the path that the route has a name for.
    static String path(RoutingContext context, String name) {
        String value = context.pathParam(name);
        if (value == null) {
            throw new IllegalStateException("the route has no " + name);
        }
        return value;
    }

    /// The body, empty when there is none.
    static String body(RoutingContext context) {
        String body = context.body().asString();
        return body == null ? "" : body;
    }

    Optional<String> text(String name) {
        return Optional.ofNullable(values.get(name));
    }

    int whole(String name, int fallback, int least, int most) {
        String text = values.get(name);
        if (text == null) {
            return fallback;
        }
        try {
            int value = Integer.parseInt(text);
            if (value >= least && value <= most) {
                return value;
            }
        } catch (NumberFormatException e) {
            // Not a number is as wrong as one that is out of range.
        }
        throw ApiException.badRequest(name + " must be " + least + " to " + most + ": " + text);
    }

    Instant time(String name, Instant fallback) {
        String text = values.get(name);
        try {
            return text == null ? fallback : Instant.parse(text);
        } catch (DateTimeException e) {
            throw ApiException.badRequest(
                    name + " must be a time like 2026-01-31T00:00:00Z: " + text);
        }
    }

    ZoneId zone(String name) {
        String text = text(name).orElse("UTC");
        try {
            return ZoneId.of(text);
        } catch (DateTimeException e) {
            throw ApiException.badRequest(name + " must be a time zone: " + text);
        }
    }

    /// A constant by its name in lower case.
    <E extends Enum<E>> Optional<E> choice(String name, E[] constants) {
        return text(name)
                .map(text ->
                        Arrays.stream(constants)
                                .filter(one -> written(one).equals(text))
                                .findFirst()
                                .orElseThrow(() -> unknown(name, text, constants)));
    }

    private static <E extends Enum<E>> ApiException unknown(
            String name, String text, E[] constants) {
        String known =
                Arrays.stream(constants).map(Parameters::written).collect(Collectors.joining(", "));
        return ApiException.badRequest(name + " must be one of " + known + ": " + text);
    }

    private static String written(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
