package omega.flock.crypto;

/** Where one direction of a secretstream borrows what its next message is sealed or opened with. */
public interface StreamCipherSource {

    /** Returns a cipher that nobody else uses until it is released. */
    StreamCipher take();

    /** Takes back what {@link #take} gave. It still knows the last key it worked with. */
    void release(StreamCipher cipher);
}
