package omega.flock.rpc.routing;

import java.util.List;
import java.util.function.Function;
import omega.flock.base.PeerAddress;
import omega.flock.runtime.NetworkSource;

/**
 * How many nodes of one place count. Whoever has one address has 65,535 node ids, one for each port, and could be all of a bucket and
 * all of the nearest nodes of any target: of one address at most two count, and of one /24 four. On private networks and loopback,
 * where addresses are free, every node counts. Pure.
 */
public final class Diversity {

    private Diversity() {}

    /**
     * {@return the source of a node}
     *
     * @throws IllegalArgumentException if it has no IPv4 address
     */
    public static NetworkSource sourceOf(PeerAddress node) {
        return NetworkSource.of(node.octets().orElseThrow(() -> new IllegalArgumentException("not IPv4: " + node)), node.port());
    }

    /** {@return what has one vote about something that nodes are asked: the host; where that is private, host and port} */
    public static NetworkSource voter(PeerAddress node) {
        NetworkSource source = sourceOf(node);
        return source.isPublic() ? source : new NetworkSource(source.host(), node.port());
    }

    /** {@return whether there may be one of this source beside these} */
    public static <T> boolean admits(List<T> nodes, Function<T, NetworkSource> sourceOf, NetworkSource newcomer) {
        return firstBeyond(nodes, sourceOf, newcomer, RoutingConstants.NODES_OF_HOST - 1, RoutingConstants.NODES_OF_NETWORK - 1)
                == nodes.size();
    }

    /** {@return the index of the first of these that is one too many now that the newcomer is among them; their number if none is} */
    public static <T> int firstBeyond(List<T> nodes, Function<T, NetworkSource> sourceOf, NetworkSource newcomer) {
        return firstBeyond(nodes, sourceOf, newcomer, RoutingConstants.NODES_OF_HOST, RoutingConstants.NODES_OF_NETWORK);
    }

    private static <T> int firstBeyond(List<T> nodes, Function<T, NetworkSource> sourceOf, NetworkSource newcomer, int hosts,
            int networks) {
        if (!newcomer.isPublic()) {
            return nodes.size();
        }
        int ofHost = 0;
        int ofNetwork = 0;
        for (int i = 0; i < nodes.size(); i++) {
            NetworkSource source = sourceOf.apply(nodes.get(i));
            ofHost += source.host() == newcomer.host() ? 1 : 0;
            ofNetwork += source.network() == newcomer.network() ? 1 : 0;
            if (ofHost > hosts || ofNetwork > networks) {
                return i;
            }
        }
        return nodes.size();
    }
}
