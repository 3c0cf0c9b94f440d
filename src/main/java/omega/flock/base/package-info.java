/**
 * Values that every layer shares: keys, topics, addresses, close reasons and exceptions.
 *
 * <p>All types here are immutable and safe to share between threads. Nothing in this package blocks or performs I/O. No method takes
 * {@code null}: it throws a {@link java.lang.NullPointerException} with the name of the parameter. None returns it but what
 * {@link java.lang.Throwable} has so.
 */
package omega.flock.base;
