package omega.flock.transport.flow;

/** The fastest delivery of this and the previous cycle of probing ("MaxBwFilterLen: 2"), in bytes a nanosecond. */
final class BandwidthFilter {
    private double current;
    private double previous;

    double maximum() {
        return Math.max(current, previous);
    }

    void add(double bytesPerNano) {
        current = Math.max(current, bytesPerNano);
    }

    /** A cycle ended. One in which nothing was measured tells nothing, and ends nothing. */
    void advance() {
        if (current > 0) {
            previous = current;
            current = 0;
        }
    }
}
