package omega.flock.architecture;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Rules about what stands inside one file. */
public final class CodeRules {
    private static final Pattern CATCH = Pattern.compile("\\bcatch\\s*\\(([^)]*)\\)\\s*\\{");
    private static final Pattern GETTER =
            Pattern.compile("(?m)^\\s*+(?:(?:public|protected|private|static|final|abstract|default)\\s++)*+(?!return|new|throw|else)[\\w<>\\[\\].,?& ]+\\s(get[A-Z]\\w*)"
                    + "\\s*\\([^()]*\\)\\s*(?:throws\\b|\\{|;)");
    private static final Pattern TEST_METHOD = Pattern.compile("@(?:Test|ParameterizedTest|RepeatedTest|Property|Example)\\b[^;{]*?\\bvoid\\s+(\\w+)\\s*\\(");
    private static final Pattern LOCK = Pattern.compile("\\bnew\\s+Reentrant(?:ReadWrite)?Lock\\b");
    private static final Pattern TYPE = Pattern.compile("\\b(?:class|record|enum|interface)\\s+[A-Z]\\w*");
    private static final Pattern GUARD = Pattern.compile("(?i)guarded by");

    private static final Pattern EXPORTED_MEMBER = Pattern.compile("(?m)^[ \\t]*public\\s[^;{=]*[;{=]");

    private CodeRules() {
    }

    /** Words of code that may not stand in the files which the predicate names; each file's code is searched without comments. */
    public static Rule forbids(Predicate<SourceFile> where, String... patterns) {
        Pattern forbidden = Pattern.compile(String.join("|", patterns));
        return tree -> tree.files().stream().filter(where).flatMap(file -> {
            var found = new ArrayList<String>();
            Matcher matcher = forbidden.matcher(file.code());
            while (matcher.find()) {
                found.add(file.place(matcher.start()) + " says " + matcher.group().strip());
            }
            return found.stream();
        }).toList();
    }

    /** Counts code, so that nobody saves a comment or a blank line. */
    public static Rule longerThan(int lines) {
        return tree -> tree.files().stream().filter(file -> file.codeLines() > lines)
                .map(file -> file + " has " + file.codeLines() + " lines of code").toList();
    }

    /** Promises that only a reader can keep are not code yet. */
    public static List<String> unfinishedWork(SourceTree tree) {
        Pattern promise = Pattern.compile("\\b(?:TO" + "DO|FIX" + "ME|XX" + "X)\\b");
        return tree.files().stream().filter(file -> promise.matcher(file.text()).find()).map(file -> file + " has unfinished work").toList();
    }

    /** Interrupts that a catch block neither passes on nor explains, and failures that it drops without a word. */
    public static List<String> swallowedExceptions(SourceTree tree) {
        var found = new ArrayList<String>();
        for (SourceFile file : tree.files()) {
            Matcher matcher = CATCH.matcher(file.code());
            while (matcher.find()) {
                int open = matcher.end() - 1;
                int end = JavaText.behindClosing(file.code(), open);
                String body = file.code().substring(open + 1, end - 1);
                boolean explained = file.text().substring(open + 1, end - 1).contains("//");
                if (body.isBlank() && !explained) {
                    found.add(file.place(matcher.start()) + " drops " + matcher.group(1).strip());
                } else if (file.isMain() && matcher.group(1).contains("InterruptedException") && !passesOn(body) && !explained) {
                    found.add(file.place(matcher.start()) + " forgets an interrupt");
                }
            }
        }
        return found;
    }

    private static boolean passesOn(String body) {
        return body.contains(".interrupt()") || body.matches("(?s).*\\bthrow\\b.*") || body.matches("(?s).*\\binterrupted\\w*\\(.*");
    }

    /** Accessors are named for the value, but where the habit of {@code java.net} has it otherwise. */
    public static List<String> getters(SourceTree tree) {
        var found = new ArrayList<String>();
        for (SourceFile file : tree.main()) {
            Matcher matcher = GETTER.matcher(file.code());
            while (matcher.find()) {
                boolean overrides = file.code().substring(0, matcher.start()).stripTrailing().endsWith("@Override");
                if (!overrides && !List.of("getInputStream", "getOutputStream").contains(matcher.group(1))) {
                    found.add(file.place(matcher.start(1)) + " names an accessor " + matcher.group(1));
                }
            }
        }
        return found;
    }

    /** A test's name is a sentence in camel case: at least two words, and none of them says that it is a test. */
    public static List<String> namelessTests(SourceTree tree) {
        var found = new ArrayList<String>();
        for (SourceFile file : tree.files()) {
            Matcher matcher = TEST_METHOD.matcher(file.code());
            while (!file.isMain() && matcher.find()) {
                String name = matcher.group(1);
                if (name.matches("test[A-Z0-9_].*") || name.chars().noneMatch(Character::isUpperCase)) {
                    found.add(file.place(matcher.start(1)) + " names a test " + name);
                }
            }
        }
        return found;
    }

    /** One lock for each live object, and a word on each field about what guards it. */
    public static List<String> unguardedLocks(SourceTree tree) {
        var found = new ArrayList<String>();
        for (SourceFile file : tree.main()) {
            long locks = LOCK.matcher(file.code()).results().count();
            long types = TYPE.matcher(file.code()).results().count();
            if (locks > types) {
                found.add(file + " makes " + locks + " locks for " + types + " types");
            }
            if (locks > 0 && !GUARD.matcher(file.text()).find()) {
                found.add(file + " does not say what its lock guards");
            }
        }
        return found;
    }

    /** What users of the module see has Javadoc, but where it overrides what has some. */
    public static Rule undocumented(Predicate<String> exported) {
        return tree -> tree.main().stream().filter(file -> exported.test(file.packageName())).flatMap(file -> {
            var found = new ArrayList<String>();
            Matcher member = EXPORTED_MEMBER.matcher(file.code());
            while (member.find()) {
                String before = file.text().substring(0, member.start()).stripTrailing();
                String annotations = before.substring(Math.max(before.lastIndexOf("*/"), before.lastIndexOf(';')) + 1);
                boolean described = before.endsWith("*/") || annotations.matches("(?s)/?(?:\\s*@\\w+(?:\\([^)]*\\))?)+") && annotations.startsWith("/");
                if (!described && !annotations.contains("@Override")) {
                    found.add(file.place(member.end() - 1) + " lacks Javadoc: " + member.group().strip().lines().findFirst().orElse(""));
                }
            }
            return found.stream();
        }).toList();
    }
}
