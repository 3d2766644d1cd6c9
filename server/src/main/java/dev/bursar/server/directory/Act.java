package dev.bursar.server.directory;

import dev.bursar.ledger.Attribution;
import dev.bursar.ledger.TenantId;
import org.jspecify.annotations.Nullable;

/// Something that was done to the directory and is not in the journal yet.
///
/// @param tenant whom it is about, null when it is about the whole place
/// @param by has a label `act`, by which the journal may be told twice and the act still counts once
public record Act(long number, @Nullable TenantId tenant, Attribution by) {}
