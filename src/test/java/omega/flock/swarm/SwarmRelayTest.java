package omega.flock.swarm;

import static omega.flock.swarm.SwarmLab.CLIENT;
import static omega.flock.swarm.SwarmLab.RELAY;
import static omega.flock.swarm.SwarmLab.SERVER;
import static omega.flock.swarm.SwarmLab.TOPIC;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import omega.flock.base.PublicKey;
import omega.flock.swarm.SwarmLab.Member;
import omega.flock.swarm.machine.Backoffs;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** When a flock uses its relays. Backoffs in the lab are 1 s, 5 s, 15 s and 10 min, without jitter. */
class SwarmRelayTest {

    private final SwarmLab lab = new SwarmLab();

    @AfterEach
    void closeAll() {
        lab.close();
    }

    @Test
    void aDialGoesWithoutARelayAtFirst() {
        server();
        Member client = client(Optional.empty());
        assertEquals(List.of(List.of()), relays(client));
        assertEquals(List.of(), client.network.relaysOfListener.get());
    }

    @ParameterizedTest
    @ValueSource(strings = {"HOLEPUNCH_ABORTED", "HOLEPUNCH_DOUBLE_RANDOMIZED_NATS", "REMOTE_NOT_HOLEPUNCHABLE",
            "HOLEPUNCH_PROBE_TIMEOUT", "HOLEPUNCH_INVALID", "REMOTE_ABORTED", "REMOTE_NOT_HOLEPUNCHING"})
    void aPeerThatCouldNotBePunchedIsDialledThroughARelayFromThenOn(String code) {
        server();
        Member client = client(Optional.of(code));
        client.network.failsDials = Optional.empty();
        awaitDials(client, 2);
        assertEquals(List.of(List.of(), List.of(RELAY)), relays(client));
        client.link().finish();
        awaitDials(client, 3);
        assertEquals(List.of(RELAY), relays(client).get(2));
    }

    @ParameterizedTest
    @ValueSource(strings = {"PEER_NOT_FOUND", "PEER_CONNECTION_FAILED", "DIAL_TIMEOUT", "RELAY_ABORTED"})
    void anotherFailureSaysNothingAboutRelays(String code) {
        server();
        Member client = client(Optional.of(code));
        awaitDials(client, 2);
        assertEquals(List.of(List.of(), List.of()), relays(client));
    }

    /** "Resets attempts to 0, so attempts = 1 after the close": a peer that needs a relay is not given up for its first dials. */
    @Test
    void theFailuresBeforeTheRelayAreForgotten() {
        server();
        Member client = client(Optional.of("PEER_CONNECTION_FAILED"));
        awaitDials(client, 2);
        client.network.failsDials = Optional.of("HOLEPUNCH_ABORTED");
        awaitDials(client, 3);
        client.network.failsDials = Optional.empty();
        awaitDials(client, 4);
        assertEquals(List.of(RELAY), relays(client).get(3));
        assertEquals(1, client.links().size());
    }

    @Test
    void behindARandomNatRelaysAreUsedAtOnceAndForInboundToo() {
        server();
        Member client = lab.member();
        client.network.randomized = true;
        client.swarm.join(TOPIC, CLIENT);
        lab.settle();
        assertEquals(List.of(List.of(RELAY)), relays(client));
        Member server = lab.member();
        server.swarm.join(TOPIC, SERVER);
        lab.settle();
        assertEquals(List.of(), server.network.relaysOfListener.get());
        server.network.randomized = true;
        assertEquals(List.of(RELAY), server.network.relaysOfListener.get());
    }

    private void server() {
        lab.member().swarm.join(TOPIC, SERVER);
        lab.settle();
    }

    private Member client(Optional<String> failure) {
        Member client = lab.member();
        client.network.failsDials = failure;
        client.swarm.join(TOPIC, CLIENT);
        lab.settle();
        return client;
    }

    private void awaitDials(Member client, int count) {
        for (int i = 0; i < 60 && client.network.dials.size() < count; i++) {
            lab.advance(Duration.ofSeconds(1));
            lab.settle();
        }
        assertEquals(count, client.network.dials.size());
    }

    private static List<List<PublicKey>> relays(Member client) {
        return client.network.dials.stream().map(FakeNetwork.Dial::relayThrough).toList();
    }
}
