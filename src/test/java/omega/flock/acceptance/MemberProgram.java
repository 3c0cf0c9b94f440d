package omega.flock.acceptance;

import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import omega.flock.Flock;
import omega.flock.base.Topic;
import omega.flock.interop.JavaPeer;

/** A member of a topic in a process of its own: arguments are bootstrap, topic and seed; ends with its standard input. */
public final class MemberProgram {

    private MemberProgram() {
    }

    public static void main(String[] arguments) throws Exception {
        Topic topic = Topic.parse(arguments[1]);
        try (Flock flock = Flock.builder().bootstrap(List.of(arguments[0])).seed(HexFormat.of().parseHex(arguments[2])).open()) {
            flock.join(topic).flushed(Echo.LIMIT);
            JavaPeer.emit(System.out, "joined", Map.of("publicKey", flock.keyPair().publicKey().toBytes()));
            System.in.readAllBytes();
        }
    }
}
