package dev.bursar.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The command, against a server that knows nothing.
class ConformanceTest {

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... arguments) {
        return CommandLines.run(new PrintWriter(out), new PrintWriter(err), arguments);
    }

    @Test
    void conformance_ofAServerThatFails_endsWithOneAndTellsEachCase() throws IOException {
        HttpServer nothing =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        nothing.start();
        try {
            String url = "http://127.0.0.1:" + nothing.getAddress().getPort() + "/";

            int code = run("conformance", "--url", url, "--key", "k", "--tenant", "t", "--json");

            assertThat(code).isEqualTo(1);
            JsonNode cases = new JsonMapper().readTree(out.toString());
            assertThat(cases.size()).isGreaterThan(80);
            assertThat(cases.get(0).get("id").asString()).isEqualTo("auth-missing");
            assertThat(cases.get(0).get("result").asString()).isEqualTo("fail");
            assertThat(cases.get(0).get("level").asString()).isEqualTo("MUST");
        } finally {
            nothing.stop(0);
        }
    }

    @Test
    void conformance_withoutKeyOrWithAWrongUrl_saysSo() {
        assertThat(run("conformance", "--url", "http://127.0.0.1:1")).isEqualTo(2);
        assertThat(run("conformance", "--url", "ftp://x", "--key", "k", "--tenant", "t"))
                .isEqualTo(1);
        assertThat(err.toString()).contains("--url must start with");
    }
}
