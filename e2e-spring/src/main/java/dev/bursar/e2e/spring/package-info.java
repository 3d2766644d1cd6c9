/// Spring AI against the real jar: a class path of its own.
@NullMarked
package dev.bursar.e2e.spring;

import org.jspecify.annotations.NullMarked;
