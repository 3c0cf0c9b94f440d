package omega.flock.peer.punch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import omega.flock.base.PeerAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AddressRulesTest {

    // Addresses as a laptop has them: home network, bridge to its virtual machines, bridge to its containers.
    private static final String HOME = "192.168.1.40";
    private static final String VM_BRIDGE = "192.168.122.1";
    private static final String VM = "192.168.122.77";
    private static final String DOCKER_BRIDGE = "172.17.0.1";
    private static final String CONTAINER = "172.17.0.5";

    @Test
    void anEmptyListMatchesNothing() {
        assertEquals(Optional.empty(), match(List.of(HOME), List.of()));
        assertEquals(Optional.empty(), match(List.of(), List.of(HOME)));
    }

    @Test
    void twoProcessesOnOneHostMatchAtTheFirstCommonAddress() {
        List<String> host = List.of(HOME, VM_BRIDGE, DOCKER_BRIDGE);
        assertEquals(Optional.of(HOME), match(host, host));
        assertEquals(Optional.of(VM), match(List.of(VM), List.of(VM)));
        assertEquals(Optional.of(CONTAINER), match(List.of(CONTAINER), List.of(CONTAINER)));
        assertEquals(Optional.of("10.19.0.6"),
                match(List.of("164.90.1.2", "10.19.0.6", "10.110.0.3"), List.of("10.19.0.6", "10.110.0.3")));
        assertEquals(Optional.of("127.0.0.1"), match(List.of("127.0.0.1"), List.of("127.0.0.1")));
    }

    @Test
    void aHostAndItsVirtualMachineMatchInTheSharedNetworkWithAndWithoutDockerOnEitherSide() {
        for (List<String> host : List.of(List.of(HOME, VM_BRIDGE), List.of(HOME, VM_BRIDGE, DOCKER_BRIDGE))) {
            for (List<String> guest : List.of(List.of(VM), List.of(VM, DOCKER_BRIDGE))) {
                assertEquals(Optional.of(VM), match(host, guest), host + " to " + guest);
                assertEquals(Optional.of(VM_BRIDGE), match(guest, host), guest + " to " + host);
            }
        }
    }

    @Test
    void aHostAndItsContainerMatchOnTheBridge() {
        List<String> host = List.of(HOME, VM_BRIDGE, DOCKER_BRIDGE);
        assertEquals(Optional.of(CONTAINER), match(host, List.of(CONTAINER)));
        assertEquals(Optional.of(DOCKER_BRIDGE), match(List.of(CONTAINER), host));
    }

    @Test
    void twoContainersOfOneHostMatch() {
        assertEquals(Optional.of("172.17.0.6"), match(List.of(CONTAINER), List.of("172.17.0.6")));
        assertEquals(Optional.of(CONTAINER), match(List.of("172.17.0.6"), List.of(CONTAINER)));
    }

    @Test
    void aContainerAndAVirtualMachineOfOneHostDoNotMatch() {
        assertEquals(Optional.empty(), match(List.of(CONTAINER), List.of(VM)));
        assertEquals(Optional.empty(), match(List.of(VM), List.of(CONTAINER)));
    }

    @Test
    void aContainerMeetsAHostWhoseVirtualMachineItWantsOnlyOnTheBridge() {
        assertEquals(Optional.of(DOCKER_BRIDGE), match(List.of(CONTAINER), List.of(VM, DOCKER_BRIDGE)));
    }

    @Test
    void thereIsNoFallbackToTheFirstAddress() {
        assertEquals(Optional.empty(), match(List.of(HOME), List.of("172.16.4.4", "10.0.0.5")));
    }

    @Test
    void threeEqualOctetsBeatTwoAndTwoBeatOneWhateverTheOrder() {
        List<String> mine = List.of("10.20.30.40");
        String one = "10.9.9.9";
        String two = "10.20.9.9";
        String three = "10.20.30.9";
        assertEquals(Optional.of(one), match(mine, List.of("192.168.0.1", one, "172.16.0.1")));
        assertEquals(Optional.of(two), match(mine, List.of(one, two)));
        assertEquals(Optional.of(two), match(mine, List.of(two, one)));
        assertEquals(Optional.of(three), match(mine, List.of(one, two, three)));
        assertEquals(Optional.of(three), match(mine, List.of(three, two, one)));
        assertEquals(Optional.of(two), match(mine, List.of(two, "10.20.8.8")), "the first of equals");
    }

    @Test
    void theFourthOctetDoesNotMakeAMatchBetter() {
        assertEquals(Optional.of("10.20.30.9"), match(List.of("10.20.30.40"), List.of("10.20.30.9", "10.20.30.40")));
    }

    @ParameterizedTest
    @CsvSource({"10.0.0.0,10.255.255.255", "100.64.0.0,100.127.255.255", "127.0.0.0,127.255.255.255",
        "169.254.0.0,169.254.255.255", "172.16.0.0,172.31.255.255", "192.168.0.0,192.168.255.255"})
    void privateRangesBeginAndEndWhereTheyShould(String first, String last) {
        assertRange(first, last, true);
    }

    @ParameterizedTest
    @CsvSource({"0.0.0.0,0.255.255.255", "192.0.0.0,192.0.0.255", "192.0.2.0,192.0.2.255", "198.18.0.0,198.19.255.255",
        "198.51.100.0,198.51.100.255", "203.0.113.0,203.0.113.255", "224.0.0.0,239.255.255.255",
        "240.0.0.0,255.255.255.255"})
    void reservedRangesBeginAndEndWhereTheyShould(String first, String last) {
        assertRange(first, last, false);
    }

    @Test
    void whatIsNoIpv4AddressIsOfNoRange() {
        assertFalse(AddressRules.isBogon("example.org"));
        assertFalse(AddressRules.isBogon("fe80::1"));
        assertEquals(Optional.empty(), match(List.of("example.org"), List.of("example.org")));
    }

    @Property
    void aMatchIsOneOfTheRemoteAddressesAndSharesTheFirstOctet(
            @ForAll @IntRange(min = 1, max = 3) int a, @ForAll @IntRange(max = 2) int b, @ForAll @IntRange(max = 2) int c) {
        String mine = a + "." + b + "." + c + ".1";
        List<String> theirs = Arrays.asList("1.0.0.2", "1.1.1.2", "2.2.2.2", "2.0.1.2");
        Optional<String> found = match(List.of(mine), theirs);
        assertEquals(a <= 2, found.isPresent());
        found.ifPresent(host -> assertTrue(theirs.contains(host) && host.startsWith(a + ".")));
    }

    private static void assertRange(String first, String last, boolean isPrivate) {
        for (String inside : List.of(first, last)) {
            assertEquals(isPrivate, AddressRules.isPrivate(inside), inside);
            assertEquals(!isPrivate, AddressRules.isReserved(inside), inside);
            assertTrue(AddressRules.isBogon(inside), inside);
        }
        step(first, -1).ifPresent(outside -> assertNeighbour(outside, isPrivate));
        step(last, 1).ifPresent(outside -> assertNeighbour(outside, isPrivate));
    }

    /** The address just outside may be in another range of the other kind (239.255.255.255 is next to 240.0.0.0). */
    private static void assertNeighbour(String outside, boolean isPrivate) {
        assertFalse(isPrivate ? AddressRules.isPrivate(outside)
                : AddressRules.isReserved(outside) && !outside.equals("240.0.0.0") && !outside.equals("239.255.255.255"),
                outside);
    }

    private static Optional<String> step(String host, int by) {
        long value = 0;
        for (String octet : host.split("\\.")) {
            value = value << 8 | Integer.parseInt(octet);
        }
        long next = value + by;
        return next < 0 || next > 0xffffffffL ? Optional.empty()
                : Optional.of((next >> 24) + "." + (next >> 16 & 255) + "." + (next >> 8 & 255) + "." + (next & 255));
    }

    private static Optional<String> match(List<String> mine, List<String> theirs) {
        return AddressRules.match(addresses(mine), addresses(theirs)).map(PeerAddress::host);
    }

    private static List<PeerAddress> addresses(List<String> hosts) {
        return hosts.stream().map(host -> new PeerAddress(host, 49737)).toList();
    }
}
