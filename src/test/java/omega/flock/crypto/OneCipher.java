package omega.flock.crypto;

/** One cipher for all streams and both directions, of one thread: it has to open what it has just sealed. */
final class OneCipher implements StreamCipherSource {

    private final StreamCipher cipher = new StreamCipher();

    @Override
    public StreamCipher take() {
        return cipher;
    }

    @Override
    public void release(StreamCipher released) {
        // it is here already
    }
}
