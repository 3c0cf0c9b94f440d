package omega.flock.architecture;

import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One Java file: its text, and its code without comments and literals at the same positions. */
public record SourceFile(Part part, String packageName, String name, String text, String code) {
    private static final Pattern PACKAGE = Pattern.compile("\\bpackage\\s+([\\w.]+)\\s*;");

    /** Where a file stands decides which rules it answers to. */
    public enum Part {
        /** What users get. */
        MAIN,
        /** The tests and their harness. */
        TEST
    }

    static SourceFile of(Part part, Path path, String text) {
        String code = JavaText.codeOf(text);
        Matcher found = PACKAGE.matcher(code);
        return new SourceFile(part, found.find() ? found.group(1) : "", path.getFileName().toString(), text, code);
    }

    /** A sample for a rule's self-check. */
    public static SourceFile sample(Part part, String packageName, String body) {
        return of(part, Path.of("Sample.java"), "package " + packageName + ";\n" + body);
    }

    public boolean isMain() {
        return part == Part.MAIN;
    }

    /** A module declaration for a rule's self-check. */
    public static SourceFile moduleSample(String text) {
        return of(Part.MAIN, Path.of("module-info.java"), text);
    }

    /** Whether the picture has the package among those that decide and never wait. */
    public boolean isPure() {
        return House.isPure(packageName);
    }

    /** Lines that hold code: neither blank nor comment, and no import. */
    int codeLines() {
        return (int) code.lines().filter(line -> !line.isBlank() && !line.startsWith("import ") && !line.startsWith("package ")).count();
    }

    /** A place as people and editors read it. */
    String place(int index) {
        long line = text.substring(0, index).lines().count() + (index > 0 && text.charAt(index - 1) == '\n' ? 1 : 0);
        return packageName + "/" + name + ":" + Math.max(line, 1);
    }

    @Override
    public String toString() {
        return packageName + "/" + name;
    }
}
