package omega.flock.transport;

import omega.flock.transport.flow.DropReason;

/** The narrow view of the transport that a stream needs; called on any thread, without the stream's lock. */
interface StreamOwner {
    /** The stream is over; its id is free again, though remembered. */
    void forget(UdxStream stream);

    void countDrop(DropReason reason);
}
