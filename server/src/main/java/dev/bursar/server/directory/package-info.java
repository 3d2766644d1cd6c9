/// Who there is: tenants, their API keys, and the token of the administrator.
@NullMarked
package dev.bursar.server.directory;

import org.jspecify.annotations.NullMarked;
