/**
 * The UDX packet: its 20-byte header, its flags and the SACK blocks of an ACK. Pure.
 *
 * <p>This is the hot path of a transfer, so fields are read from and written to a {@link java.nio.ByteBuffer} in place, and one
 * {@link omega.flock.transport.packet.PacketHeader} is reused for many packets instead of one record for each.
 */
package omega.flock.transport.packet;
