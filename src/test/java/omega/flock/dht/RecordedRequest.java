package omega.flock.dht;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import omega.flock.base.PeerAddress;
import omega.flock.dht.message.DhtCommand;
import omega.flock.net.UdpPort;
import omega.flock.rpc.IncomingRequest;
import omega.flock.rpc.routing.NodeId;
import omega.flock.runtime.NetworkSource;

/** A request that writes down what is answered to it, as text: {@code kind to via value}. */
final class RecordedRequest implements IncomingRequest {

    static final PeerAddress CLIENT = new PeerAddress("10.0.0.1", 1001);
    static final PeerAddress SELF = new PeerAddress("10.0.0.9", 49737);

    /** A port that only has a name. */
    record NamedPort(String name) implements UdpPort {
        @Override
        public InetSocketAddress localAddress() {
            return SELF.toSocketAddress();
        }

        @Override
        public void send(ByteBuffer datagram, InetSocketAddress to) {
            throw new AssertionError("nothing is sent past the request");
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {
            throw new AssertionError("nobody but the owner closes a port");
        }

        @Override
        public String toString() {
            return name;
        }
    }

    static final NamedPort SERVER_PORT = new NamedPort("server");
    static final NamedPort PUNCH_PORT = new NamedPort("punch");

    private final DhtCommand command;
    private final PeerAddress from;
    private final Optional<NodeId> target;
    private final Optional<byte[]> token;
    private final Optional<byte[]> value;
    private final List<String> answers = Collections.synchronizedList(new ArrayList<>());

    private RecordedRequest(DhtCommand command, PeerAddress from, Optional<NodeId> target, Optional<byte[]> token,
            Optional<byte[]> value) {
        this.command = command;
        this.from = from;
        this.target = target;
        this.token = token;
        this.value = value;
    }

    static RecordedRequest of(DhtCommand command) {
        return new RecordedRequest(command, CLIENT, Optional.empty(), Optional.empty(), Optional.empty());
    }

    RecordedRequest from(PeerAddress address) {
        return new RecordedRequest(command, address, target, token, value);
    }

    RecordedRequest target(NodeId point) {
        return new RecordedRequest(command, from, Optional.of(point), token, value);
    }

    RecordedRequest token(byte[] bytes) {
        return new RecordedRequest(command, from, target, Optional.of(bytes), value);
    }

    RecordedRequest value(byte[] bytes) {
        return new RecordedRequest(command, from, target, token, Optional.of(bytes));
    }

    /** {@return what was answered so far} */
    List<String> answers() {
        return List.copyOf(answers);
    }

    static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    private static String text(Optional<byte[]> bytes) {
        return bytes.map(RecordedRequest::hex).orElse("null");
    }

    @Override
    public PeerAddress from() {
        return from;
    }

    @Override
    public NetworkSource source() {
        return NetworkSource.of(from.toSocketAddress());
    }

    @Override
    public PeerAddress to() {
        return SELF;
    }

    @Override
    public int tid() {
        return 4711;
    }

    @Override
    public int command() {
        return command.code();
    }

    @Override
    public Optional<NodeId> target() {
        return target;
    }

    @Override
    public Optional<byte[]> value() {
        return value.map(byte[]::clone);
    }

    @Override
    public Optional<byte[]> token() {
        return token.map(byte[]::clone);
    }

    @Override
    public UdpPort port() {
        return SERVER_PORT;
    }

    @Override
    public void reply(Optional<byte[]> bytes) {
        answers.add("reply " + text(bytes));
    }

    @Override
    public void replyWithoutToken(Optional<byte[]> bytes) {
        answers.add("replyWithoutToken " + text(bytes));
    }

    @Override
    public void replyBare(Optional<byte[]> bytes) {
        answers.add("replyBare " + text(bytes));
    }

    @Override
    public void error(int code) {
        answers.add("error " + code);
    }

    @Override
    public void replyTo(PeerAddress to, UdpPort via, byte[] bytes) {
        answers.add("replyTo " + to + " " + via + " " + hex(bytes));
    }

    @Override
    public void forward(byte[] bytes, PeerAddress to, UdpPort via) {
        answers.add("forward " + to + " " + via + " " + hex(bytes));
    }
}
