package omega.flock.transport.flow;

/** Whether others keep the queue of the path full, whatever this flow does. */
final class Rivals {
    /**
     * Part of what is sent that is lost, on average, beside others that keep the queue full and hear of no losses, as a JavaScript peer
     * does. Two of ours lose less of theirs.
     */
    private static final double CROWDED_OUT_LOSS = 0.1;
    /** Weight of a new round in the average. */
    private static final double WEIGHT = 0.125;
    /** A rival of BBR's first version lets the queue run empty once in ten seconds: that is one cycle, and not two in a row. */
    private static final int EMPTY_CYCLES = 2;

    private boolean queueSeenEmpty; // since the last probe for bandwidth
    private int emptyCycles; // in which it was, in a row
    private boolean contended; // for a whole cycle it was not, although this flow keeps none: others do
    private double loss;

    /** No packets wait, so no one fills the queue; those who have crowded this flow out may have paused. */
    void onEmptyQueue() {
        queueSeenEmpty = true;
        contended = isCrowdedOut();
    }

    /** A round is over, in which this part of what was sent was lost. */
    void onRound(double lost) {
        loss += (lost - loss) * WEIGHT;
    }

    /** A probe for bandwidth begins. */
    void startProbe() {
        emptyCycles = queueSeenEmpty ? emptyCycles + 1 : 0;
        contended = emptyCycles == 0 || isCrowdedOut() && emptyCycles < EMPTY_CYCLES;
        queueSeenEmpty = false;
    }

    /** {@return whether a queue that is there is not of this flow's making} Losing to others in theirs is no reason to give way. */
    boolean fillTheQueue() {
        return contended;
    }

    /** {@return whether they do so for good, and this flow's losses are their making} None of them teaches it then. */
    boolean isCrowdedOut() {
        return contended && loss > CROWDED_OUT_LOSS;
    }
}
