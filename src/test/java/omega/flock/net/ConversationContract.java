package omega.flock.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What every port of this machine does, also while a user reads it in its reader's place. */
abstract class ConversationContract extends UdpPortContract {

    /** A conversation of the calling thread with a port, by datagrams of one byte; other datagrams are nobody's. */
    final class Talk implements AutoCloseable {
        final BlockingQueue<Thread> readers = new LinkedBlockingQueue<>();
        final BlockingQueue<Throwable> failures = new LinkedBlockingQueue<>();
        private volatile Thread user;
        private volatile Runnable ofUser = () -> { };
        final UdpPort port;
        final UdpPort peer;

        Talk() throws IOException {
            port = bind(ANY, new DatagramHandler() {
                @Override
                public boolean onDatagram(UdpPort self, InetSocketAddress source, ByteBuffer datagram) {
                    if (datagram.remaining() == 1) {
                        self.arrivedFor(Talk.this);
                    }
                    readers.add(Thread.currentThread());
                    if (Thread.currentThread() == user && datagram.remaining() == 2) {
                        ofUser.run();
                    }
                    return true;
                }

                @Override
                public void onPortFailed(UdpPort self, Throwable cause) {
                    failures.add(cause);
                }
            });
            peer = bind(ANY, collector);
        }

        /** {@return whether this thread has read the datagram itself} */
        boolean exchange() throws Exception {
            boolean mine = port.beginReading(this, true);
            send(1);
            if (mine) {
                port.readInTurn();
            }
            return reader() == Thread.currentThread();
        }

        /** Goes on until the port is left to this thread. */
        void earn() throws Exception {
            do {
                while (!exchange()) {
                    assertTrue(port.isOpen());
                }
            } while (!port.beginReading(this, true)); // unless the reader was quicker
        }

        /** Goes on until this thread has read a datagram of so many bytes. */
        void readItself(int bytes) throws Exception {
            do {
                earn();
                send(bytes);
                port.readInTurn();
            } while (reader() != Thread.currentThread()); // unless it took the system longer than a user waits
        }

        /** Does something, once, when this thread has read a datagram of two bytes. */
        void atOwnReading(Runnable action) throws Exception {
            ofUser = action;
            user = Thread.currentThread();
            readItself(2);
        }

        void send(int bytes) throws IOException {
            peer.send(ByteBuffer.allocate(bytes), port.localAddress());
        }

        Thread reader() throws InterruptedException {
            Thread reader = readers.poll(10, TimeUnit.SECONDS);
            assertTrue(reader != null, "whoever reads, all of it comes");
            return reader;
        }

        @Override
        public void close() {
            port.close();
            peer.close();
        }
    }

    @Test
    void aUserReadsThePortItselfOnceItsRepliesAreAllThatComes() throws Exception {
        try (Talk talk = new Talk()) {
            talk.readItself(1);
        }
    }

    @Test
    void whatComesWhileTheUserIsAwayWaitsForNobody() throws Exception {
        try (Talk talk = new Talk()) {
            talk.earn();
            talk.port.readInTurn(); // nothing comes
            for (int bytes : new int[] {1, 2}) {
                talk.send(bytes);
                assertTrue(talk.reader() != Thread.currentThread());
            }
            talk.readItself(1);
            talk.send(2); // the next reading would be the user's, who does not come
            assertTrue(talk.reader() != Thread.currentThread());
        }
    }

    @Test
    void aBurstOrAnyOtherDatagramGivesThePortBackToItsReader() throws Exception {
        try (Talk talk = new Talk()) {
            talk.readItself(2);
            assertFalse(talk.port.beginReading(talk, true));
            talk.send(1);
            assertTrue(talk.reader() != Thread.currentThread());
            talk.earn();
            for (int i = 0; i < 60; i++) {
                talk.send(1);
            }
            talk.port.readInTurn();
            for (int i = 0; i < 60; i++) {
                talk.reader();
            }
        }
    }

    @Test
    void closingEndsTheUserThatReadsAndFreesTheAddress() throws Exception {
        for (int i = 0; i < 20; i++) {
            Talk talk = new Talk();
            talk.earn();
            InetSocketAddress address = talk.port.localAddress();
            Thread closer = new Thread(talk::close);
            closer.start();
            talk.port.readInTurn();
            closer.join();
            assertEquals(List.of(), List.copyOf(talk.failures));
            bind(address, collector).close();
        }
    }

    @Test
    void aUserThatReadsMayCloseThePort() throws Exception {
        try (Talk talk = new Talk()) {
            talk.atOwnReading(talk.port::close);
            assertFalse(talk.port.isOpen());
            assertFalse(talk.port.beginReading(talk, true));
            assertEquals(List.of(), List.copyOf(talk.failures));
            bind(talk.port.localAddress(), collector).close();
        }
    }

    @Test
    void anErrorOnAUserThatReadsClosesThePortAndNotTheUser() throws Exception {
        try (Talk talk = new Talk()) {
            talk.atOwnReading(() -> {
                throw new OutOfMemoryError("on purpose");
            });
            assertEquals("on purpose", talk.failures.poll(10, TimeUnit.SECONDS).getMessage());
            assertFalse(talk.port.isOpen());
        }
    }

    @Test
    void anInterruptOfAUserThatReadsHurtsNobody() throws Exception {
        try (Talk talk = new Talk()) {
            talk.earn();
            Thread.currentThread().interrupt();
            talk.port.readInTurn();
            assertTrue(Thread.interrupted());
            talk.send(1);
            assertTrue(talk.reader() != Thread.currentThread());
            talk.earn();
        }
    }
}
