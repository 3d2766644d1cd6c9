package dev.bursar.gateway;

/// Names of fields in Google's JSON, which may be written in camel case or with underscores.
final class Camel {

    private Camel() {}

    /// `maxOutputTokens` for `max_output_tokens`, and for itself.
    static String of(String name) {
        if (name.indexOf('_') < 0) {
            return name;
        }
        StringBuilder camel = new StringBuilder(name.length());
        boolean upper = false;
        for (int at = 0; at < name.length(); at++) {
            char c = name.charAt(at);
            if (c == '_' && at > 0) {
                upper = true;
            } else {
                camel.append(upper ? Character.toUpperCase(c) : c);
                upper = false;
            }
        }
        return camel.toString();
    }
}
