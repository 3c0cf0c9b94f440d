package omega.flock.rpc;

/** Whether a node may become persistent: keep records for others and stand in their routing tables. */
public enum EphemeralMode {
    /** Becomes persistent after some 20 minutes if its address is stable and its port open. */
    ADAPTIVE,
    /** Never becomes persistent. */
    ALWAYS,
    /** Tries to become persistent while it bootstraps, and not later. */
    NEVER
}
