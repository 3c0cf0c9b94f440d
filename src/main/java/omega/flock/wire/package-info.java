/**
 * The compact encoding of the JavaScript stack: little-endian integers, variable-length counts, length-prefixed bytes.
 *
 * <p>Pure. A reader names the field that it reads, so that a bad datagram says which of its fields was bad.
 */
package omega.flock.wire;
