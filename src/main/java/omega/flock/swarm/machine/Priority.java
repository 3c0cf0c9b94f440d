package omega.flock.swarm.machine;

/** How soon a queued peer is dialled. Declared from the last to the first in line. */
enum Priority {
    /** Three dials have ended. */
    LOW,
    /** Never dialled since it was discovered. */
    NORMAL,
    /** Two dials have ended. */
    HIGH,
    /** One dial has ended: a peer that was there a moment ago. */
    VERY_HIGH;

    /**
     * Returns the priority after so many dials, at most {@link SwarmConstants#MAX_ATTEMPTS}. hyperswarm 4.17.2 reserves one
     * more level for peers that were "tried but never proven"; nothing there ever sets that mark.
     */
    static Priority afterAttempts(int attempts) {
        if (attempts >= SwarmConstants.MAX_ATTEMPTS) {
            return LOW;
        }
        return attempts == 2 ? HIGH : attempts == 1 ? VERY_HIGH : NORMAL;
    }

    /** Tells whether a peer of this priority counts as prioritized. */
    boolean prioritized() {
        return compareTo(NORMAL) >= 0;
    }
}
