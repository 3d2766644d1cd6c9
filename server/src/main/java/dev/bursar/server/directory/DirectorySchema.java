package dev.bursar.server.directory;

import java.util.ArrayList;
import java.util.List;

/// How the tables of the directory came to be, one list of statements for each version.
final class DirectorySchema {

    private static final List<List<String>> STEPS =
            List.of(
                    List.of(
                            "CREATE TABLE tenant (id TEXT PRIMARY KEY,"
                                    + " created_millis INTEGER NOT NULL)",
                            "CREATE TABLE api_key (id INTEGER PRIMARY KEY, tenant TEXT NOT NULL,"
                                    + " name TEXT NOT NULL, hash BLOB NOT NULL,"
                                    + " defaults TEXT NOT NULL, origin TEXT NOT NULL,"
                                    + " created_millis INTEGER NOT NULL, revoked_millis INTEGER)",
                            "CREATE UNIQUE INDEX api_key_name ON api_key (tenant, name)"
                                    + " WHERE revoked_millis IS NULL",
                            "CREATE UNIQUE INDEX api_key_hash ON api_key (hash)"
                                    + " WHERE revoked_millis IS NULL",
                            "CREATE TABLE setting (name TEXT PRIMARY KEY, value BLOB NOT NULL)"),
                    List.of(
                            "ALTER TABLE tenant ADD COLUMN timezone TEXT NOT NULL DEFAULT 'UTC'",
                            "ALTER TABLE tenant ADD COLUMN origin TEXT NOT NULL DEFAULT 'file'",
                            "ALTER TABLE tenant ADD COLUMN status TEXT NOT NULL DEFAULT 'active'",
                            "ALTER TABLE api_key ADD COLUMN permissions TEXT",
                            "ALTER TABLE api_key ADD COLUMN scope TEXT",
                            "ALTER TABLE api_key ADD COLUMN expires_millis INTEGER",
                            "CREATE TABLE access_token (id INTEGER PRIMARY KEY, name TEXT NOT NULL,"
                                    + " hash BLOB NOT NULL UNIQUE, role TEXT NOT NULL, tenant TEXT,"
                                    + " created_millis INTEGER NOT NULL, expires_millis INTEGER,"
                                    + " revoked_millis INTEGER)",
                            "CREATE UNIQUE INDEX access_token_name ON access_token (name)"
                                    + " WHERE revoked_millis IS NULL"),
                    List.of(
                            "CREATE TABLE act (id INTEGER PRIMARY KEY AUTOINCREMENT, tenant TEXT,"
                                    + " labels TEXT NOT NULL)"),
                    List.of(
                            "ALTER TABLE tenant ADD COLUMN gone INTEGER NOT NULL DEFAULT 0",
                            "DROP INDEX access_token_name",
                            "CREATE UNIQUE INDEX access_token_name"
                                    + " ON access_token (coalesce(tenant, ''), name)"
                                    + " WHERE revoked_millis IS NULL"));

    static final int VERSION = STEPS.size();

    private DirectorySchema() {}

    /// What brings tables of a version to the newest.
    static List<String> since(int version) {
        return steps(version, VERSION);
    }

    /// What makes tables of a version.
    static List<String> upTo(int version) {
        return steps(0, version);
    }

    private static List<String> steps(int from, int to) {
        List<String> statements = new ArrayList<>();
        STEPS.subList(from, to).forEach(statements::addAll);
        statements.add("PRAGMA user_version = " + to);
        return statements;
    }
}
