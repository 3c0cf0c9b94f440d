package omega.flock.dht;

/**
 * A server on this node, as the router sees it. Both methods run on the socket's reader thread and must not block; the
 * arrival is answered from any thread, now or later, or never: silence is how a server refuses.
 */
public interface LocalServer {

    /** A client's first Noise message arrived, directly or through a relay. Copies of it usually arrive through other relays. */
    void onHandshake(HandshakeArrival arrival);

    /** A client's hole punching round arrived through a relay. */
    void onHolepunch(HolepunchArrival arrival);
}
