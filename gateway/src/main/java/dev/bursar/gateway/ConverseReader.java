package dev.bursar.gateway;

import dev.bursar.pricing.TokenUsage;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/// Reads the answers of Bedrock's Converse API. An event of a stream is an object with one field, as
/// [FrameScanner] hands it on; no name of an event is that of a field of a whole answer. Neither names the
/// model, but for a router of prompts that says which one it chose.
final class ConverseReader extends AnswerReader {

    /// Stands for an error that no type is declared for.
    static final String ERROR = "error";

    private static final String EXCEPTION = "Exception";

    private final TreeSet<Long> open = new TreeSet<>();

    /// Of the block that the event is about.
    private long index;

    private interface Field {
        void read(String name);
    }

    @Override
    boolean object(JsonParser in) {
        fields(in, name -> part(in, name));
        return false;
    }

    private void part(JsonParser in, String name) {
        switch (name) {
            case "output" -> fields(in, message -> message(in, message));
            // Blocks of text have no start.
            case "contentBlockStart", "contentBlockDelta" -> {
                fields(in, field -> piece(in, field));
                open.add(index);
            }
            case "contentBlockStop" -> {
                fields(in, field -> index(in, field));
                open.remove(index);
            }
            case "messageStop", "metadata" -> fields(in, field -> summary(in, field));
            default -> {
                if (name.equals(ERROR) || name.endsWith(EXCEPTION)) {
                    failed = true;
                    in.skipChildren();
                } else {
                    summary(in, name);
                }
            }
        }
    }

    /// The usage comes last.
    @Override
    boolean isOver() {
        return finished && usageFinal;
    }

    @Override
    List<Long> openPlaces() {
        return List.copyOf(open);
    }

    /// What a whole answer says beside its message, and a stream after it.
    private void summary(JsonParser in, String name) {
        switch (name) {
            case "stopReason" -> {
                String told = string(in);
                stopReason = told == null ? stopReason : told;
                finished |= told != null;
            }
            case "usage" -> {
                TokenUsage told =
                        in.currentToken() == JsonToken.START_OBJECT
                                ? ConverseUsage.read(in)
                                : skipped(in);
                usageFinal |= told(told);
            }
            case "serviceTier" -> fields(in, field -> tier(in, field, "type", "service_tier"));
            case "performanceConfig" -> fields(in, field -> tier(in, field, "latency", "latency"));
            case "trace" -> fields(in, field -> traced(in, field));
            default -> in.skipChildren();
        }
    }

    private void tier(JsonParser in, String name, String wanted, String label) {
        if (name.equals(wanted)) {
            String told = string(in);
            serviceTier = wanted.equals("type") ? told : serviceTier;
            tier(label, told);
        } else {
            in.skipChildren();
        }
    }

    /// What was done beside asking the model. Guardrails are billed for themselves.
    private void traced(JsonParser in, String name) {
        switch (name) {
            case "promptRouter" -> fields(in, field -> routed(in, field));
            case "guardrail" -> {
                seen("guardrail_requests");
                in.skipChildren();
            }
            default -> in.skipChildren();
        }
    }

    private void routed(JsonParser in, String name) {
        if (name.equals("invokedModelId")) {
            model = string(in);
        } else {
            in.skipChildren();
        }
    }

    private void message(JsonParser in, String name) {
        if (!name.equals("message")) {
            in.skipChildren();
            return;
        }
        fields(
                in,
                field -> {
                    if (field.equals("content") && in.currentToken() == JsonToken.START_ARRAY) {
                        while (in.nextToken() != JsonToken.END_ARRAY) {
                            fields(in, kind -> block(in, kind));
                        }
                    } else {
                        in.skipChildren();
                    }
                });
    }

    /// The start of a block, or what is added to it.
    private void piece(JsonParser in, String name) {
        if (name.equals("start") || name.equals("delta")) {
            fields(in, kind -> block(in, kind));
        } else {
            index(in, name);
        }
    }

    private void index(JsonParser in, String name) {
        if (name.equals("contentBlockIndex")) {
            index = Json.count(in);
        } else {
            in.skipChildren();
        }
    }

    /// A block, or what is added to one.
    private void block(JsonParser in, String kind) {
        switch (kind) {
            case "text" -> produced(in);
            case "toolUse" -> fields(in, field -> toolUse(in, field));
            case "reasoningContent" -> fields(in, field -> reasoning(in, field));
            default -> in.skipChildren();
        }
    }

    /// What is added to a call has no id. Its arguments come as text in a stream, and else as an object.
    private void toolUse(JsonParser in, String name) {
        switch (name) {
            case "toolUseId" -> {
                String told = string(in);
                if (told != null) {
                    toolCall(told);
                }
            }
            case "name" -> produced(in);
            case "input" -> {
                if (in.currentToken() == JsonToken.VALUE_STRING) {
                    produced(in);
                } else {
                    strings(in);
                }
            }
            default -> in.skipChildren();
        }
    }

    private void reasoning(JsonParser in, String name) {
        switch (name) {
            case "text" -> produced(in);
            case "reasoningText" -> fields(in, field -> reasoning(in, field));
            default -> in.skipChildren();
        }
    }

    private static @Nullable TokenUsage skipped(JsonParser in) {
        in.skipChildren();
        return null;
    }

    /// Hands the name of each field of the object at the parser on; anything else is passed over.
    private static void fields(JsonParser in, Field field) {
        if (in.currentToken() != JsonToken.START_OBJECT) {
            in.skipChildren();
            return;
        }
        for (String name = in.nextName(); name != null; name = in.nextName()) {
            in.nextToken();
            field.read(name);
        }
    }
}
