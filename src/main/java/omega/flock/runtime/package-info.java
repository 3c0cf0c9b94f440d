/**
 * Time, threads and their owners. The only package that reads a clock or starts a thread.
 *
 * <p>Every virtual thread belongs to a {@link omega.flock.runtime.TaskScope}; the few platform threads read sockets.
 */
package omega.flock.runtime;
