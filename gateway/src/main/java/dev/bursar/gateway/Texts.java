package dev.bursar.gateway;

import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/// Reads a field that is a text, a list of tokens, or a list of either.
final class Texts {

    private Texts() {}

    /// @param most of them
    /// @return how many texts there are, at least one
    static int count(RequestParser request, String name, int most) {
        JsonParser in = request.in;
        if (in.currentToken() == JsonToken.VALUE_STRING) {
            return 1;
        }
        if (in.currentToken() != JsonToken.START_ARRAY) {
            throw RequestParser.wrongType(name, "a string or an array");
        }
        int texts = 0;
        boolean tokens = false;
        for (int at = 0; in.nextToken() != JsonToken.END_ARRAY; at++) {
            boolean number = in.currentToken() == JsonToken.VALUE_NUMBER_INT;
            if (at > 0 && number != tokens) {
                throw wrongItem(name, at);
            }
            tokens = number;
            if (!number) {
                text(in, name, at);
                texts++;
            }
        }
        if (texts == 0 && !tokens) {
            throw RefusedException.malformed(name, "must not be empty");
        }
        if (texts > most) {
            throw RefusedException.malformed(name, "must have at most " + most + " items");
        }
        return Math.max(1, texts);
    }

    private static void text(JsonParser in, String name, int at) {
        if (in.currentToken() == JsonToken.VALUE_STRING) {
            return;
        }
        if (in.currentToken() != JsonToken.START_ARRAY) {
            throw wrongItem(name, at);
        }
        while (in.nextToken() != JsonToken.END_ARRAY) {
            if (in.currentToken() != JsonToken.VALUE_NUMBER_INT) {
                throw wrongItem(name, at);
            }
        }
    }

    private static RefusedException wrongItem(String name, int at) {
        return RequestParser.wrongType(
                name + "[" + at + "]", "a string or an array of tokens, like the others");
    }
}
