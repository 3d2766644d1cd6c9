package dev.bursar.server.directory;

/// Where a tenant or a key comes from, which is who may change it.
public enum Origin {
    /// Declared in `bursar.yaml`, which owns it.
    FILE,
    /// Made by the command line or the API.
    API
}
