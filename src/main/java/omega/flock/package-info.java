/**
 * The front door: find peers by topic, and get an encrypted connection to each.
 *
 * <pre>{@code
 * try (Flock flock = Flock.open()) {
 *     Runtime.getRuntime().addShutdownHook(new Thread(flock::close)); // SIGTERM and Ctrl-C: peers are told at once
 *     flock.onConnection((connection, peer) -> ...);
 *     flock.join(Topic.hash("my app"));
 *     flock.awaitClose();
 * }
 * }</pre>
 *
 * <p>A {@link omega.flock.Flock} joins topics, dials whom it finds, is dialled, dials again what it lost, and keeps one
 * connection for each peer. Its network is a {@link omega.flock.gateway.Gateway}, which it owns.
 */
package omega.flock;
