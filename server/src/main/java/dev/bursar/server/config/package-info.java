/// One YAML file, read into records; a mistake in it names its line and starts nothing.
@NullMarked
package dev.bursar.server.config;

import org.jspecify.annotations.NullMarked;
