package omega.flock.architecture;

/** Blanks out of Java source what is not code, keeping every position, so that a found index points into the original too. */
final class JavaText {
    private final String text;
    private final StringBuilder code;
    private int at;

    private JavaText(String text) {
        this.text = text;
        this.code = new StringBuilder(text);
    }

    /** The same text with comments and the insides of string and character literals replaced by spaces. */
    static String codeOf(String text) {
        var source = new JavaText(text);
        while (source.at < text.length()) {
            source.step();
        }
        return source.code.toString();
    }

    private void step() {
        if (text.startsWith("//", at)) {
            blankUntil("\n", 0);
        } else if (text.startsWith("/*", at)) {
            blankUntil("*/", 2);
        } else if (text.startsWith("\"\"\"", at)) {
            literal("\"\"\"");
        } else if (text.charAt(at) == '"') {
            literal("\"");
        } else if (text.charAt(at) == '\'') {
            literal("'");
        } else {
            at++;
        }
    }

    private void blankUntil(String end, int endLength) {
        int found = text.indexOf(end, at + endLength);
        blank(found < 0 ? text.length() : found + endLength);
    }

    private void literal(String quote) {
        int end = at + quote.length();
        while (end < text.length() && !text.startsWith(quote, end)) {
            end += text.charAt(end) == '\\' ? 2 : 1;
        }
        at += quote.length();
        blank(Math.min(end, text.length()));
        at = Math.min(at + quote.length(), text.length());
    }

    private void blank(int end) {
        for (; at < end; at++) {
            if (text.charAt(at) != '\n') {
                code.setCharAt(at, ' ');
            }
        }
    }

    /** The index behind the bracket that closes the one at {@code open}, or the end of the code. */
    static int behindClosing(String code, int open) {
        char opening = code.charAt(open);
        char closing = opening == '(' ? ')' : '}';
        int depth = 0;
        for (int i = open; i < code.length(); i++) {
            if (code.charAt(i) == opening) {
                depth++;
            } else if (code.charAt(i) == closing && --depth == 0) {
                return i + 1;
            }
        }
        return code.length();
    }
}
