package dev.bursar.gateway;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Which addresses requests to a provider may go to. Asked about the address of the open connection,
/// before anything is sent, so that a name cannot resolve to something else in between.
///
/// - Link-local addresses, where clouds keep the credentials of a machine (169.254.169.254), and those
///   outside of that range which clouds use alike: only with `allow_private`.
/// - Loopback and private addresses: where the base URL says by itself that it is an inside one, being
///   plain `http`, an address, or `localhost`. An `https` name is taken for a public one.
/// - All others always.
final class Reach {

    /// Of AWS by IPv6, Alibaba Cloud, Azure.
    private static final Set<InetAddress> METADATA =
            Set.of(
                    InetAddress.ofLiteral("fd00:ec2::254"),
                    InetAddress.ofLiteral("100.100.100.200"),
                    InetAddress.ofLiteral("168.63.129.16"));

    private static final int BYTE = 0xFF;

    private Reach() {}

    /// @param address of the open connection, as text; null when it has none
    static boolean allows(ProviderSettings provider, @Nullable String address) {
        if (provider.allowPrivate() || address == null) {
            return provider.allowPrivate();
        }
        InetAddress plain = withoutTranslation(InetAddress.ofLiteral(address));
        if (plain.isLinkLocalAddress() || METADATA.contains(plain)) {
            return false;
        }
        return !isInside(plain) || saysInside(provider);
    }

    /// The same for a base URL that names an address; names are looked at when they are resolved.
    static boolean allowsBase(ProviderSettings provider) {
        String host = host(provider);
        return !isLiteral(host) || allows(provider, host);
    }

    private static boolean saysInside(ProviderSettings provider) {
        String host = host(provider);
        return "http".equals(provider.baseUrl().getScheme())
                || host.equalsIgnoreCase("localhost")
                || isLiteral(host);
    }

    private static boolean isInside(InetAddress address) {
        if (address.isLoopbackAddress()
                || address.isAnyLocalAddress()
                || address.isSiteLocalAddress()) {
            return true;
        }
        byte[] bytes = address.getAddress();
        int first = bytes[0] & BYTE;
        int second = bytes[1] & BYTE;
        return address instanceof Inet4Address
                // 100.64.0.0/10, RFC 6598, and 0.0.0.0/8
                ? first == 0 || (first == 100 && second >= 64 && second < 128)
                // fc00::/7, RFC 4193
                : (first & 0xFE) == 0xFC;
    }

    /// The IPv4 address inside of 64:ff9b::/96, RFC 6052.
    private static InetAddress withoutTranslation(InetAddress address) {
        byte[] bytes = address.getAddress();
        if (bytes.length != 16 || bytes[0] != 0 || (bytes[1] & BYTE) != 0x64) {
            return address;
        }
        if ((bytes[2] & BYTE) != 0xFF || (bytes[3] & BYTE) != 0x9B) {
            return address;
        }
        return InetAddress.ofLiteral(
                "%d.%d.%d.%d"
                        .formatted(
                                bytes[12] & BYTE,
                                bytes[13] & BYTE,
                                bytes[14] & BYTE,
                                bytes[15] & BYTE));
    }

    private static boolean isLiteral(String host) {
        try {
            InetAddress.ofLiteral(host);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /// Without the brackets of an IPv6 address.
    private static String host(ProviderSettings provider) {
        String host = provider.baseUrl().getHost();
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }
}
