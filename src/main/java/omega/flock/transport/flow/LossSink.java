package omega.flock.transport.flow;

/** Is told which packets the loss detector gave up; all that it sees of the sender. */
@FunctionalInterface
interface LossSink {
    /**
     * The packet is in state LOST now.
     *
     * @param seq its number
     * @param probe whether its last transmission was an MTU probe
     */
    void onLost(int seq, boolean probe);
}
