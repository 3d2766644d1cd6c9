package dev.bursar.usage;

/// Where a run stands.
public enum RunStatus {
    /// It was active within the idle time.
    RUNNING,
    /// Nothing was heard of it for the idle time; the stop reason is `idle`.
    FINISHED,
    /// A hard budget refused one of its calls for good: what was spent left too little. The stop reason
    /// is `budget_exhausted`. A run stays stopped, also when a smaller call got through afterwards.
    /// Or a breaker or a person stopped it (`run_stopped`), and it has not gone on since it was refused.
    STOPPED
}
