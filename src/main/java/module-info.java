/**
 * Finds peers by topic and opens encrypted streams to them, in the wire format of the JavaScript stack hyperswarm.
 *
 * <p>Three packages are the API: {@link omega.flock} for joining topics, {@link omega.flock.gateway} for connections and
 * records by key, {@link omega.flock.base} for the values both share. Everything else is closed to users of the module.
 */
module omega.flock {
    exports omega.flock;
    exports omega.flock.base;
    exports omega.flock.gateway;
}
