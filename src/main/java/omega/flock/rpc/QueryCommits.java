package omega.flock.rpc;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import omega.flock.base.FlockException;
import omega.flock.base.FlockException.Code;

/**
 * The end of a query: commits to the closest nodes, at most 20. The query's thread sends one after the other without waiting for
 * answers, sleeps until all have ended, and looks at them.
 */
final class QueryCommits {

    /** How one commit ended; written before it is counted down, read only after all were. */
    private final class Answer implements ReplyListener {

        private final CountDownLatch underWay;
        private RpcReply reply;
        private FlockException failure;

        private Answer(CountDownLatch underWay) {
            this.underWay = underWay;
        }

        @Override
        public void onReply(RpcReply received) {
            reply = received;
            underWay.countDown();
        }

        @Override
        public void onFailure(FlockException cause) {
            failure = cause;
            underWay.countDown();
        }

        private void check() throws IOException {
            if (failure != null) {
                throw failure;
            }
            commit.check(reply);
        }
    }

    private final CommitFunction commit;
    private final RpcQuery<?> query;
    private final RpcSession session;

    /** Prepares commits of a query whose requests belong to {@code session}. */
    QueryCommits(CommitFunction commit, RpcQuery<?> query, RpcSession session) {
        this.commit = commit;
        this.query = query;
        this.session = session;
    }

    /**
     * Commits to all, and waits for all.
     *
     * @throws FlockException with what the last failed, if every one did
     */
    void run(List<RpcReply> closest) throws FlockException, InterruptedException {
        if (closest.isEmpty()) {
            throw new FlockException(Code.TOO_FEW_NODES, "Too few nodes responded");
        }
        CountDownLatch all = new CountDownLatch(closest.size());
        List<Answer> answers = new ArrayList<>(closest.size());
        IOException lastFailure = null;
        int successes = 0;
        for (RpcReply reply : closest) {
            try {
                Optional<RpcRequest> request = commit.prepare(reply, query);
                if (request.isPresent()) {
                    Answer answer = new Answer(all);
                    answers.add(answer);
                    session.send(request.get(), reply.from(), answer);
                } else {
                    successes++;
                    all.countDown();
                }
            } catch (IOException e) {
                lastFailure = e;
                all.countDown();
            }
        }
        all.await(); // the query's end, at its deadline at the latest, ends its requests
        for (Answer answer : answers) {
            try {
                answer.check();
                successes++;
            } catch (IOException e) {
                lastFailure = e;
            }
        }
        if (successes == 0) {
            throw lastFailure instanceof FlockException flock
                    ? new FlockException(flock.reason(), flock.getMessage(), flock)
                    : new FlockException(Code.COMMIT_FAILED, "commit failed: " + lastFailure.getMessage(), lastFailure);
        }
    }
}
