package omega.flock.rpc;

import java.util.Optional;

/** What every node answers, a space of commands beside that of the application (dht-rpc 6.27.0 {@code lib/commands.js}). */
public enum InternalCommand {
    /** "Are you there?" */
    PING(0),
    /** "Answer to that other port of mine"; the value is the port. */
    PING_NAT(1),
    /** "Who is nearest to this target?" */
    FIND_NODE(2),
    /** "This node, which you told me of, does not answer"; the value is its address. */
    DOWN_HINT(3),
    /** "Answer after so many milliseconds"; measures how long a NAT keeps a mapping. */
    DELAYED_PING(4);

    private final int number;

    InternalCommand(int number) {
        this.number = number;
    }

    /** Returns the number on the wire. */
    public int number() {
        return number;
    }

    /** Returns the command of this number, if there is one. */
    static Optional<InternalCommand> of(int number) {
        return number < values().length ? Optional.of(values()[number]) : Optional.empty();
    }
}
