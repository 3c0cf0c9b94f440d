/**
 * Values that every layer shares: keys, topics, addresses, close reasons and exceptions.
 *
 * <p>All types here are immutable and safe to share between threads. Nothing in this package blocks or performs I/O.
 */
package omega.flock.base;
