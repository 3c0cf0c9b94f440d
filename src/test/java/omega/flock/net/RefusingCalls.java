package omega.flock.net;

import java.nio.ByteBuffer;

/** The system's calls, of which some are refused as an old kernel or a simple device would. Counts what is sent. */
final class RefusingCalls implements SystemCalls {
    private static final int ENOPROTOOPT = 92;

    private final SystemCalls real;
    private final int refusal;
    private final boolean noReceivingTogether;
    private ByteBuffer frame; // the first memory of a sender that anybody asked for
    private long frameAt;
    int sends;
    int ttl;

    /** Refuses to send several datagrams in one piece with errno {@code refusal}, unless that is 0. */
    RefusingCalls(SystemCalls real, int refusal, boolean noReceivingTogether) {
        this.real = real;
        this.refusal = refusal;
        this.noReceivingTogether = noReceivingTogether;
    }

    @Override
    public long address(ByteBuffer direct) {
        long address = real.address(direct);
        if (frame == null) {
            frame = direct;
            frameAt = address;
        }
        return address;
    }

    @Override
    public int sendmsg(int descriptor, long message, int flags) {
        sends++;
        boolean control = message == frameAt && frame.getLong(KernelConstants.CONTROL_LENGTH_AT) > 0;
        if (control) {
            int at = (int) (frame.getLong(KernelConstants.CONTROL_AT) - frameAt);
            if (frame.getInt(at + 8) == KernelConstants.SOL_IP) {
                ttl = frame.getInt(at + KernelConstants.CONTROL_HEADER_BYTES);
            } else if (refusal != 0) {
                return -refusal;
            }
        }
        return real.sendmsg(descriptor, message, flags);
    }

    @Override
    public int recvmmsg(int descriptor, long messages, int count, int flags) {
        return real.recvmmsg(descriptor, messages, count, flags);
    }

    @Override
    public int poll(long descriptors, int count, int timeoutMillis) {
        return real.poll(descriptors, count, timeoutMillis);
    }

    @Override
    public int setsockopt(int descriptor, int level, int option, long value, int length) {
        return noReceivingTogether ? -ENOPROTOOPT : real.setsockopt(descriptor, level, option, value, length);
    }

    @Override
    public int getsockopt(int descriptor, int level, int option, long value, long length) {
        return real.getsockopt(descriptor, level, option, value, length);
    }

    @Override
    public int getsockname(int descriptor, long address, long length) {
        return real.getsockname(descriptor, address, length);
    }

    @Override
    public int fcntl(int descriptor, int command, int argument) {
        return real.fcntl(descriptor, command, argument);
    }

    @Override
    public int shutdown(int descriptor, int how) {
        return real.shutdown(descriptor, how);
    }

    @Override
    public int close(int descriptor) {
        return real.close(descriptor);
    }
}
