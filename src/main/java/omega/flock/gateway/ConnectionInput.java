package omega.flock.gateway;

import java.io.IOException;
import java.io.InputStream;
import omega.flock.secret.SecretStream;

/** The bytes of a connection as a stream; runs on the thread that reads. */
final class ConnectionInput extends InputStream {

    private final SecretStream stream;

    ConnectionInput(SecretStream stream) {
        this.stream = stream;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        return stream.read(into, offset, length);
    }

    @Override
    public int available() {
        return stream.available();
    }

    @Override
    public void close() {
        stream.close();
    }
}
