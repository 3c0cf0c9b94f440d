package omega.flock.rpc;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import omega.flock.base.PeerAddress;
import omega.flock.rpc.routing.NodeId;
import omega.flock.rpc.routing.RoutingConstants;
import omega.flock.wire.MalformedMessageException;
import omega.flock.wire.WireReader;
import omega.flock.wire.WireWriter;

/**
 * A datagram of the RPC protocol. Its first byte is {@code type << 4 | version}, the version is 3 (dht-rpc 6.27.0
 * {@code lib/io.js}). Byte arrays in a message are not copied.
 */
sealed interface RpcMessage permits RpcMessage.Request, RpcMessage.Reply {

    /** Ids of sender and target are the fields they were sent as; whether a sender's id is true is for others to check. */
    int FLAG_ID = 0x01;

    int FLAG_TOKEN = 0x02;

    /** Of requests: the command is one of {@link InternalCommand}. */
    int FLAG_INTERNAL = 0x04;

    /** Of requests. */
    int FLAG_TARGET = 0x08;

    int FLAG_VALUE = 0x10;

    /** Of replies. */
    int FLAG_CLOSER_NODES = 0x04;

    /** Of replies. */
    int FLAG_ERROR = 0x08;

    /** Returns the transaction id, 0 to 65535. */
    int tid();

    /** Returns the address to which the message is sent, as its sender sees it. */
    PeerAddress to();

    /** Returns the bytes of the datagram. */
    byte[] encode();

    /** Tells by length and first byte whether a datagram is one of this protocol. */
    static boolean isRpc(ByteBuffer datagram) {
        return datagram.remaining() >= 2 && isType(datagram.get(datagram.position()));
    }

    /** Tells by the first byte whether a datagram of this protocol is a request. */
    static boolean isRequest(ByteBuffer datagram) {
        return datagram.get(datagram.position()) == RpcConstants.REQUEST_BYTE;
    }

    /**
     * Decodes a datagram. Unknown flags and bytes after the last field are ignored, as dht-rpc does.
     *
     * @throws MalformedMessageException if it is none of this protocol, or is cut off
     */
    static RpcMessage decode(ByteBuffer datagram) {
        WireReader in = WireReader.of(datagram);
        int type = in.uint8("rpc.type");
        return switch (type) {
            case RpcConstants.REQUEST_BYTE -> Request.decode(in);
            case RpcConstants.REPLY_BYTE -> Reply.decode(in);
            default -> throw new MalformedMessageException("rpc.type: " + type);
        };
    }

    private static boolean isType(byte first) {
        return first == RpcConstants.REQUEST_BYTE || first == RpcConstants.REPLY_BYTE;
    }

    private static NodeId readId(WireReader in, String field) {
        return NodeId.of(in.fixed(field, RoutingConstants.ID_BYTES));
    }

    /**
     * A request.
     *
     * <pre>
     *  0        1        2        3        4                             10
     * +--------+--------+--------+--------+--------+--- ... ---+--------+
     * |  0x03  | flags  | tid, 16 bit LE  | to: 4 octets, port 16 bit LE|
     * +--------+--------+--------+--------+--------+--- ... ---+--------+
     * | id of the sender, 32 bytes                     if flags & 0x01  |
     * | token, 32 bytes                                if flags & 0x02  |
     * | command, uint             of the application unless flags & 0x04|
     * | target, 32 bytes                               if flags & 0x08  |
     * | value: uint length, bytes                      if flags & 0x10  |
     * +-----------------------------------------------------------------+
     * </pre>
     *
     * @param tid transaction id
     * @param to the address to which it is sent
     * @param id what the sender says its id is
     * @param token given by the receiver before
     * @param internal which space the command is of
     * @param command its number
     * @param target what it is about
     * @param value its argument
     */
    record Request(int tid, PeerAddress to, Optional<NodeId> id, Optional<byte[]> token, boolean internal, int command,
            Optional<NodeId> target, Optional<byte[]> value) implements RpcMessage {

        private static Request decode(WireReader in) {
            long flags = in.uint("request.flags");
            int tid = in.uint16("request.tid");
            PeerAddress to = in.ipv4Address("request.to");
            Optional<NodeId> id = has(flags, FLAG_ID) ? Optional.of(readId(in, "request.id")) : Optional.empty();
            Optional<byte[]> token = has(flags, FLAG_TOKEN)
                    ? Optional.of(in.fixed("request.token", RpcConstants.TOKEN_BYTES)) : Optional.empty();
            int command = in.uint("request.command", Integer.MAX_VALUE);
            Optional<NodeId> target =
                    has(flags, FLAG_TARGET) ? Optional.of(readId(in, "request.target")) : Optional.empty();
            Optional<byte[]> value = has(flags, FLAG_VALUE)
                    ? Optional.of(in.buffer("request.value", RpcConstants.MAX_VALUE_BYTES)) : Optional.empty();
            return new Request(tid, to, id, token, has(flags, FLAG_INTERNAL), command, target, value);
        }

        @Override
        public byte[] encode() {
            WireWriter out = new WireWriter()
                    .uint8(RpcConstants.REQUEST_BYTE)
                    .uint8(flag(id.isPresent(), FLAG_ID) | flag(token.isPresent(), FLAG_TOKEN)
                            | flag(internal, FLAG_INTERNAL) | flag(target.isPresent(), FLAG_TARGET)
                            | flag(value.isPresent(), FLAG_VALUE))
                    .uint16(tid)
                    .ipv4Address(to);
            id.ifPresent(bytes -> out.raw(bytes.toBytes()));
            token.ifPresent(bytes -> out.fixed(bytes, RpcConstants.TOKEN_BYTES));
            out.uint(command);
            target.ifPresent(bytes -> out.raw(bytes.toBytes()));
            value.ifPresent(out::buffer);
            return out.toBytes();
        }
    }

