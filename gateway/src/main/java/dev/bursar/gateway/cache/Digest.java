package dev.bursar.gateway.cache;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;

/// A SHA-256 over values: equal for JSON that means the same, whatever its spaces, the order of its
/// fields, and the way its numbers and letters are written.
final class Digest {

    private final MessageDigest digest;

    Digest() {
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /// As UTF-16, which tells half a surrogate pair from any other.
    Digest text(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_16BE);
        mark('s', bytes.length);
        digest.update(bytes);
        return this;
    }

    Digest json(JsonNode node) {
        switch (node.getNodeType()) {
            case OBJECT -> {
                mark('o', node.size());
                for (String name : new TreeSet<>(node.propertyNames())) {
                    text(name).json(node.path(name));
                }
            }
            case ARRAY -> {
                mark('a', node.size());
                node.forEach(this::json);
            }
            case STRING -> text(node.asString());
            case NUMBER -> number(node.decimalValue());
            case BOOLEAN -> mark(node.asBoolean() ? 't' : 'f', 0);
            case NULL -> mark('0', 0);
            case BINARY, POJO, MISSING ->
                    throw new IllegalArgumentException("not JSON: " + node.getNodeType());
        }
        return this;
    }

    /// Of what was added so far; the digest is then used up.
    String hex() {
        return HexFormat.of().formatHex(digest.digest());
    }

    private void number(BigDecimal value) {
        mark('n', 0);
        BigDecimal plain = value.stripTrailingZeros();
        text(plain.unscaledValue() + "e" + plain.scale());
    }

    private void mark(char kind, int size) {
        digest.update(ByteBuffer.allocate(5).put((byte) kind).putInt(size).flip());
    }
}
