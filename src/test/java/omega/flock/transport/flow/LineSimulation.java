package omega.flock.transport.flow;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.PriorityQueue;
import java.util.Random;
import omega.flock.transport.packet.PacketConstants;
import omega.flock.transport.packet.PacketHeader;

/**
 * Bulk streams that share one long line, in virtual time: each direction loses at random, holds packets in a drop-tail queue until
 * its rate lets them through, and takes its time. Real machines at both ends; the same seed gives the same run.
 */
final class LineSimulation {
    private static final InetSocketAddress ADDRESS = new InetSocketAddress("192.0.2.1", 1001);
    private static final int IP_UDP_BYTES = 28;
    private static final long REORDER_NANOS = 5_000_000;
    private static final byte[] ZEROS = new byte[FlowConstants.SEND_HIGH_WATER_BYTES];

    /** A line; the delay is one way, the queue counts 1024 bytes a kilobyte, like {@code MB} here counts 10^6. */
    record Line(double delayMillis, double megabits, int queueKilobytes, double lossPercent, double reorderPercent) {
        double bytesPerNano() {
            return megabits / 8_000;
        }
    }

    private record Arrival(long at, long order, Flow flow, boolean toReceiver, byte[] datagram) implements Comparable<Arrival> {
        @Override
        public int compareTo(Arrival other) {
            return at != other.at ? Long.compare(at, other.at) : Long.compare(order, other.order);
        }
    }

    /** One direction of the line. */
    private final class Direction {
        private double freeAt;
        private int dropped;
        private int lost;
        private double queueNanosSum;
        private long queueNanosMax;
        private int queued;

        void send(Flow flow, boolean toReceiver, ByteBuffer packet) {
            if (random.nextDouble() * 100 < line.lossPercent()) {
                lost++;
                return;
            }
            double start = Math.max(freeAt, now);
            if ((start - now) * line.bytesPerNano() > line.queueKilobytes() * 1024.0) {
                dropped++;
                return;
            }
            queueNanosSum += start - now;
            queueNanosMax = Math.max(queueNanosMax, (long) (start - now));
            queued++;
            freeAt = start + (packet.remaining() + IP_UDP_BYTES) / line.bytesPerNano();
            long late = random.nextDouble() * 100 < line.reorderPercent() ? REORDER_NANOS : 0;
            byte[] bytes = new byte[packet.remaining()];
            packet.get(bytes);
            underWay.add(new Arrival((long) (freeAt + line.delayMillis() * 1e6) + late, order++, flow, toReceiver, bytes));
        }
    }

    /** A sender and a receiver. */
    final class Flow {
        final StreamMachine sender;
        final CongestionController controller;
        private final StreamMachine receiver = new StreamMachine(StreamConfig.of(FlowConstants.DEFAULT_WINDOW_BYTES, true));
        private final long startAt;
        private final PacketHeader header = new PacketHeader();
        private long toWrite = Long.MAX_VALUE;
        private long bytesAtMark;
        private long finishedAt = -1;
        private long asleepUntil;
        private long sleepsAt;

        private Flow(CongestionController controller, long startAt) {
            this.controller = controller;
            this.sender = new StreamMachine(StreamConfig.of(FlowConstants.DEFAULT_WINDOW_BYTES, true), controller);
            this.startAt = startAt;
            sender.connect(now, new StreamPath(1, ADDRESS));
            receiver.connect(now, new StreamPath(2, ADDRESS));
        }

        /** Writes so many bytes and no more; {@link #finishedMillis} tells when they had all arrived. */
        Flow limitedTo(long bytes) {
            toWrite = bytes;
            return this;
        }

        Flow writeMore(long bytes) {
            toWrite += bytes;
            finishedAt = -1;
            return this;
        }

        /** {@return when everything written had arrived; negative if it has not} */
        long finishedMillis() {
            return finishedAt < 0 ? -1 : finishedAt / 1_000_000;
        }

        /** {@return MB a second since the last {@link LineSimulation#mark}} */
        double megabytesPerSecond() {
            return (receiver.view().receivedBytes() - bytesAtMark) * 1e3 / (now - markedAt);
        }

        FlowCounters counters() {
            return sender.view().counters();
        }

        long receivedBytes() {
            return receiver.view().receivedBytes();
        }

        private void act() {
            if (now < startAt) {
                return;
            }
            sender.onDeadline(now);
            receiver.onDeadline(now);
            boolean busy = true;
            while (busy) {
                if (!sender.isOver()) {
                    toWrite -= sender.write(ZEROS, 0, (int) Math.min(ZEROS.length, toWrite));
                }
                busy = poll(sender, true) | poll(receiver, false);
            }
            while (receiver.read(scratch, 0, scratch.length) > 0) {
                // the user takes everything at once
            }
            poll(receiver, false);
            if (toWrite == 0 && finishedAt < 0 && receiver.view().receivedBytes() == sender.view().writtenBytes()) {
                finishedAt = now;
            }
        }

