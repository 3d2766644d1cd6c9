package dev.bursar.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReachTest {

    @ParameterizedTest(name = "{0} at {1}: {2}")
    @CsvSource({
        "https://api.openai.com/v1, 104.18.7.192, true",
        "https://api.openai.com/v1, 2606:4700::6812:7c0, true",
        "https://api.openai.com/v1, 127.0.0.1, false",
        "https://api.openai.com/v1, ::1, false",
        "https://api.openai.com/v1, 10.1.2.3, false",
        "https://api.openai.com/v1, 172.16.0.1, false",
        "https://api.openai.com/v1, 172.32.0.1, true",
        "https://api.openai.com/v1, 192.168.1.1, false",
        "https://api.openai.com/v1, 100.64.0.1, false",
        "https://api.openai.com/v1, 100.128.0.1, true",
        "https://api.openai.com/v1, 0.0.0.0, false",
        "https://api.openai.com/v1, fd12:3456::1, false",
        "https://api.openai.com/v1, ::ffff:10.1.2.3, false",
        "https://api.openai.com/v1, 64:ff9b::a01:203, false",
        "https://api.openai.com/v1, 64:ff9b::6812:7c0, true",
        "http://127.0.0.1:11434/v1, 127.0.0.1, true",
        "http://localhost:11434/v1, ::1, true",
        "https://localhost:8443/v1, 127.0.0.1, true",
        "https://10.1.2.3/v1, 10.1.2.3, true",
        "https://[fd12:3456::1]/v1, fd12:3456::1, true",
        "http://ollama:11434/v1, 172.18.0.5, true",
        "http://ollama:11434/v1, 169.254.169.254, false",
        "http://169.254.169.254/v1, 169.254.169.254, false",
        "http://ollama:11434/v1, fe80::1, false",
        "http://ollama:11434/v1, fd00:ec2::254, false",
        "http://ollama:11434/v1, 100.100.100.200, false",
        "http://ollama:11434/v1, 168.63.129.16, false",
        "http://ollama:11434/v1, ::ffff:169.254.169.254, false",
        "http://ollama:11434/v1, 64:ff9b::a9fe:a9fe, false",
    })
    void allows_address_followsWhatTheBaseUrlSays(String url, String address, boolean allowed) {
        ProviderSettings provider = provider(url);
        assertThat(Reach.allows(provider, address)).isEqualTo(allowed);
        assertThat(Reach.allows(provider.withPrivateAddresses(), address)).isTrue();
    }

    @Test
    void allows_noAddress_isRefused() {
        assertThat(Reach.allows(provider("https://api.openai.com/v1"), null)).isFalse();
    }

    @Test
    void base_thatIsALinkLocalAddress_isOutOfReach() {
        ProviderSettings metadata = provider("http://169.254.169.254/v1");
        assertThat(metadata.isInReach()).isFalse();
        assertThat(metadata.withPrivateAddresses().isInReach()).isTrue();
        assertThat(provider("http://127.0.0.1:11434/v1").isInReach()).isTrue();
        assertThat(provider("https://api.openai.com/v1").isInReach()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://127.0.0.1:99999/v1",
                "http://127.0.0.1:0/v1",
                "http://[::ffff:127.0.0.1]:80/v1",
                "http://[fe80::1%25lo]:80/v1",
                "http://127.0.0.1/v1#f",
                "http://127.0.0.1/v1?x=1",
                "http://me@127.0.0.1/v1",
                "ftp://127.0.0.1/v1",
            })
    void base_thatCannotBeAsked_isRefused(String url) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> provider(url))
                .withMessageContaining("base_url of p");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://[::1]:80/v1",
                "http://localhost/v1",
                "http://my-host.internal:65535",
                "https://NAME.openai.azure.com",
                "http://under-score.example:1/",
            })
    void base_thatCanBeAsked_isTaken(String url) {
        assertThat(provider(url).baseUrl()).isEqualTo(URI.create(url));
    }

    private static ProviderSettings provider(String url) {
        return ProviderSettings.of("p", Dialect.OPENAI, URI.create(url), null);
    }
}
