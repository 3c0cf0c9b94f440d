/**
 * The stream machine: everything UDX decides, without a thread, a lock, a socket, a clock or a random source.
 *
 * <p>{@link omega.flock.transport.flow.StreamMachine} is told what arrived and what the user wants, and is asked for packets and
 * for its next deadline; time is an argument in nanoseconds. Its parts are small machines of their own: the receiving side
 * ({@link omega.flock.transport.flow.ReassemblyBuffer}, {@link omega.flock.transport.flow.AckRanges}), the sending side
 * ({@link omega.flock.transport.flow.SendBuffer}, {@link omega.flock.transport.flow.InFlight},
 * {@link omega.flock.transport.flow.PeerWindow}, {@link omega.flock.transport.flow.Pacer},
 * {@link omega.flock.transport.flow.PathMtu}) and loss recovery ({@link omega.flock.transport.flow.RttEstimator},
 * {@link omega.flock.transport.flow.RackDetector}), and the control of congestion ({@link omega.flock.transport.flow.RateSampler},
 * {@link omega.flock.transport.flow.Bbr} behind {@link omega.flock.transport.flow.CongestionController}).
 */
package omega.flock.transport.flow;
