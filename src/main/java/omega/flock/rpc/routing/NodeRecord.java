package omega.flock.rpc.routing;

import omega.flock.base.PeerAddress;
import omega.flock.runtime.NetworkSource;

/**
 * What a node remembers about another one. Mutable and not thread-safe: it belongs to whoever owns the table.
 *
 * <p>Times are ticks of the owner, about five seconds each; 0 means never.
 */
public final class NodeRecord {

    private final RpcPeer peer;
    private final NetworkSource source;
    private long sampledTick;
    private long addedTick;
    private long pingedTick;
    private long contacts;
    private int downHints;

    /** Creates the record of a node that was not heard of before. */
    public NodeRecord(RpcPeer peer, long nowTick) {
        this.peer = peer;
        this.source = Diversity.sourceOf(peer.address());
        this.addedTick = nowTick;
        this.pingedTick = nowTick;
    }

    /** Returns who this is about. */
    public RpcPeer peer() {
        return peer;
    }

    /** Returns the id of the node. */
    public NodeId id() {
        return peer.id();
    }

    /** Returns the address of the node. */
    public PeerAddress address() {
        return peer.address();
    }

    NetworkSource source() {
        return source;
    }

    /** Returns when its view of our address was last taken as a sample, 0 if never. */
    public long sampledTick() {
        return sampledTick;
    }

    /** Returns when the node entered the table. */
    public long addedTick() {
        return addedTick;
    }

    /** Returns when we last had to do with the node, in either direction. */
    public long pingedTick() {
        return pingedTick;
    }

    /** Returns how often the node itself was heard, under its own id; grows with every valid message. */
    public long contacts() {
        return contacts;
    }

    /** Returns how often others told us that it is down. */
    public int downHints() {
        return downHints;
    }

    /** Notes that the node enters a table now. */
    public void added(long nowTick) {
        addedTick = nowTick;
        pingedTick = nowTick;
    }

    /** Notes that the node is being asked whether it lives. */
    public void pinged(long nowTick) {
        pingedTick = nowTick;
    }

    /** Notes a valid message from the node. */
    public void heard(long nowTick) {
        pingedTick = nowTick;
        contacts++;
    }

    /** Notes that its view of our address was taken as a sample. */
    public void sampled(long nowTick) {
        sampledTick = nowTick;
    }

    /** Notes that somebody told us that the node is down. */
    public void hintedDown() {
        downHints++;
    }

    @Override
    public String toString() {
        return "NodeRecord[" + peer.address() + ", contacts " + contacts + ", pinged " + pingedTick + "]";
    }
}
