package dev.bursar.gateway;

import io.vertx.core.http.HttpMethod;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// What a provider of Responses does with those it keeps: each is made, asked for, cancelled and deleted
/// under its id. They go on until the test ends them.
final class FakeResponses implements FakeProvider.Script {

    /// 40 input tokens, 30 of them cached; 20 output tokens: 1,000 + 300 + 4,000 microcents.
    static final String USAGE =
            """
            {"input_tokens":40,"input_tokens_details":{"cached_tokens":30},"output_tokens":20,\
            "output_tokens_details":{"reasoning_tokens":5},"total_tokens":60}\
            """;

    static final long COST = 5_300;

    static final String REQUEST =
            """
            {"model":"house-model","input":"Say hello","max_output_tokens":100,"background":true}\
            """;

    static final String STREAM = REQUEST.replace("true}", "true,\"stream\":true}");

    private record Kept(String status, @Nullable String usage) {}

    private final Map<String, Kept> kept = new ConcurrentHashMap<>();
    private final AtomicInteger made = new AtomicInteger();

    final AtomicInteger asked = new AtomicInteger();
    final AtomicInteger cancelled = new AtomicInteger();

    /// How a response begins.
    volatile String first = "queued";

    /// What a cancelled response has used, as it says.
    volatile @Nullable String usageOfCancelled = USAGE;

    /// What answers in place of the provider while it is in trouble, or null.
    volatile FakeProvider.@Nullable Script trouble;

    /// A response ends, whatever it was before.
    void end(String id, String status, @Nullable String usage) {
        kept.put(id, new Kept(status, usage));
    }

    @Override
    public void answer(FakeProvider.Answer answer) {
        HttpMethod method = answer.request().method();
        String path = Objects.requireNonNull(answer.request().path());
        boolean make = path.equals("/v1/responses");
        FakeProvider.Script instead = trouble;
        if (make) {
            make(answer);
        } else if (instead != null) {
            instead.answer(answer);
        } else {
            String id = path.split("/", -1)[3];
            if (method.equals(HttpMethod.POST)) {
                cancel(id);
            } else if (method.equals(HttpMethod.GET)) {
                asked.incrementAndGet();
            }
            tell(answer, id, method.equals(HttpMethod.DELETE));
        }
    }

    private void make(FakeProvider.Answer answer) {
        String id = "resp_" + made.incrementAndGet();
        end(id, first, first.equals("completed") ? USAGE : null);
        answer.json(200, json(id));
    }

    private void cancel(String id) {
        cancelled.incrementAndGet();
        kept.computeIfPresent(
                id,
                (_, was) -> was.usage() == null ? new Kept("cancelled", usageOfCancelled) : was);
    }

    private void tell(FakeProvider.Answer answer, String id, boolean delete) {
        if (!kept.containsKey(id)) {
            answer.json(404, "{\"error\":{\"message\":\"no such response\"}}");
        } else if (delete) {
            kept.remove(id);
            answer.json(200, "{\"id\":\"" + id + "\",\"deleted\":true}");
        } else {
            answer.json(200, json(id));
        }
    }

    private String json(String id) {
        Kept response = Objects.requireNonNull(kept.get(id));
        return """
        {"id":"%s","object":"response","status":"%s","model":"house-model-2026","background":true,\
        "output":[],"usage":%s}\
        """
                .formatted(id, response.status(), response.usage());
    }

    /// The first event of a stream.
    static String created(String id) {
        return """
        event: response.created
        data: {"type":"response.created","sequence_number":0,"response":{"id":"%s",\
        "object":"response","status":"in_progress","model":"house-model-2026","output":[],\
        "usage":null}}

        """
                .formatted(id);
    }

    static String delta(String text) {
        return """
        event: response.output_text.delta
        data: {"type":"response.output_text.delta","sequence_number":1,"delta":"%s"}

        """
                .formatted(text);
    }
}
