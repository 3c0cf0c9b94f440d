package omega.flock.dht.message;

import java.util.List;
import omega.flock.base.PeerAddress;
import omega.flock.wire.WireReader;

/** Reads the address lists, all under the same bound. */
final class Addresses {

    private Addresses() {
    }

    static List<PeerAddress> readIpv4(WireReader reader, String field) {
        return reader.list(field, MessageConstants.MAX_ADDRESSES, MessageConstants.IPV4_ADDRESS_BYTES,
                item -> item.ipv4Address(field));
    }

    static List<PeerAddress> readIpv6(WireReader reader, String field) {
        return reader.list(field, MessageConstants.MAX_ADDRESSES, MessageConstants.IPV6_ADDRESS_BYTES,
                item -> item.ipv6Address(field));
    }
}
