/**
 * What a flock does with its network: joins and leaves topics, looks up and announces again, ranks peers, dials, retries,
 * resolves duplicates, counts.
 *
 * <pre>
 *   Swarm ─┬─ TopicTable ── TopicDiscovery ── Refresh        one walk per topic at a time, sessions, limits
 *          ├─ Scheduler ─── PeerBook, PeerQueue, RetrySchedule, FlushTickets, DialBudget        (pure, under the lock)
 *          │    └─ Dialler                                   one virtual thread per dial
 *          ├─ Door ──────── DuplicateRule                    one virtual thread that accepts
 *          ├─ SwarmEvents                                    handlers, backlog, updates in order
 *          └─ Lifecycle                                      suspend, resume, close, one after the other
 * </pre>
 *
 * <p>One {@link omega.flock.swarm.Guard} per swarm makes each change indivisible; what a change sets in motion on the
 * network runs after the lock is released. The network itself is behind {@link omega.flock.swarm.Network}, time behind
 * {@link omega.flock.swarm.Alarms}. Behaviour follows hyperswarm 4.17.2.
 */
package omega.flock.swarm;
