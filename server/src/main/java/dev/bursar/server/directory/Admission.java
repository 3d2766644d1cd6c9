package dev.bursar.server.directory;

/// Somebody who was let in by a token, and is good for as long as that token is.
public final class Admission {

    private final Actor actor;
    private final SecretHash token;

    Admission(Actor actor, SecretHash token) {
        this.actor = actor;
        this.token = token;
    }

    public Actor actor() {
        return actor;
    }

    SecretHash hash() {
        return token;
    }
}
