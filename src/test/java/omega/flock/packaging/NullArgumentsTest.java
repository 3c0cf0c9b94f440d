package omega.flock.packaging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import omega.flock.ConnectionHandler;
import omega.flock.Flock;
import omega.flock.JoinOptions;
import omega.flock.PeerDiscovery;
import omega.flock.PeerInfo;
import omega.flock.base.CloseReason;
import omega.flock.base.FlockException;
import omega.flock.base.KeyPair;
import omega.flock.base.PeerAddress;
import omega.flock.base.PublicKey;
import omega.flock.base.Topic;
import omega.flock.gateway.AnnounceOptions;
import omega.flock.gateway.ConnectOptions;
import omega.flock.gateway.Connection;
import omega.flock.gateway.FoundPeer;
import omega.flock.gateway.Gateway;
import omega.flock.gateway.GatewayServer;
import omega.flock.gateway.Health;
import omega.flock.gateway.Query;
import omega.flock.gateway.ServerOptions;
import omega.flock.gateway.Testnet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** No parameter of an exported method takes null: each says its name at once, on the thread of whoever has made the mistake. */
@Timeout(60)
class NullArgumentsTest {

    /** What the program implements, and calls of ours that the documentation allows null in. */
    private static final Set<String> EXCEPTIONS = Set.of("ConnectionHandler.accept", "FlockException.message", "FlockException.cause",
            "PublicKey.compareTo", "PeerAddress.compareTo");

    private static final Map<Class<?>, Object> SAMPLES = new HashMap<>();
    private static Testnet testnet;

    @BeforeAll
    static void makeOneOfEach() throws Exception {
        testnet = Testnet.start(1);
        Gateway gateway = testnet.createNode();
        GatewayServer server = testnet.createNode().listen(KeyPair.generate());
        Flock flock = Flock.builder().dht(testnet.createNode()).open();
        flock.joinPeer(server.publicKey());
        KeyPair keyPair = KeyPair.generate();
        PeerAddress address = PeerAddress.parse("127.0.0.1:1");
        for (Object sample : List.of(flock, gateway, server, Flock.builder(), Gateway.builder(), JoinOptions.DEFAULT, ConnectOptions.DEFAULT,
                ServerOptions.DEFAULT, AnnounceOptions.DEFAULT, keyPair, keyPair.publicKey(), Topic.hash("x"), Duration.ofSeconds(1),
                Instant.EPOCH, new byte[32], "text", address, new PublicKey[0], new String[0], CloseReason.finished(),
                new InetSocketAddress("127.0.0.1", 1), new FoundPeer(keyPair.publicKey(), List.of()),
                Health.State.ONLINE, FlockException.Code.SHUT_DOWN, gateway.connect(server.publicKey()),
                flock.peers().get(server.publicKey()), flock.join(Topic.hash("x")))) {
            SAMPLES.put(sample.getClass(), sample);
        }
        SAMPLES.put(Query.class, gateway.lookup(Topic.hash("x")));
        SAMPLES.put(List.class, List.of());
        SAMPLES.put(Optional.class, Optional.empty());
        SAMPLES.put(Throwable.class, new Exception());
        SAMPLES.put(Consumer.class, (Consumer<Object>) each -> { });
        SAMPLES.put(BiConsumer.class, (BiConsumer<Object, Object>) (one, two) -> { });
        SAMPLES.put(Predicate.class, (Predicate<Object>) each -> false);
        SAMPLES.put(Supplier.class, (Supplier<Object>) List::of);
        SAMPLES.put(Runnable.class, (Runnable) () -> { });
        SAMPLES.put(ConnectionHandler.class, (ConnectionHandler) (connection, peer) -> { });
        SAMPLES.put(int.class, 1);
        SAMPLES.put(long.class, 1L);
        SAMPLES.put(boolean.class, true);
    }

    @AfterAll
    static void close() {
        ((Flock) SAMPLES.get(Flock.class)).closeNow();
        testnet.close();
    }

    @Test
    void nullIsRefusedByTheNameOfItsParameter() throws Exception {
        List<String> wrong = new ArrayList<>();
        int tried = 0;
        for (Class<?> type : ExportedApi.types()) {
            for (Executable call : ExportedApi.calls(type)) {
                for (int i = 0; i < call.getParameterCount(); i++) {
                    Parameter parameter = call.getParameters()[i];
                    if (parameter.getType().isPrimitive() || isException(type, call, parameter)) {
                        continue;
                    }
                    tried++;
                    Object answer = answerToNull(call, i);
                    if (!(answer instanceof NullPointerException refusal && parameter.getName().equals(refusal.getMessage()))) {
                        wrong.add(type.getSimpleName() + "." + call.getName() + "(" + parameter.getName() + "): " + answer);
                    }
                }
            }
        }
        assertEquals("", String.join("\n", wrong));
        assertTrue(tried > 100, "only " + tried + " parameters were found");
    }

    private static boolean isException(Class<?> type, Executable call, Parameter parameter) {
        return EXCEPTIONS.contains(type.getSimpleName() + "." + call.getName())
                || EXCEPTIONS.contains(type.getSimpleName() + "." + parameter.getName());
    }

    private static Object answerToNull(Executable call, int index) throws ReflectiveOperationException {
        Object[] arguments = new Object[call.getParameterCount()];
        for (int i = 0; i < arguments.length; i++) {
            arguments[i] = i == index ? null : sample(call.getParameterTypes()[i]);
        }
        try {
            if (call instanceof Constructor<?> constructor) {
                return constructor.newInstance(arguments);
            }
            return ((Method) call).invoke(Modifier.isStatic(call.getModifiers()) ? null : sample(call.getDeclaringClass()), arguments);
        } catch (InvocationTargetException e) {
            return e.getCause();
        }
    }

    private static Object sample(Class<?> type) {
        return Optional.ofNullable(SAMPLES.get(type)).orElseThrow(() -> new AssertionError("a sample is missing: " + type));
    }
}
