package omega.flock.transport;

import java.io.IOException;
import java.util.Optional;
import java.util.function.Consumer;
import omega.flock.base.CloseReason;
import omega.flock.transport.flow.DropReason;
import omega.flock.transport.flow.StreamMachine;

/** Sends on the threads of users and delivers on the readers of ports: the unreliable messages beside a stream. */
final class StreamMessages {
    private final StreamState state;
    private final StreamOwner owner;
    private volatile Consumer<byte[]> handler; // null while messages are to be kept

    StreamMessages(StreamState state, StreamOwner owner) {
        this.state = state;
        this.owner = owner;
    }

    void send(byte[] message) throws IOException {
        Optional<CloseReason> over;
        boolean queued = true;
        state.lock.lock();
        try {
            over = state.localCloseLocked().or(state::closeReasonLocked);
            if (over.isEmpty()) {
                queued = state.machine.queueMessage(message);
                state.wakeDriverLocked(state.ticker.nanoTime());
            }
        } finally {
            state.lock.unlock();
        }
        if (over.isPresent()) {
            throw over.get().toException();
        }
        if (!queued) {
            owner.countDrop(DropReason.MESSAGE_UNSENT);
        }
    }

    /** Sets the handler and gives it what arrived earlier. */
    void handler(Consumer<byte[]> newHandler) {
        handler = newHandler;
        deliver();
    }

    /** Gives everything that arrived to the handler, if there is one, with no lock held. */
    void deliver() {
        Consumer<byte[]> present = handler;
        while (present != null) {
            Optional<byte[]> message = poll(state.machine);
            if (message.isEmpty()) {
                return;
            }
            present.accept(message.get());
        }
    }

    private Optional<byte[]> poll(StreamMachine machine) {
        state.lock.lock();
        try {
            return machine.pollMessage();
        } finally {
            state.lock.unlock();
        }
    }
}
