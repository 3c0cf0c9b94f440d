package omega.flock.swarm.machine;

import omega.flock.base.PublicKey;

/**
 * What a machine has to know of its swarm.
 *
 * @param key who it is
 * @param budget how many connections and dials it may have
 * @param backoffs the lengths of its retry timers
 * @param asksBeforeDials whether somebody has to admit each dial before it begins
 */
public record MachineOptions(PublicKey key, DialBudget budget, Backoffs backoffs, boolean asksBeforeDials) {}
