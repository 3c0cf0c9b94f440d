package omega.flock.net;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import omega.flock.runtime.ClosingSteps;
import omega.flock.runtime.DaemonThreads;

/**
 * Many ports of this machine that have one reader, a platform thread named {@code flock-udp-group}, and one selector, in place of
 * one of each, and 64 KB of buffers, for every port. The reader is there as long as one of its ports is.
 *
 * <p>A port that receives a datagram of more than so many bytes has become one that matters: it gets a reader of its own, and with
 * it all that {@link DatagramUdpPort} can do.
 *
 * <pre>
 *   a port:   SHARED ──long datagram──► OWN     one datagram after the other, whichever thread reads
 *                └──────── close() ──────┴────► CLOSED
 * </pre>
 */
final class PortGroup implements PortBinder {

    private static final Logger LOG = System.getLogger("omega.flock.net");

    private final int smallBytes;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition ended = lock.newCondition();
    private Optional<Selector> selector = Optional.empty(); // guarded by lock; there as long as the reader is
    private volatile Thread reader; // who has the ports now, or had them last; null before the first

    /** Creates a group without ports. */
    PortGroup(int smallBytes) {
        this.smallBytes = smallBytes;
    }

    @Override
    public UdpPort bind(InetSocketAddress local, DatagramHandler handler) throws IOException {
        DatagramChannel channel = BoundChannel.open(local);
        lock.lock();
        try {
            if (selector.isEmpty()) {
                Selector opened = Selector.open();
                selector = Optional.of(opened);
                DaemonThreads.start("flock-udp-group", () -> readUntilEmpty(opened));
            }
            Port port = new Port(channel, selector.get(), handler);
            channel.register(selector.get(), SelectionKey.OP_READ, port);
            selector.get().wakeup(); // a selection that is under way does not know the port
            return port;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void awaitReleased() {
        lock.lock();
        try {
            long left = NetConstants.RELEASE_NANOS;
            while (selector.isPresent() && left > 0) {
                left = ended.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }

    private void readUntilEmpty(Selector ours) {
        reader = Thread.currentThread();
        try {
            ByteBuffer buffer = ByteBuffer.allocateDirect(NetConstants.LARGEST_DATAGRAM_BYTES);
            List<SelectionKey> grown = new ArrayList<>();
            do {
                ours.select(key -> {
                    if (readOne((Port) key.attachment(), buffer)) {
                        grown.add(key);
                    }
                });
                grown.forEach(key -> {
                    key.cancel();
                    ((Port) key.attachment()).readAlone();
                });
                grown.clear();
            } while (!endIfEmpty(ours));
        } catch (Throwable e) {
            LOG.log(Level.WARNING, "port.group.failed", e);
            failAll(ours, e);
        }
    }

    /** The reader has failed: its ports would look open and be deaf. The next one that is bound gets another reader. */
    private void failAll(Selector ours, Throwable cause) {
        List<Port> left = new ArrayList<>();
        lock.lock();
        try {
            selector = Optional.empty();
            if (ours.isOpen()) {
                ours.keys().stream().filter(SelectionKey::isValid).forEach(key -> left.add((Port) key.attachment()));
                ours.close();
            }
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "port.group.close.failed", e);
        } finally {
            ended.signalAll();
            lock.unlock();
        }
        left.forEach(port -> port.fail(cause));
    }

    /**
     * Ends the reader when nothing is left to be read. A key counts until it is cancelled, not until the selector has let go of it:
     * a selection forgets a wake-up that comes after it has looked for cancelled keys, and the next one would wait for ever.
     */
    private boolean endIfEmpty(Selector ours) {
        lock.lock();
        try {
            for (SelectionKey key : ours.keys()) {
                if (key.isValid()) {
                    return false;
                }
            }
            selector = Optional.empty();
            ended.signalAll();
            ours.close();
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "port.group.close.failed", e);
        } finally {
            lock.unlock();
        }
        return true;
    }

    /**
     * Reads one datagram, so that all ports have their turn; the next selection finds a port again that has more. Returns whether it
     * was a long one.
     */
    private boolean readOne(Port port, ByteBuffer buffer) {
        int length;
        try {
            InetSocketAddress source = (InetSocketAddress) port.channel.receive(buffer.clear());
            if (source == null) {
                return false;
            }
            length = buffer.flip().remaining();
            port.handler.onDatagram(port, source, buffer);
        } catch (ClosedChannelException e) {
            return false;
        } catch (IOException e) {
            // An ICMP error about an earlier send surfaces on the next receive; the port itself is well.
            LOG.log(Level.DEBUG, "port.receive.failed port=" + port, e);
            return false;
        } catch (RuntimeException e) {
            // A handler that lets an exception out has a bug of ours; the next datagram must still be read.
            LOG.log(Level.ERROR, "port.handler.failed port=" + port, e);
            return false;
        } catch (Error e) {
            port.fail(e); // and no other of the group
            return false;
        }
        return length > smallBytes;
    }

    /** One of the ports. */
    private final class Port implements UdpPort {

        private final DatagramChannel channel;
        private final Selector shared;
        private final DatagramHandler handler;
        private final Consumer<Throwable> told; // that the port has failed: made while there is memory for it
        private final InetSocketAddress localAddress;
        private volatile Optional<DatagramUdpPort> own = Optional.empty(); // once it has a reader of its own
        private volatile boolean failed;

        private Port(DatagramChannel channel, Selector shared, DatagramHandler handler) throws IOException {
            this.channel = channel;
            this.shared = shared;
            this.handler = handler;
            this.told = ClosingSteps.insisting(cause -> handler.onPortFailed(this, cause));
            this.localAddress = (InetSocketAddress) channel.getLocalAddress();
        }

        /** On the group's reader, which does not read it any more. */
        private void readAlone() {
            try {
                DatagramUdpPort alone = DatagramUdpPort.adopt(channel, new DatagramHandler() {
                    @Override
                    public boolean onDatagram(UdpPort port, InetSocketAddress source, ByteBuffer datagram) {
                        return handler.onDatagram(Port.this, source, datagram);
                    }

                    @Override
                    public int onDatagrams(UdpPort port, DatagramBatch batch, int first) {
                        return handler.onDatagrams(Port.this, batch, first);
                    }

                    @Override
                    public void onPortFailed(UdpPort port, Throwable cause) {
                        handler.onPortFailed(Port.this, cause);
                    }
                }, DatagramUdpPort.nativeCalls());
                own = Optional.of(alone);
                if (!channel.isOpen()) {
                    alone.close(); // whoever closed the port meanwhile found no reader to end
                }
            } catch (IOException e) {
                fail(e);
            }
        }

        private void fail(Throwable cause) {
            if (channel.isOpen()) { // else closed by whoever would want to know
                failed = true;
                try {
                    told.accept(cause);
                } finally {
                    close();
                }
            }
        }

        @Override
        public InetSocketAddress localAddress() {
            return localAddress;
        }

        @Override
        public void send(ByteBuffer datagram, InetSocketAddress to) throws IOException {
            if (own.isPresent()) {
                own.get().send(datagram, to);
                return;
            }
            // The reader has all the other ports to read, and does not wait for this one's buffer.
            if (BoundChannel.trySend(channel, datagram, to, Thread.currentThread() == reader ? 0 : NetConstants.SEND_RETRIES) < 0) {
                throw new IOException("the send buffer of " + this + " stays full");
            }
        }

        @Override
        public int send(DatagramBatch batch, boolean patient) {
            return own.isPresent() ? own.get().send(batch, patient) : UdpPort.super.send(batch, patient);
        }

        @Override
        public boolean sendWithTtl(ByteBuffer datagram, InetSocketAddress to, int ttl) throws IOException {
            return own.isPresent() && own.get().sendWithTtl(datagram, to, ttl);
        }

        @Override
        public void arrivedFor(Object conversation) {
            if (own.isPresent()) {
                own.get().arrivedFor(conversation);
            }
        }

        @Override
        public boolean beginReading(Object conversation, boolean inConversation) {
            return own.isPresent() && own.get().beginReading(conversation, inConversation);
        }

        @Override
        public void readInTurn() {
            own.orElseThrow().readInTurn();
        }

        @Override
        public boolean isOpen() {
            return channel.isOpen() && !failed;
        }

        @Override
        public void close() {
            try {
                channel.close();
                shared.wakeup(); // the selector lets go of the descriptor only in its next selection
            } catch (IOException e) {
                LOG.log(Level.DEBUG, "port.close.failed port=" + this, e);
            }
            own.ifPresent(DatagramUdpPort::close);
        }

        @Override
        public String toString() {
            return "UdpPort[" + localAddress.getHostString() + ":" + localAddress.getPort() + ", of a group]";
        }
    }
}
