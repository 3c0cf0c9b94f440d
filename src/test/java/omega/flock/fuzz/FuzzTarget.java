package omega.flock.fuzz;

import java.util.Arrays;
import java.util.Locale;
import java.util.function.Consumer;
import omega.flock.dht.message.MessageFuzz;
import omega.flock.noise.HandshakeFuzz;
import omega.flock.peer.relay.RelayFuzz;
import omega.flock.rpc.RpcMessageFuzz;
import omega.flock.secret.PullSideFuzz;
import omega.flock.transport.flow.StreamMachineFuzz;
import omega.flock.transport.packet.PacketFuzz;

/**
 * What strangers reach. Each target takes any bytes, in bounded time and memory, and throws nothing; what it would throw is a finding.
 * Codecs read an input as the message, state machines as a program that says what the peer and the user do.
 */
public enum FuzzTarget {
    /** Requests and replies of the RPC protocol. */
    RPC_MESSAGE(RpcMessageFuzz::message, 20_000),
    /** Values of the commands of the hash table, and payloads of Noise messages and of punches. */
    HANDSHAKE_MESSAGE(MessageFuzz::handshake, 10_000),
    HOLEPUNCH_MESSAGE(MessageFuzz::holepunch, 10_000),
    NOISE_PAYLOAD(MessageFuzz::noisePayload, 10_000),
    HOLEPUNCH_PAYLOAD(MessageFuzz::holepunchPayload, 10_000),
    PEER_RECORD(MessageFuzz::peerRecord, 10_000),
    LOOKUP_RECORDS(MessageFuzz::lookupRecords, 10_000),
    ANNOUNCE(MessageFuzz::announce, 10_000),
    MUTABLE_PUT_REQUEST(MessageFuzz::mutablePutRequest, 10_000),
    MUTABLE_GET_RESPONSE(MessageFuzz::mutableGetResponse, 10_000),
    /** Both messages of a handshake, at either end. */
    HANDSHAKE(HandshakeFuzz::messages, 300),
    /** Headers and selective acknowledgements of UDX. */
    PACKET(PacketFuzz::packet, 20_000),
    /** A stream of UDX between a user and a peer who both do anything. */
    STREAM_MACHINE(StreamMachineFuzz::program, 5_000),
    /** The receiving side of an encrypted stream whose peer speaks the protocol correctly up to a point. */
    PULL_SIDE(PullSideFuzz::program, 5_000),
    /** Frames of protomux and the messages of a blind relay in them. */
    MUX_FRAME(RelayFuzz::frames, 10_000),
    /** The channel to a blind relay. */
    RELAY_CHANNEL(RelayFuzz::channel, 10_000);

    private final Consumer<byte[]> code;
    private final int shortRun;

    FuzzTarget(Consumer<byte[]> code, int shortRun) {
        this.code = code;
        this.shortRun = shortRun;
    }

    /** {@return the target of a name such as {@code rpc-message}} */
    public static FuzzTarget named(String name) {
        return Arrays.stream(values()).filter(target -> target.fileName().equals(name)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no target " + name));
    }

    /** {@return the name of its corpus} */
    public String fileName() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Runs the target; whatever comes out is a finding. */
    public void run(byte[] input) {
        code.accept(input);
    }

    /** {@return how many inputs of a short run take about half a second} */
    int shortRun() {
        return shortRun;
    }
}
