package omega.flock.peer;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import omega.flock.base.PeerAddress;
import omega.flock.rpc.RpcReply;

/** What an announcer needs from its node. Methods that ask the network block and end with an interrupt. */
interface AnnouncerNode {

    /**
     * Walks towards the key and returns the nearest nodes, nearest first.
     *
     * @param seeds where to begin besides the routing table
     */
    List<RpcReply> findClosest(List<PeerAddress> seeds) throws IOException, InterruptedException;

    /**
     * Announces the key, without relay addresses, at a node that the walk came by.
     *
     * @return whether the node took it
     */
    boolean announce(RpcReply node) throws IOException, InterruptedException;

    /** Takes the key back from a node, if it has it. */
    void unannounce(PeerAddress node) throws IOException, InterruptedException;

    /** Pings a node and returns our address as it sees it. */
    PeerAddress ping(PeerAddress node) throws IOException, InterruptedException;

    /** Returns our own address if strangers can reach it. */
    Optional<PeerAddress> openAddress();

    /** Tells whether the network works. */
    boolean online();
}
