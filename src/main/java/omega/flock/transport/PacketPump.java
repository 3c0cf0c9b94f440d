package omega.flock.transport;

/**
 * Used by whoever sends for a stream, one thread at a time: moves a batch of packets from the machine to the port.
 *
 * <p>That is the driver as a rule. When it sleeps, a user's write and the arrival of a lone packet send for it, because waking
 * a thread costs more than the few packets do: a request and its reply do not wait for two schedulers.
 */
final class PacketPump {
    private final StreamState state;
    private final BatchPool batches;
    private final TransportCounters counters;

    PacketPump(StreamState state, BatchPool batches, TransportCounters counters) {
        this.state = state;
        this.batches = batches;
        this.counters = counters;
    }

    /** Takes one batch out of the machine; the caller passes it to {@link #send} after it released the lock. */
    PacketBatch pollLocked(long nowNanos) {
        PacketBatch batch = batches.take();
        try {
            state.memory.sendLocked();
            batch.fill(state.machine, nowNanos, state.port);
        } catch (RuntimeException | Error e) {
            state.failLocked(e);
            throw e;
        }
        state.beginSendLocked();
        state.wakeWritersLocked();
        return batch;
    }

    /**
     * Sends the batch and gives the right to send back; the driver is woken if there is more.
     *
     * @param patient whether this thread may wait for the kernel's buffer: drivers and writers may, readers of ports must not
     */
    void send(PacketBatch batch, boolean patient) {
        int failures = 0;
        try {
            failures = batch.send(patient);
            batches.release(batch);
        } catch (RuntimeException | Error e) {
            state.fail(e);
            throw e;
        } finally {
            state.lock.lock();
            try {
                state.endSendLocked();
                state.wakeDriverLocked(state.ticker.nanoTime());
            } finally {
                state.lock.unlock();
            }
        }
        if (failures > 0) {
            counters.sendFailures(failures);
        }
    }
}