    /**
     * A reply.
     *
     * <pre>
     *  0        1        2        3        4                             10
     * +--------+--------+--------+--------+--------+--- ... ---+--------+
     * |  0x13  | flags  | tid of request  | to: 4 octets, port 16 bit LE|
     * +--------+--------+--------+--------+--------+--- ... ---+--------+
     * | id of the replier, 32 bytes                    if flags & 0x01  |
     * | token, 32 bytes                                if flags & 0x02  |
     * | closer nodes: uint count, 6 bytes each         if flags & 0x04  |
     * | error, uint                                    if flags & 0x08  |
     * | value: uint length, bytes                      if flags & 0x10  |
     * +-----------------------------------------------------------------+
     * </pre>
     *
     * @param tid transaction id of the request
     * @param to the address to which it is sent, by which the requester learns its own
     * @param id what the replier says its id is
     * @param token for later requests to the replier
     * @param closerNodes addresses of nodes near the target; sent only if there are any
     * @param error 0 if none, which is not sent
     * @param value the result
     */
    record Reply(int tid, PeerAddress to, Optional<NodeId> id, Optional<byte[]> token, List<PeerAddress> closerNodes,
            int error, Optional<byte[]> value) implements RpcMessage {

        /** What the length of a value takes at most. */
        private static final int LENGTH_BYTES = 3;

        /**
         * {@return what of this reply fits into so many bytes}. It begins with what it cannot do without: its id above all, by which a
         * node stays in the routing tables of others; then the token, with which the asker proves where it is, the value or none of it,
         * and the nearest of the closer nodes.
         */
        Reply trimmed(int bytes) {
            Reply least = new Reply(tid, to, id, Optional.empty(), List.of(), error, Optional.empty());
            int left = bytes - least.encode().length;
            Optional<byte[]> keptToken = token.filter(bytesOf(left));
            left -= keptToken.map(kept -> kept.length).orElse(0);
            Optional<byte[]> keptValue = value.filter(bytesOf(left - LENGTH_BYTES));
            left -= keptValue.map(kept -> kept.length + LENGTH_BYTES).orElse(0);
            int nodes = Math.clamp((left - 1) / RpcConstants.ADDRESS_BYTES, 0, closerNodes.size());
            return new Reply(tid, to, id, keptToken, closerNodes.subList(0, nodes), error, keptValue);
        }

        private static Predicate<byte[]> bytesOf(int atMost) {
            return part -> part.length <= atMost;
        }

        private static Reply decode(WireReader in) {
            long flags = in.uint("reply.flags");
            int tid = in.uint16("reply.tid");
            PeerAddress to = in.ipv4Address("reply.to");
            Optional<NodeId> id = has(flags, FLAG_ID) ? Optional.of(readId(in, "reply.id")) : Optional.empty();
            Optional<byte[]> token = has(flags, FLAG_TOKEN)
                    ? Optional.of(in.fixed("reply.token", RpcConstants.TOKEN_BYTES)) : Optional.empty();
            List<PeerAddress> closer = has(flags, FLAG_CLOSER_NODES)
                    ? in.list("reply.closerNodes", RpcConstants.MAX_VALUE_BYTES, RpcConstants.ADDRESS_BYTES,
                            item -> item.ipv4Address("reply.closerNodes"))
                    : List.of();
            int error = has(flags, FLAG_ERROR) ? in.uint("reply.error", Integer.MAX_VALUE) : RpcConstants.OK;
            Optional<byte[]> value = has(flags, FLAG_VALUE)
                    ? Optional.of(in.buffer("reply.value", RpcConstants.MAX_VALUE_BYTES)) : Optional.empty();
            return new Reply(tid, to, id, token, closer, error, value);
        }

        @Override
        public byte[] encode() {
            WireWriter out = new WireWriter()
                    .uint8(RpcConstants.REPLY_BYTE)
                    .uint8(flag(id.isPresent(), FLAG_ID) | flag(token.isPresent(), FLAG_TOKEN)
                            | flag(!closerNodes.isEmpty(), FLAG_CLOSER_NODES) | flag(error > 0, FLAG_ERROR)
                            | flag(value.isPresent(), FLAG_VALUE))
                    .uint16(tid)
                    .ipv4Address(to);
            id.ifPresent(bytes -> out.raw(bytes.toBytes()));
            token.ifPresent(bytes -> out.fixed(bytes, RpcConstants.TOKEN_BYTES));
            if (!closerNodes.isEmpty()) {
                out.uint(closerNodes.size());
                for (PeerAddress node : closerNodes) {
                    out.ipv4Address(node);
                }
            }
            if (error > 0) {
                out.uint(error);
            }
            value.ifPresent(out::buffer);
            return out.toBytes();
        }
    }

    private static boolean has(long flags, int flag) {
        return (flags & flag) != 0;
    }

    private static int flag(boolean set, int flag) {
        return set ? flag : 0;
    }
}
