package omega.flock.swarm;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import omega.flock.swarm.Alarms.Alarm;

/** The peers that wait to be tried again, and the one alarm for the next of them. All methods run inside a change. */
final class RetryTimers {

    private final SwarmContext<?> context;
    private final Runnable due;
    private RetrySchedule<PeerState> schedule; // this and the rest guarded by context.guard
    private Optional<Alarm> alarm = Optional.empty();
    private OptionalLong alarmAt = OptionalLong.empty();

    /** {@code due} runs inside a change when there is something to {@link #takeDue}. */
    RetryTimers(SwarmContext<?> context, Runnable due) {
        this.context = context;
        this.due = due;
        this.schedule = new RetrySchedule<>(context.options.backoffs(), context.random);
    }

    /** Lets a peer wait for its next try, if it has one. */
    void add(PeerState peer) {
        if (!peer.waiting()) {
            Backoff.after(peer).ifPresent(backoff -> {
                schedule.add(backoff, peer, context.now());
                peer.waiting(true);
                arm();
            });
        }
    }

    /** A peer waits no longer. */
    void remove(PeerState peer) {
        if (peer.waiting()) {
            schedule.remove(peer);
            peer.waiting(false);
            arm();
        }
    }

    /** Returns those whose time has come; they no longer wait. */
    List<PeerState> takeDue() {
        List<PeerState> batch = schedule.popDue(context.now());
        batch.forEach(peer -> peer.waiting(false));
        arm();
        return batch;
    }

    /** Nobody waits any more; the timers begin anew. */
    void reset() {
        schedule.drain().forEach(peer -> peer.waiting(false));
        schedule = new RetrySchedule<>(context.options.backoffs(), context.random);
        arm();
    }

    private void arm() {
        OptionalLong next = schedule.nextDeadline();
        if (next.equals(alarmAt)) {
            return;
        }
        alarm.ifPresent(Alarm::cancel);
        alarmAt = next;
        alarm = next.isEmpty() ? Optional.empty()
                : Optional.of(context.alarms.schedule(next.getAsLong(), () -> context.guard.run(this::ring)));
    }

    private void ring() {
        alarm = Optional.empty();
        alarmAt = OptionalLong.empty();
        due.run();
    }
}
