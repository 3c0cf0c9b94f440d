package omega.flock.peer;

/**
 * How many half-open handshakes a node has at a time, all servers together: what fits into their part of its memory, and no more than are of
 * use. Who gets them is decided by {@link HandshakeAdmission}; what their streams receive is counted like that of any stream.
 *
 * @param relayed for those that our relays have passed on
 * @param direct for those that came from anybody else
 */
record HandshakePlaces(int relayed, int direct) {

    /** {@return the places of a node that has so many bytes for connections} */
    static HandshakePlaces of(long bytes) {
        int all = Math.clamp(bytes / PeerConstants.HALF_OPEN_SHARE / PeerConstants.HALF_OPEN_BYTES, PeerConstants.LEAST_HALF_OPEN,
                PeerConstants.MAX_HALF_OPEN);
        int direct = all / PeerConstants.DIRECT_SHARE;
        return new HandshakePlaces(all - direct, direct);
    }

    /** {@return the memory that they take when all are taken, and that nobody else has} */
    long bytes() {
        return (long) (relayed + direct) * PeerConstants.HALF_OPEN_BYTES;
    }
}
