package omega.flock.gateway;

import java.io.IOException;
import java.io.OutputStream;
import omega.flock.secret.SecretStream;

/** Where the bytes for a peer go; runs on the thread that writes. */
final class ConnectionOutput extends OutputStream {

    private final SecretStream stream;

    ConnectionOutput(SecretStream stream) {
        this.stream = stream;
    }

    @Override
    public void write(int one) throws IOException {
        write(new byte[] {(byte) one}, 0, 1);
    }

    @Override
    public void write(byte[] from, int offset, int length) throws IOException {
        stream.write(from, offset, length);
    }

    /** Ends this direction only, so that the peer's bytes can still be read. A connection that is closed stays so. */
    @Override
    public void close() throws IOException {
        if (stream.isOpen()) {
            stream.shutdownOutput();
        }
    }
}
