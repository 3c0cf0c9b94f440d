package omega.flock.transport.packet;

/** The type byte of a UDX packet, a bit mask; unknown bits are ignored (udx.h, UDX_HEADER_*). */
public final class PacketFlags {
    /** A pure ACK: no bit at all. */
    public static final int STATE = 0x00;
    /** Carries stream bytes and consumes a packet number. */
    public static final int DATA = 0x01;
    /** The last packet of a direction; may be combined with {@link #DATA}, both share one number. */
    public static final int END = 0x02;
    /** Carries SACK blocks. */
    public static final int SACK = 0x04;
    /** An unreliable, unordered message. */
    public static final int MESSAGE = 0x08;
    /** The sender dropped the stream. */
    public static final int DESTROY = 0x10;
    /** Asks for an ACK; nothing else in the packet is looked at. */
    public static final int HEARTBEAT = 0x20;

    private static final String[] NAMES = {"DATA", "END", "SACK", "MESSAGE", "DESTROY", "HEARTBEAT"};

    private PacketFlags() {}

    /** {@return whether the packet consumes a number and must be acknowledged} */
    public static boolean isReliable(int flags) {
        return (flags & (DATA | END)) != 0;
    }

    /** {@return the names of the known bits, joined by {@code |}; {@code STATE} for none} */
    public static String describe(int flags) {
        StringBuilder text = new StringBuilder();
        for (int bit = 0; bit < NAMES.length; bit++) {
            if ((flags & 1 << bit) != 0) {
                text.append(text.isEmpty() ? "" : "|").append(NAMES[bit]);
            }
        }
        return text.isEmpty() ? "STATE" : text.toString();
    }
}
