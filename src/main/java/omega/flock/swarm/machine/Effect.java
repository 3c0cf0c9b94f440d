package omega.flock.swarm.machine;

import omega.flock.base.CloseReason;

/** What the shell is to do, in the order in which the machine decided it. None of it waits. */
public sealed interface Effect {
    /**
     * Begin a job on a thread of its own, and tell the machine how it ends.
     *
     * @param untilNanos when it is over at the latest
     */
    record Start(Job job, long untilNanos) implements Effect {}

    /** Nobody needs a job any more: it is to end soon. A search may first let arrive what it has sent, unless it hangs. */
    record Stop(Job job, boolean hangs) implements Effect {}

    /** Tell {@link SwarmMachine#closed} when a connection has ended. */
    record Watch(Link link) implements Effect {}

    /** Reset a connection. */
    record Abort(Link link, CloseReason reason) implements Effect {}

    /** Send a keep-alive, so that a dead path shows. */
    record Probe(Link link) implements Effect {}

    /** Hand a new connection to the program. */
    record Connected(Link link, Peer peer) implements Effect {}

    /** Take a connection back that the program has not accepted yet. */
    record TakeBack(Link link) implements Effect {}

    /** Something about the connections has changed. */
    record Updated() implements Effect {}

    /** The firewall has banned a peer. */
    record Banned(Peer peer) implements Effect {}
}
