package omega.flock.noise;

/** One step of a handshake message, Noise §5.3. The first letter of a pair is the initiator's key, the second the responder's. */
enum Token {
    /** The sender's ephemeral key, in the clear. */
    E,
    /** The sender's static key, encrypted as soon as there is a key. */
    S,
    /** Diffie-Hellman of both ephemeral keys. */
    EE,
    /** Diffie-Hellman of the initiator's ephemeral and the responder's static key. */
    ES,
    /** Diffie-Hellman of the initiator's static and the responder's ephemeral key. */
    SE,
    /** Diffie-Hellman of both static keys. */
    SS
}
