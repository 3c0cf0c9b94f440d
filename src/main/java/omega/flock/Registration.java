package omega.flock;

import omega.flock.base.Subscription;

/** A handler or listener of a flock that is registered; closing it ends that. */
@FunctionalInterface
public interface Registration extends Subscription {
}
