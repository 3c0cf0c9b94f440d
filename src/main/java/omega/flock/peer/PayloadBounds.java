package omega.flock.peer;

import java.util.List;
import omega.flock.dht.message.HolepunchInfo;
import omega.flock.dht.message.NoisePayload;

/** Leaves of a peer's payload what is used of it: a datagram has room for 341 addresses, and honest peers have a few. Pure. */
final class PayloadBounds {

    private PayloadBounds() {}

    /** {@return the payload with the first {@value PeerConstants#MAX_HINTS} of each of its lists; what is left out is counted} */
    static NoisePayload apply(NoisePayload payload, PeerCounters counters) {
        if (fits(payload.addresses4()) && payload.relayAddresses().filter(list -> !fits(list)).isEmpty()
                && payload.holepunch().filter(info -> !fits(info.relays())).isEmpty()) {
            return payload;
        }
        counters.count(PeerDrop.TOO_MANY_ADDRESSES);
        NoisePayload bounded = payload.withAddresses4(first(payload.addresses4()));
        if (payload.relayAddresses().isPresent()) {
            bounded = bounded.withRelayAddresses(first(payload.relayAddresses().get()));
        }
        if (payload.holepunch().isPresent()) {
            HolepunchInfo info = payload.holepunch().get();
            bounded = bounded.withHolepunch(new HolepunchInfo(info.id(), first(info.relays())));
        }
        return bounded;
    }

    private static boolean fits(List<?> list) {
        return list.size() <= PeerConstants.MAX_HINTS;
    }

    private static <T> List<T> first(List<T> list) {
        return fits(list) ? list : list.subList(0, PeerConstants.MAX_HINTS);
    }
}
