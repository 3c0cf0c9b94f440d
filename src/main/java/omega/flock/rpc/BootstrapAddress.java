package omega.flock.rpc;

import java.util.Optional;
import omega.flock.base.PeerAddress;

/**
 * A configured place to begin: {@code host:port}, or {@code ip@host:port} for a host whose address is known and need not be
 * looked up as long as it answers there.
 *
 * @param suggestedIp the address to try first
 * @param host a dotted IPv4 address or a name
 * @param port 1 to 65535
 */
record BootstrapAddress(Optional<String> suggestedIp, String host, int port) {

    /**
     * Parses the text form.
     *
     * @throws IllegalArgumentException if it has another form
     */
    static BootstrapAddress parse(String text) {
        int at = text.indexOf('@');
        PeerAddress address = PeerAddress.parse(text.substring(at + 1));
        Optional<String> suggested = at < 0 ? Optional.empty() : Optional.of(text.substring(0, at));
        if (address.port() == 0) {
            throw new IllegalArgumentException("a bootstrap node at port 0: \"" + text + "\"");
        }
        suggested.ifPresent(ip -> {
            if (ip.isEmpty() || !new PeerAddress(ip, 0).isIPv4()) {
                throw new IllegalArgumentException("no IPv4 address before the @: \"" + text + "\"");
            }
        });
        return new BootstrapAddress(suggested, address.host(), address.port());
    }
}
