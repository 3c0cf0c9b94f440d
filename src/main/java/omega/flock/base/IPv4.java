package omega.flock.base;

/** Dotted IPv4 addresses as text, without the JDK's lenient short forms and without name lookups. */
final class IPv4 {

    private IPv4() {}

    /** Returns the four octets, or {@code null} when the text is not four decimal numbers of 0 to 255. */
    static byte[] tryParse(String text) {
        byte[] octets = new byte[4];
        int octet = 0;
        int value = -1;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= '0' && c <= '9') {
                value = value < 0 ? c - '0' : value * 10 + c - '0';
                if (value > 255) {
                    return null;
                }
            } else if (c == '.' && value >= 0 && octet < 3) {
                octets[octet++] = (byte) value;
                value = -1;
            } else {
                return null;
            }
        }
        if (octet != 3 || value < 0) {
            return null;
        }
        octets[3] = (byte) value;
        return octets;
    }
}