        private boolean poll(StreamMachine machine, boolean toReceiver) {
            boolean any = false;
            while (machine.pollPacket(now, packet.clear())) {
                any = true;
                (toReceiver ? forth : back).send(this, toReceiver, packet.flip());
            }
            return any;
        }

        private long nextDeadline() {
            return now < startAt ? startAt : Math.max(asleepUntil, Math.min(sender.nextDeadline(), receiver.nextDeadline()));
        }

        /** The machine takes a pause now and then; what arrives meanwhile is found at its end. */
        private void mayFallAsleep() {
            if (pauseNanos > 0 && now >= sleepsAt) {
                asleepUntil = now + (long) (pauses.nextDouble() * pauseNanos);
                sleepsAt = asleepUntil + (long) (pauses.nextDouble() * 2 * pauseEveryNanos);
            }
        }

        private void arrive(Arrival arrival) {
            ByteBuffer buffer = ByteBuffer.wrap(arrival.datagram());
            header.decode(buffer);
            (arrival.toReceiver() ? receiver : sender).onPacket(now, header, buffer);
        }
    }

    private final Random random;
    private final Random pauses;
    private long pauseNanos;
    private long pauseEveryNanos;
    private final Direction forth = new Direction();
    private final Direction back = new Direction();
    private final PriorityQueue<Arrival> underWay = new PriorityQueue<>();
    private final List<Flow> flows = new ArrayList<>();
    private final ByteBuffer packet = ByteBuffer.allocate(PacketConstants.MAX_DATAGRAM_BYTES);
    private final byte[] scratch = new byte[65_536];
    private Line line;
    private long order;
    private long now;
    private long markedAt;

    LineSimulation(Line line, long seed) {
        this.line = line;
        this.random = new Random(seed);
        this.pauses = new Random(~seed);
    }

    /** Both ends of each stream take a pause of up to so long so often, as threads do that share a machine with others. */
    LineSimulation pausing(Duration atMost, Duration every) {
        pauseNanos = atMost.toNanos();
        pauseEveryNanos = every.toNanos();
        return this;
    }

    Flow flow(CongestionController controller, Duration startAfter) {
        Flow flow = new Flow(controller, now + startAfter.toNanos());
        flows.add(flow);
        return flow;
    }

    /** The line changes under the streams. */
    void become(Line other) {
        line = other;
    }

    /** Figures that are told from now on begin here. */
    LineSimulation mark() {
        markedAt = now;
        flows.forEach(flow -> flow.bytesAtMark = flow.receiver.view().receivedBytes());
        forth.dropped = 0;
        forth.lost = 0;
        forth.queueNanosSum = 0;
        forth.queueNanosMax = 0;
        forth.queued = 0;
        return this;
    }

    LineSimulation run(Duration time) {
        long endAt = now + time.toNanos();
        flows.forEach(Flow::act);
        while (true) {
            long next = underWay.isEmpty() ? Long.MAX_VALUE : underWay.peek().at();
            Flow due = null;
            for (Flow flow : flows) {
                if (flow.nextDeadline() < next) {
                    next = flow.nextDeadline();
                    due = flow;
                }
            }
            if (next > endAt) {
                now = endAt;
                return this;
            }
            now = Math.max(now, next);
            if (due == null) {
                Arrival arrival = underWay.remove();
                due = arrival.flow();
                if (now < due.asleepUntil) {
                    underWay.add(new Arrival(due.asleepUntil, arrival.order(), due, arrival.toReceiver(), arrival.datagram()));
                    continue;
                }
                due.arrive(arrival);
            }
            due.act();
            due.mayFallAsleep();
        }
    }

    long nowMillis() {
        return now / 1_000_000;
    }

    int droppedByQueue() {
        return forth.dropped;
    }

    /** {@return the mean time that packets wait in the queue} */
    double queueMillis() {
        return forth.queued == 0 ? 0 : forth.queueNanosSum / forth.queued / 1e6;
    }

    double queueMillisAtMost() {
        return forth.queueNanosMax / 1e6;
    }

    /** {@return Jain's index of fairness over the flows: 1 when all are equal} */
    double fairness() {
        double sum = 0;
        double squares = 0;
        for (Flow flow : flows) {
            sum += flow.megabytesPerSecond();
            squares += flow.megabytesPerSecond() * flow.megabytesPerSecond();
        }
        return sum * sum / (flows.size() * squares);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (Flow flow : flows) {
            text.append(String.format(Locale.ROOT, "%.2f MB/s (%d repeated, %d timeouts) ", flow.megabytesPerSecond(),
                    flow.counters().retransmissions(), flow.counters().timeouts()));
        }
        return text + String.format(Locale.ROOT, "queue dropped %d, lost %d, waited %.1f ms mean %.1f max, %s", droppedByQueue(),
                forth.lost, queueMillis(), queueMillisAtMost(), line);
    }
}
