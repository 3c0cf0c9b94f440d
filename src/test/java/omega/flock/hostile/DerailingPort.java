package omega.flock.hostile;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.locks.ReentrantLock;
import omega.flock.net.DatagramHandler;
import omega.flock.net.PortBinder;
import omega.flock.net.UdpPort;

/** A port that sends what it is given, until so many datagrams have left its host; then it changes every other one. */
final class DerailingPort implements UdpPort {

    /** Makes the ports of one host, which go wrong together. */
    static final class Binder implements PortBinder {

        private final PortBinder inner;
        private final ReentrantLock lock = new ReentrantLock();
        private final SplittableRandom random; // guarded by lock
        private int honest; // guarded by lock; datagrams that still leave as they are
        private byte[] earlier = {}; // guarded by lock; one that was sent

        Binder(PortBinder inner, int honest, SplittableRandom random) {
            this.inner = inner;
            this.honest = honest;
            this.random = random;
        }

        @Override
        public UdpPort bind(InetSocketAddress local, DatagramHandler handler) throws IOException {
            DerailingPort port = new DerailingPort(this);
            port.inner = inner.bind(local, (on, source, datagram) -> handler.onDatagram(port, source, datagram));
            return port;
        }

        /** {@return what is sent in place of a datagram} */
        private byte[] derailed(byte[] datagram) {
            lock.lock();
            try {
                if (honest-- > 0 || random.nextBoolean()) {
                    earlier = random.nextInt(4) == 0 ? datagram : earlier;
                    return datagram;
                }
                return changed(datagram);
            } finally {
                lock.unlock();
            }
        }

        private byte[] changed(byte[] datagram) {
            int at = random.nextInt(datagram.length + 1);
            switch (random.nextInt(7)) {
                case 0 -> {
                    return Arrays.copyOf(datagram, at);
                }
                case 1 -> {
                    return Arrays.copyOf(datagram, Math.min(1472, datagram.length + random.nextInt(100)));
                }
                case 2 -> {
                    return earlier;
                }
                case 3 -> {
                    byte[] rest = new byte[datagram.length - at];
                    random.nextBytes(rest);
                    System.arraycopy(rest, 0, datagram, at, rest.length);
                    return datagram;
                }
                case 4 -> {
                    byte[] both = Arrays.copyOf(datagram, at + Math.min(earlier.length, 1472 - at));
                    System.arraycopy(earlier, 0, both, at, both.length - at);
                    return both;
                }
                default -> {
                    int head = Math.min(datagram.length, random.nextBoolean() ? 20 : datagram.length);
                    for (int i = 1 + random.nextInt(3); i > 0 && head > 0; i--) {
                        datagram[random.nextInt(head)] ^= (byte) (1 << random.nextInt(8));
                    }
                    return datagram;
                }
            }
        }
    }

    private final Binder binder;
    private volatile UdpPort inner;

    private DerailingPort(Binder binder) {
        this.binder = binder;
    }

    @Override
    public InetSocketAddress localAddress() {
        return inner.localAddress();
    }

    @Override
    public void send(ByteBuffer datagram, InetSocketAddress to) throws IOException {
        byte[] bytes = new byte[datagram.remaining()];
        datagram.get(bytes);
        inner.send(ByteBuffer.wrap(binder.derailed(bytes)), to);
    }

    @Override
    public boolean isOpen() {
        return inner.isOpen();
    }

    @Override
    public void close() {
        inner.close();
    }
}
