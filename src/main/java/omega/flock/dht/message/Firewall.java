package omega.flock.dht.message;

/** How reachable a peer believes itself to be; hyperdht 6.34.0 lib/constants.js {@code FIREWALL}. */
public enum Firewall {
    /** Not known (yet). A number that is not known here reads as this one. */
    UNKNOWN(0),
    /** Reachable by anybody at its address. */
    OPEN(1),
    /** Behind a NAT that keeps one outside port per inside socket: can be punched. */
    CONSISTENT(2),
    /** Behind a NAT that picks an outside port per destination. */
    RANDOM(3);

    private static final Firewall[] ALL = values();

    private final int code;

    Firewall(int code) {
        this.code = code;
    }

    /** {@return the number on the wire} */
    public int code() {
        return code;
    }

    /** {@return the firewall with this number, {@link #UNKNOWN} for a number that is not known here} */
    public static Firewall of(long code) {
        return code >= 0 && code < ALL.length ? ALL[(int) code] : UNKNOWN;
    }
}
