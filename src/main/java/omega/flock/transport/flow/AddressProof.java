package omega.flock.transport.flow;

import java.net.InetSocketAddress;
import omega.flock.transport.packet.PacketConstants;

/**
 * Which addresses have proven that they hear us, and how many bytes the others may get.
 *
 * <pre>
 *   told, or a packet came from there: TRIAL ──it acknowledges what went there; its opening frame was genuine──► PROVEN
 * </pre>
 *
 * <p>"Prior to validating the client address, servers MUST NOT send more than three times as many bytes as the number of bytes they have
 * received" (RFC 9000 §8.1). Bytes are those of UDP payloads, packets of every kind count, and so do repeated ones. What the peer has sent
 * us on another way, as its handshake through a relay, gives an allowance beside, for the opening frame and its repetitions; each proof
 * renews it, for the first packets on a path that is found later.
 */
final class AddressProof {
    private static final int AMPLIFICATION = 3;

    private boolean limited;
    private long fullAllowance;
    private long allowance;
    private InetSocketAddress proven;
    private InetSocketAddress provenBefore; // what was numbered for it may be repeated there
    private InetSocketAddress trial; // the one whose bytes are counted
    private long credit; // what the trial may still get
    private StreamPath path; // null before connect
    private StreamPath fallback; // the path before, if that one is proven; null otherwise
    private InetSocketAddress source; // of the packet at hand
    private boolean sourceUnproven;
    private StreamPath elsewhere; // a path that does not lead there: one packet may acknowledge thousands that went along it
    private InetSocketAddress opener; // where the first bytes of the peer came from

    /** Whoever names addresses may be lying, from now on; until then every address counts as proven. */
    void limit(int allowanceBytes) {
        limited = true;
        fullAllowance = allowanceBytes;
        allowance = allowanceBytes;
    }

    /** Packets go there from now on. */
    void onPath(StreamPath newPath) {
        if (isPathProven()) {
            fallback = path;
        }
        path = newPath;
        InetSocketAddress address = newPath.address();
        if (!isProven(address) && !address.equals(trial)) {
            trial = address;
            credit = 0;
        }
    }

    /** A packet came. */
    void onReceived(InetSocketAddress from, int bytes) {
        source = from;
        elsewhere = null;
        sourceUnproven = !isProven(from);
        if (!sourceUnproven) {
            return;
        }
        if (path == null && !from.equals(trial)) {
            trial = from;
            credit = 0;
        }
        if (from.equals(trial)) {
            credit += (long) AMPLIFICATION * bytes;
        }
    }

    /** The packet at hand acknowledges one that went there. */
    void onAcknowledged(StreamPath went) {
        if (!sourceUnproven || went == elsewhere) {
            return;
        }
        if (went.address().equals(source)) {
            prove(source);
        } else {
            elsewhere = went;
        }
    }

    /** The packet at hand brought the first bytes of the peer's stream. */
    void onOpened() {
        opener = source;
    }

    /** The first bytes of the peer's stream were what only the peer could send. */
    void onOpeningGenuine() {
        if (opener != null && !isProven(opener)) {
            prove(opener);
        }
    }

    void onSent(InetSocketAddress to, int bytes) {
        if (isProven(to)) {
            return;
        }
        long free = to.equals(trial) ? Math.min(credit, bytes) : 0;
        credit -= free;
        allowance -= bytes - free;
    }

    boolean isProven(InetSocketAddress address) {
        return !limited || address == proven || address.equals(proven) || address.equals(provenBefore);
    }

    boolean isPathProven() {
        return path != null && isProven(path.address());
    }

    /** {@return whether the present path has to prove itself, while that before carries the stream} */
    boolean isOnTrial() {
        return fallback != null && !isPathProven();
    }

    /**
     * {@return where a packet of so many bytes may go, header included: along the wanted path, or the present one, or back to the one
     * before; null if nowhere} A path on trial gets what it may get, and the one that is proven carries the rest.
     */
    StreamPath route(StreamPath wanted, int bytes) {
        if (room(wanted.address()) >= bytes) {
            return wanted;
        }
        if (wanted != path && room(path.address()) >= bytes) {
            return path;
        }
        return fallback != null && room(fallback.address()) >= bytes ? fallback : null;
    }

    /** {@return how long a packet to that address may be now, header included; at most what a datagram holds} */
    int room(InetSocketAddress to) {
        if (isProven(to)) {
            return PacketConstants.MAX_DATAGRAM_BYTES;
        }
        return (int) Math.clamp(allowance + (to.equals(trial) ? credit : 0), 0L, PacketConstants.MAX_DATAGRAM_BYTES);
    }

    private void prove(InetSocketAddress address) {
        provenBefore = proven;
        proven = address;
        sourceUnproven = false;
        allowance = fullAllowance;
        if (address.equals(trial)) {
            trial = null;
            credit = 0;
        }
    }
}
