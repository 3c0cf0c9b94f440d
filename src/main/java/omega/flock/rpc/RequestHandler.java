package omega.flock.rpc;

/** Answers the requests of the application's command space. */
@FunctionalInterface
public interface RequestHandler {

    /** Knows no command at all. */
    RequestHandler NONE = request -> false;

    /**
     * Takes a request. Runs on the reader of the port that received it and must not block: fork for heavy work, and answer
     * through the request at any time later. Taking it and never answering is legal, and means silence.
     *
     * @return false if the command is not known or not served now, which is answered with error 1 and closer nodes
     */
    boolean onRequest(IncomingRequest request);
}
