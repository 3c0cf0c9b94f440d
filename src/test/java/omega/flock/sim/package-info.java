/**
 * A network in memory for tests: hosts, NATs and firewalls with latency, loss, reordering, duplication and a limit on the
 * length of datagrams, behind the same {@link omega.flock.net.PortBinder} that production code binds its ports with.
 *
 * <pre>
 *   MemoryNetwork network = new MemoryNetwork(42);                  // prints its seed
 *   PortBinder open   = network.host("5.5.5.1");                    // public, reachable by anybody
 *   PortBinder closed = network.firewalledHost("5.5.5.2");          // public, only answers come in
 *   MemoryNat nat     = network.nat("5.5.5.10", NatType.CONSISTENT);
 *   PortBinder hidden = nat.host("10.0.0.2");                       // private address behind the NAT
 * </pre>
 */
package omega.flock.sim;
