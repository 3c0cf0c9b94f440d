package omega.flock.acceptance;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Sends hostile datagrams from many ports of this machine to those behind some taps, as fast as these read them; whatever
 * else arrives there becomes material for the next ones.
 */
final class Attack implements Tap.Watcher, AutoCloseable {

    private static final int SOURCES = 48;
    /** So many under way at once fit the receive buffer of a socket, whatever it was granted, when nothing else is in it. */
    private static final int UNDER_WAY = 64;
    /** When none arrives for so long, the system has dropped all that are under way: its buffer was full of other traffic. */
    private static final long LOST_MILLIS = 2;

    private final Captures captures = new Captures();
    private final AtomicLong arrived = new AtomicLong();
    private final Semaphore room = new Semaphore(UNDER_WAY);
    private final List<DatagramChannel> sources = new ArrayList<>();
    private final BitSet sourcePorts = new BitSet(1 << 16); // complete before anything is sent
    private final Random random;
    private final HostileDatagrams hostile;
    private long sent;
    private long refused;
    private long lost;

    Attack(long seed) throws IOException {
        random = new Random(seed);
        hostile = new HostileDatagrams(captures, seed);
        for (int i = 0; i < SOURCES; i++) {
            DatagramChannel source = DatagramChannel.open();
            source.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            sources.add(source);
            sourcePorts.set(((InetSocketAddress) source.getLocalAddress()).getPort());
        }
    }

    @Override
    public void arrived(InetSocketAddress at, InetSocketAddress from, ByteBuffer datagram) {
        if (sourcePorts.get(from.getPort())) {
            arrived.incrementAndGet();
            room.release();
        } else {
            captures.take(at, datagram);
        }
    }

    Captures captures() {
        return captures;
    }

    long arrived() {
        return arrived.get();
    }

    /**
     * Sends until so many have arrived at the readers of the targets.
     *
     * @throws IOException if the system drops nearly all of them
     */
    void run(long datagrams, List<Tap> targets) throws IOException, InterruptedException {
        List<InetSocketAddress> addresses = targets.stream().flatMap(tap -> tap.addresses().stream()).toList();
        long goal = arrived.get() + datagrams;
        long giveUp = sent + 10 * datagrams;
        while (arrived.get() < goal) {
            if (sent == giveUp) {
                throw new IOException("the system dropped nine of ten: " + this);
            }
            InetSocketAddress target = addresses.get(random.nextInt(addresses.size()));
            ByteBuffer datagram = ByteBuffer.wrap(hostile.next(target));
            try {
                sources.get(random.nextInt(SOURCES)).send(datagram, target);
                sent++;
            } catch (IOException e) {
                refused++; // by the system: an ICMP error of an earlier datagram shows here
                room.release();
            }
            if (!room.tryAcquire(LOST_MILLIS, TimeUnit.MILLISECONDS)) {
                lost += UNDER_WAY;
                room.release(UNDER_WAY - 1); // one is taken by the datagram just sent
            }
        }
    }

    @Override
    public String toString() {
        return sent + " sent, " + arrived + " arrived, " + lost + " taken for lost, " + refused + " refused by the system, seen: " + captures.kinds();
    }

    @Override
    public void close() throws IOException {
        for (DatagramChannel source : sources) {
            source.close();
        }
    }
}
