/// What the templates are given: records of finished text. Public because templates are compiled into a
/// package of their own.
@NullMarked
package dev.bursar.server.dashboard.view;

import org.jspecify.annotations.NullMarked;
