package omega.flock.hostile.siege;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import omega.flock.base.KeyPair;
import omega.flock.base.PeerAddress;
import omega.flock.base.PublicKey;
import omega.flock.crypto.Blake2b;
import omega.flock.dht.message.Announce;
import omega.flock.dht.message.DhtCommand;
import omega.flock.dht.message.PeerRecord;
import omega.flock.dht.message.Signables;

/** What a horde does. */
enum Flood {
    /** Handshakes that verify, sent as a relay would, each of which claims another client. */
    HANDSHAKES,
    /** Handshakes that verify, through the nodes at which the server has announced itself. */
    RELAYED,
    /** Handshakes that name a relay which does not exist. */
    RELAYS,
    /** Handshakes whose answers are followed by rounds that ask for probes to others, and as many rounds of no handshake. */
    PUNCHES,
    /** Signed announcements on topics of all kinds, each under another key. */
    ANNOUNCES,
    /** Values of 1,000 bytes. */
    PUTS,
    /** Connections that are completed, each under another key, and held for as long as the node holds them. */
    CONNECTIONS;

    private static final int VALUE_BYTES = 1_000;
    private static final int RENEWED = 8; // one handshake of so many is new, for which the server's answer is read

    static Flood named(String name) {
        return valueOf(name.toUpperCase(Locale.ROOT));
    }

    /** What the horde has prepared, so that it does not cost time during the siege. */
    record Arms(PublicKey server, List<PeerAddress> relays, List<KeyPair> keys, List<Attempt> attempts, List<Attempt> naming) {}

    /** Does it once more, from an address; {@link #CONNECTIONS} are the business of {@link Callers}. */
    void once(Source source, Arms arms, int number) throws IOException {
        switch (this) {
            case HANDSHAKES -> pick(arms.attempts(), number).sendFor(source, Attempt.someone());
            case RELAYED -> pick(arms.attempts(), number).sendThrough(source, pick(arms.relays(), number));
            case RELAYS -> pick(arms.naming(), number).sendFor(source, Attempt.someone());
            case PUNCHES -> punch(source, arms, number);
            case ANNOUNCES -> announce(source, pick(arms.keys(), number));
            case PUTS -> put(source);
            case CONNECTIONS -> throw new IllegalStateException("no datagram of its own");
        }
    }

    private static <T> T pick(List<T> from, int number) {
        return from.get(number % from.size());
    }

    private static void punch(Source source, Arms arms, int number) throws IOException {
        Attempt attempt = number % RENEWED == 0 ? Attempt.with(arms.server()) : pick(arms.attempts(), number);
        if (number % 2 == 0) {
            int transaction = attempt.sendFor(source, source.address());
            if (number % RENEWED == 0) {
                source.expect(transaction, attempt);
            }
        } else {
            attempt.sendRound(source, number % 512, random(VALUE_BYTES));
        }
    }

    private static void announce(Source source, KeyPair key) throws IOException {
        byte[] target = random(32);
        Optional<Source.Welcome> welcome = source.welcome();
        if (welcome.isEmpty()) {
            source.request(Land.STRONGHOLD, DhtCommand.FIND_PEER, target, Optional.empty(), Optional.empty());
            return;
        }
        PeerRecord peer = new PeerRecord(key.publicKey(), List.of(Attempt.someone(), Attempt.someone(), Attempt.someone()));
        Announce unsigned = new Announce(Optional.of(peer), Optional.empty(), Optional.empty(), 0);
        byte[] signable = Signables.announce(target, welcome.get().nodeId(), welcome.get().token(), unsigned);
        source.request(Land.STRONGHOLD, DhtCommand.ANNOUNCE, target, Optional.of(Announce.signed(peer, key.sign(signable), 0).toBytes()),
                Optional.of(welcome.get().token()));
    }

    private static void put(Source source) throws IOException {
        byte[] value = random(VALUE_BYTES);
        Optional<byte[]> token = source.welcome().map(Source.Welcome::token);
        source.request(Land.STRONGHOLD, token.isPresent() ? DhtCommand.IMMUTABLE_PUT : DhtCommand.FIND_PEER, Blake2b.hash256(value),
                token.map(any -> value), token);
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        ThreadLocalRandom.current().nextBytes(bytes);
        return bytes;
    }
}
