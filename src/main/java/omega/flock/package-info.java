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
 *
 * <p><b>What is closed.</b> Each kind of call has one answer, here and in {@link omega.flock.gateway}:
 * <ul>
 * <li>What begins something on a flock or gateway that is closed ({@code join}, {@code listen}, {@code connect}, {@code lookup}, a
 *     registration) throws an {@link java.lang.IllegalStateException}: the program has made a mistake.
 * <li>What waits until it is closed throws a {@link omega.flock.base.FlockException} whose code says why. {@code SHUT_DOWN}: a dial, or
 *     {@link omega.flock.Flock#accept()}, which answers so afterwards, too. {@code SERVER_CLOSED}:
 *     {@link omega.flock.gateway.GatewayServer#accept()}. {@code REQUEST_DESTROYED}: a query or any other request to nodes.
 * <li>A read or write of a {@link omega.flock.gateway.Connection} throws a {@link java.net.SocketException} when this side has closed or
 *     aborted the connection, or the peer has reset it, as a {@link java.net.Socket} does; otherwise a {@code FlockException} with the code
 *     of its {@linkplain omega.flock.gateway.Connection#closeReason() reason}: {@code ETIMEDOUT}, {@code PROTOCOL_ERROR},
 *     {@code DUPLICATE_CONNECTION}, {@code SUSPENDED}, {@code SHUT_DOWN}.
 * <li>What ends something ({@code close}, {@code leave}, {@code leavePeer}, {@code destroy}) has nothing to do and says nothing;
 *     {@code flush} and {@code awaitReady} yield false.
 * </ul>
 *
 * <p><b>Interrupts.</b> What declares {@link java.lang.InterruptedException} throws it; the wait is over then, and what was waited for goes
 * on: what was to be stored, withdrawn, left or flushed is. What would have yielded something that nobody can get any more is given up:
 * {@code connect}, {@code listen}, {@code immutableGet}, {@code mutableGet} and {@code ping} of a
 * {@link omega.flock.gateway.Gateway}, and {@code start} and {@code pair} of a {@link omega.flock.gateway.Testnet}. Reads and writes of a
 * connection cannot declare it, as those of {@code java.io} cannot: they throw an {@link java.io.InterruptedIOException}, the interrupt
 * flag stays set and the connection open; so does, inside of an {@link java.io.UncheckedIOException}, the iterator of a query.
 * {@code close()} is shortened, and the flag stays set.
 *
 * <p><b>Null.</b> No method here or in the other exported packages takes {@code null}: it throws a {@link java.lang.NullPointerException}
 * with the name of the parameter, before anything else happens. None returns {@code null} but
 * {@link omega.flock.gateway.Connection#readMessage()} at the end of the stream and what {@link java.lang.Throwable} has so. What may be
 * missing is an {@link java.util.Optional}.
 */
package omega.flock;
