package omega.flock.peer;

import java.util.List;
import omega.flock.base.PeerAddress;
import omega.flock.dht.message.RelayInfo;

/**
 * What an announce cycle ended with. Published whole, and only when all announces of the cycle have settled: a client must
 * never be told half a list.
 *
 * @param relays nodes that forward to us, each with our address as it saw it
 * @param addresses what clients are told to come by next time, at most {@value PeerConstants#RELAYS}: our own address first
 *     if it is open
 */
record Relays(List<RelayInfo> relays, List<PeerAddress> addresses) {

    static final Relays NONE = new Relays(List.of(), List.of());

    Relays {
        relays = List.copyOf(relays);
        addresses = List.copyOf(addresses);
    }
}
