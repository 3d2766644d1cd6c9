package dev.bursar.gateway.cache;

import dev.bursar.gateway.cache.CacheRequest.Use;
import dev.bursar.gateway.cache.CacheRule.Temperature;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Requests and answers for tests, written as people would.
final class Bodies {

    static final String CHAT =
            "{'model':'m','temperature':0,'messages':[{'role':'user','content':'Hello'}]}";

    static final String CHAT_ANSWER =
            """
            {'id':'c1','object':'chat.completion','created':7,'model':'m-1','service_tier':'default',\
            'choices':[{'index':0,'message':{'role':'assistant','content':'Hi there','refusal':null},\
            'logprobs':null,'finish_reason':'stop'}],\
            'usage':{'prompt_tokens':5,'completion_tokens':2,'total_tokens':7}}\
            """;

    private Bodies() {}

    static String json(String quoted) {
        return quoted.replace('\'', '"');
    }

    static byte[] bytes(String quoted) {
        return json(quoted).getBytes(StandardCharsets.UTF_8);
    }

    static CacheRule rule(Temperature temperature, boolean toolCalls, @Nullable Double threshold) {
        return new CacheRule(
                new TreeMap<>(),
                Duration.ofMinutes(10),
                temperature,
                toolCalls,
                Duration.ofSeconds(20),
                threshold);
    }

    static CacheRule rule() {
        return rule(Temperature.ZERO, false, null);
    }

    static CacheSettings settings(CacheRule rule) {
        return new CacheSettings(
                CacheSettings.LEAST_BYTES,
                100,
                100,
                new TreeMap<>(
                        Map.of(
                                "acme",
                                new CacheSettings.Tenant(
                                        List.of(rule),
                                        new CacheSettings.Tools(
                                                Duration.ofMinutes(1), Duration.ofHours(1), 1_000)),
                                "other",
                                new CacheSettings.Tenant(List.of(rule), null))));
    }

    static CacheRequest chat(String call, String tenant, boolean stream, String quoted) {
        return request(call, tenant, Wire.CHAT, stream ? Form.EVENTS : Form.WHOLE, quoted);
    }

    static CacheRequest request(String call, String tenant, Wire wire, Form form, String quoted) {
        return new CacheRequest(
                call,
                tenant,
                wire,
                "an operation",
                "openai",
                "m",
                form,
                bytes(quoted),
                Map.of(),
                Use.NORMAL);
    }
}
