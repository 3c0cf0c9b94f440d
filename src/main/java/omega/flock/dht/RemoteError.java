package omega.flock.dht;

import omega.flock.base.FlockException;
import omega.flock.base.FlockException.Code;
import omega.flock.base.PeerAddress;
import omega.flock.dht.message.StorageError;
import omega.flock.rpc.RpcConstants;
import omega.flock.rpc.RpcReply;

/** Turns the error number of a reply into the exception that a caller sees; the JavaScript stack takes it for success. */
final class RemoteError {

    private RemoteError() {
    }

    /** {@return the reply if it has no error} */
    static RpcReply check(RpcReply reply) throws FlockException {
        if (reply.isOk()) {
            return reply;
        }
        throw new FlockException(reason(reply.error()), "refused by " + reply.from() + " with error " + reply.error());
    }

    static FlockException missingToken(PeerAddress node) {
        return new FlockException(Code.INVALID_TOKEN, node + " gave no token or no valid id");
    }

    private static Code reason(int error) {
        return switch (error) {
            case RpcConstants.ERROR_UNKNOWN_COMMAND -> Code.UNKNOWN_COMMAND;
            case RpcConstants.ERROR_INVALID_TOKEN -> Code.INVALID_TOKEN;
            default -> StorageError.of(error).map(StorageError::reason).orElse(Code.REMOTE_ERROR);
        };
    }
}
