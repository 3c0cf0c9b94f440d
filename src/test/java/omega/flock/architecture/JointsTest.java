package omega.flock.architecture;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.DataInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import omega.flock.base.PeerAddress;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Holds what {@code docs/adr/0039-joints.md} decides, by the class files. */
class JointsTest {

    /** HotSpot's {@code FreqInlineSize}: a method of more bytes is never compiled into its callers. */
    private static final int FREQ_INLINE_SIZE = 325;

    private static final int UTF8 = 1;

    @ParameterizedTest
    @CsvSource({
        "rpc/Inbound, onDatagram",
        "rpc/QueryWalker, advance",
        "rpc/RequestPool, transmit",
        "dht/StorageService, onRequest"})
    void aJointIsTooLargeToBeCompiledIntoItsCallers(String owner, String method) throws IOException {
        int bytes = bytecodes("/omega/flock/" + owner + ".class", method);
        assertTrue(bytes > FREQ_INLINE_SIZE, owner + "." + method + " has " + bytes + " bytes");
    }

    /** JVMS §4.1, up to the code of the method. */
    private static int bytecodes(String resource, String wanted) throws IOException {
        try (DataInputStream in = new DataInputStream(PeerAddress.class.getResourceAsStream(resource))) {
            in.skipNBytes(8); // magic, versions
            List<String> texts = constants(in);
            in.skipNBytes(6); // flags, this, super
            in.skipNBytes(2L * in.readUnsignedShort()); // interfaces
            for (int fields = in.readUnsignedShort(); fields > 0; fields--) {
                in.skipNBytes(6); // flags, name, descriptor
                skipAttributes(in);
            }
            for (int methods = in.readUnsignedShort(); methods > 0; methods--) {
                in.skipNBytes(2); // flags
                boolean found = texts.get(in.readUnsignedShort()).equals(wanted);
                in.skipNBytes(2); // descriptor
                if (!found) {
                    skipAttributes(in);
                    continue;
                }
                for (int attributes = in.readUnsignedShort(); attributes > 0; attributes--) {
                    String name = texts.get(in.readUnsignedShort());
                    int length = in.readInt();
                    if (name.equals("Code")) {
                        in.skipNBytes(4); // stack, locals
                        return in.readInt();
                    }
                    in.skipNBytes(length);
                }
            }
        }
        throw new IOException(resource + " has no method " + wanted);
    }

    /** {@return the pool, empty where it holds no text} */
    private static List<String> constants(DataInputStream in) throws IOException {
        int count = in.readUnsignedShort();
        List<String> texts = new ArrayList<>(IntStream.range(0, count).mapToObj(any -> "").toList());
        for (int i = 1; i < count; i++) {
            int tag = in.readUnsignedByte();
            if (tag == UTF8) {
                texts.set(i, in.readUTF());
            } else {
                in.skipNBytes(bytesOf(tag));
            }
            i += tag == 5 || tag == 6 ? 1 : 0; // a long or a double takes two places
        }
        return texts;
    }

    private static int bytesOf(int tag) throws IOException {
        return switch (tag) {
            case 7, 8, 16, 19, 20 -> 2;
            case 15 -> 3;
            case 3, 4, 9, 10, 11, 12, 17, 18 -> 4;
            case 5, 6 -> 8;
            default -> throw new IOException("constant of kind " + tag);
        };
    }

    private static void skipAttributes(DataInputStream in) throws IOException {
        for (int attributes = in.readUnsignedShort(); attributes > 0; attributes--) {
            in.skipNBytes(2);
            in.skipNBytes(in.readInt());
        }
    }
}
