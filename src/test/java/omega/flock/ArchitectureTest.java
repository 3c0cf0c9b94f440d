package omega.flock;

import static omega.flock.architecture.SourceFile.Part.MAIN;
import static omega.flock.architecture.SourceFile.Part.TEST;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import omega.flock.architecture.CodeRules;
import omega.flock.architecture.LayerRules;
import omega.flock.architecture.Rule;
import omega.flock.architecture.SourceFile;
import omega.flock.architecture.SourceTree;
import omega.flock.architecture.SwitchRule;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Holds the rules of {@code docs/architecture.md} on the sources. Each rule first proves on a bad sample that it can fail. */
class ArchitectureTest {
    private static final Path ROOT = Path.of(System.getProperty("omega.flock.basedir", "")).toAbsolutePath();
    private static SourceTree sources;

    @BeforeAll
    static void readTheSources() throws IOException {
        sources = SourceTree.read(ROOT);
    }

    @Test
    void noPackageReachesItself() {
        holds(LayerRules::cycles,
                SourceFile.sample(MAIN, "omega.flock.rpc", "import omega.flock.net.UdpPort;"),
                SourceFile.sample(MAIN, "omega.flock.net", "class A { omega.flock.base.Topic topic; }"),
                SourceFile.sample(MAIN, "omega.flock.base", "import static omega.flock.rpc.RpcNode.*;"));
    }

    @Test
    void noImportRunsUpward() {
        holds(LayerRules::upwardImports, SourceFile.sample(MAIN, "omega.flock.transport", "import omega.flock.secret.SecretStream;"));
        holds(LayerRules::upwardImports, SourceFile.sample(MAIN, "omega.flock.base", "import omega.flock.runtime.Ticker;"));
        holds(LayerRules::upwardImports, SourceFile.sample(MAIN, "omega.flock.cli", "import omega.flock.swarm.*;"));
    }

    @Test
    void everyPackageIsInThePicture() {
        holds(LayerRules::unknownPackages, SourceFile.sample(MAIN, "omega.flock.util", "class Helper { }"));
    }

    @Test
    void everyPackageSaysWhatItIs() {
        holds(LayerRules::missingPackageInfos, SourceFile.sample(MAIN, "omega.flock.rpc", "class RpcNode { }"));
    }

    @Test
    void noFileHasMoreThan340LinesOfCode() {
        holds(CodeRules.longerThan(340), SourceFile.sample(MAIN, "omega.flock.rpc", "int a;\n// why\n".repeat(341)));
        Rule counting = CodeRules.longerThan(1);
        SourceTree commented = SourceTree.of(SourceFile.sample(MAIN, "omega.flock.rpc",
                "import java.util.List;\n\n/**\n * A.\n */\nclass A { } // b\n"));
        assertEquals(List.of(), counting.violations(commented), "comments, blank lines and imports are no code");
    }

    @Test
    void nothingIsSynchronized() {
        holds(CodeRules.forbids(everywhere(), "\\bsynchronized\\b"),
                SourceFile.sample(MAIN, "omega.flock.rpc", "class A { synchronized void b() { } }"));
    }

    @Test
    void noTestSleeps() {
        Rule rule = CodeRules.forbids(file -> !file.isMain(),
                "\\bThread\\s*\\.\\s*sleep\\b", "\\bimport\\s+static\\s+java\\.lang\\.Thread\\b", "\\bTimeUnit\\s*\\.\\s*\\w+\\s*\\.\\s*sleep\\b",
                "\\bLockSupport\\s*\\.\\s*park(?:Nanos|Until)\\b");
        holds(rule, SourceFile.sample(TEST, "omega.flock.rpc", "class A { void b() { Thread.sleep(1); } }"));
        holds(rule, SourceFile.sample(TEST, "omega.flock.rpc", "class A { void b() { TimeUnit.SECONDS.sleep(1); } }"));
    }

    @Test
    void onlyTheRuntimeReadsAClock() {
        Rule rule = CodeRules.forbids(mainOutside("omega.flock.runtime"),
                "\\bSystem\\s*\\.\\s*nanoTime\\b", "\\bSystem\\s*::\\s*nanoTime\\b",
                "\\bcurrentTimeMillis\\b", "\\bInstant\\s*\\.\\s*now\\b", "\\bClock\\s*\\.\\s*(?:system|tick)\\w*", "\\bnew\\s+Date\\s*\\(\\s*\\)");
        holds(rule, SourceFile.sample(MAIN, "omega.flock.rpc", "class A { long b = System.nanoTime(); }"));
        holds(rule, SourceFile.sample(MAIN, "omega.flock.rpc", "class A { long b = System.currentTimeMillis(); }"));
    }

    @Test
    void onlyTheRuntimeStartsThreads() {
        Rule rule = CodeRules.forbids(mainOutside("omega.flock.runtime"),
                "\\bnew\\s+Thread\\b", "\\bextends\\s+Thread\\b", "\\bThread\\s*(?:\\.|::)\\s*(?:ofVirtual|ofPlatform|startVirtualThread)\\b", "\\bExecutors\\b",
                "\\bForkJoinPool\\b", "\\bThreadPoolExecutor\\b", "\\bCompletableFuture\\s*\\.\\s*\\w+Async\\b", "\\bnew\\s+Timer\\b", "\\bparallelStream\\b");
        holds(rule, SourceFile.sample(MAIN, "omega.flock.rpc", "class A { void b() { new Thread(() -> { }).start(); } }"));
        holds(rule, SourceFile.sample(MAIN, "omega.flock.rpc", "class A { void b() { Thread.ofVirtual().start(() -> { }); } }"));
    }

    @Test
    void noPreviewApiIsUsed() throws IOException {
        holds(CodeRules.forbids(everywhere(), "\\bStructuredTaskScope\\b", "\\bScopedValue\\b", "\\bStringTemplate\\b", "\\bStableValue\\b"),
                SourceFile.sample(MAIN, "omega.flock.runtime", "import java.util.concurrent.StructuredTaskScope;"));
        assertFalse(Files.readString(ROOT.resolve("pom.xml")).contains("enable-preview"), "pom.xml enables preview features");
    }

    @Test
    void pureRoomsHaveNoThreadLockSocketClockRandomOrLogger() {
        Rule rule = CodeRules.forbids(file -> file.isMain() && file.isPure(),
                "\\bjava\\.util\\.concurrent\\b", "\\bThread\\b", "\\bjava\\.nio\\.channels\\b",
                "\\bjava\\.net\\.(?!Inet\\w*Address\\b|\\w+Exception\\b)\\w+", "\\bSystem\\s*\\.\\s*(?:Logger|getLogger)\\b", "\\bjava\\.util\\.Random\\b",
                "\\bThreadLocalRandom\\b", "\\bMath\\s*\\.\\s*random\\b", "\\bTicker\\b", "\\bTaskScope\\b", "\\bDeadlineQueue\\b", "\\bDaemonThreads\\b");
        holds(rule, SourceFile.sample(MAIN, "omega.flock.noise", "import java.util.concurrent.locks.ReentrantLock;"));
        holds(rule, SourceFile.sample(MAIN, "omega.flock.transport.flow", "import omega.flock.runtime.Ticker;"));
        Set<String> beside = Set.of("omega.flock.base/KeyPair.java", "omega.flock.crypto/JdkProvider.java");
        Rule secret = CodeRules.forbids(file -> file.isMain() && file.isPure() && !beside.contains(file.toString()), "\\bSecureRandom\\b");
        holds(secret, SourceFile.sample(MAIN, "omega.flock.base", "import java.security.SecureRandom;"));
    }

    @Test
    void switchesOverOurStatesHaveNoDefault() {
        holds(SwitchRule::defaultsOverOwnStates, SourceFile.sample(MAIN, "omega.flock.rpc",
                "enum State { OPEN, CLOSED { int x() { return 1; } }; } class A { int b(State s) { return switch (s) { case OPEN -> 1; default -> 2; }; } }"));
        holds(SwitchRule::defaultsOverOwnStates, SourceFile.sample(MAIN, "omega.flock.rpc",
                "sealed interface Shape permits Dot { } record Dot(int x) implements Shape { }"
                        + " class A { int b(Shape s) { return switch (s) { case Dot(int x) -> x; default -> { yield 2; } }; } }"));
    }

    @Test
    void noExceptionAndNoInterruptIsSwallowed() {
        holds(CodeRules::swallowedExceptions, SourceFile.sample(MAIN, "omega.flock.rpc", "class A { { try { } catch (Exception e) { } } }"));
        holds(CodeRules::swallowedExceptions,
                SourceFile.sample(MAIN, "omega.flock.rpc", "class A { { try { } catch (InterruptedException e) { log(e); } } }"));
    }

    @Test
    void everyLockSaysWhatItGuards() {
        holds(CodeRules::unguardedLocks, SourceFile.sample(MAIN, "omega.flock.rpc", "class A { final Lock lock = new ReentrantLock(); int b; }"));
        holds(CodeRules::unguardedLocks, SourceFile.sample(MAIN, "omega.flock.rpc",
                "class A { Lock a = new ReentrantLock(); int b; // guarded by a\n Lock c = new ReentrantLock(); }"));
    }

    @Test
    void accessorsAreNamedForTheirValue() {
        holds(CodeRules::getters, SourceFile.sample(MAIN, "omega.flock.rpc", "class A {\n    public int getPort() { return 1; }\n}"));
    }

    @Test
    void testsAreNamedInSentences() {
        holds(CodeRules::namelessTests, SourceFile.sample(TEST, "omega.flock.rpc", "class A { @Test void testPort() { } }"));
        holds(CodeRules::namelessTests, SourceFile.sample(TEST, "omega.flock.rpc", "class A { @Property(tries = 3) void ports(@ForAll int x) { } }"));
    }

    @Test
    void whatIsExportedIsDocumented() {
        Rule rule = CodeRules.undocumented(Set.of("omega.flock", "omega.flock.base", "omega.flock.gateway")::contains);
        holds(rule, SourceFile.sample(MAIN, "omega.flock.base", "/** A. */\npublic class A {\n    public int b() { return 1; }\n}"));
        holds(rule, SourceFile.sample(MAIN, "omega.flock.base", "@Deprecated\npublic class A { }"));
    }

    @Test
    void noTestIsDisabled() {
        holds(CodeRules.forbids(everywhere(), "@Disabled\\b"), SourceFile.sample(TEST, "omega.flock.rpc", "@Disabled class A { }"));
    }

    @Test
    void nothingIsLeftForLater() {
        holds(CodeRules::unfinishedWork, SourceFile.sample(MAIN, "omega.flock.rpc", "// TO" + "DO: the rest"));
    }

    @Test
    void onlyTheCommandLinePrints() {
        holds(CodeRules.forbids(mainOutside("omega.flock.cli"), "\\bSystem\\s*\\.\\s*(?:out|err)\\b", "\\bprintStackTrace\\s*\\(\\s*\\)"),
                SourceFile.sample(MAIN, "omega.flock.rpc", "class A { { System.out.println(); } }"));
    }

    @Test
    void nothingLooksThroughReflectionOrGlobalKnobs() {
        Rule rule = CodeRules.forbids(SourceFile::isMain,
                "\\bjava\\.lang\\.reflect\\b", "\\bsetAccessible\\b", "\\bsun\\.misc\\b", "\\bBoolean\\s*\\.\\s*getBoolean\\b",
                "\\b(?:Integer|Long)\\s*\\.\\s*get(?:Integer|Long)\\b");
        holds(rule, SourceFile.sample(MAIN, "omega.flock.rpc", "class A { static int b = Integer.getInteger(\"b\"); }"));
        // Whoever starts a process chooses its cryptography, once for all of it: docs/adr/0016.
        Rule properties = CodeRules.forbids(file -> file.isMain() && !file.toString().equals("omega.flock.crypto/CryptoProvider.java"),
                "\\bSystem\\s*\\.\\s*getProperty\\b");
        holds(properties, SourceFile.sample(MAIN, "omega.flock.rpc", "class A { static String b = System.getProperty(\"b\"); }"));
    }

    @Test
    void theModuleExportsThreePackagesAndRequiresNothing() {
        Rule rule = LayerRules::moduleBorders;
        holds(rule, SourceFile.moduleSample("module omega.flock { exports omega.flock; exports omega.flock.base; exports omega.flock.gateway; "
                + "requires java.logging; }"));
        holds(rule, SourceFile.moduleSample("module omega.flock { exports omega.flock; exports omega.flock.base; exports omega.flock.dht; }"));
    }

    private static Predicate<SourceFile> everywhere() {
        return file -> true;
    }

    private static Predicate<SourceFile> mainOutside(String packageName) {
        return file -> file.isMain() && !file.packageName().equals(packageName);
    }

    private static void holds(Rule rule, SourceFile... badSample) {
        assertFalse(rule.violations(SourceTree.of(badSample)).isEmpty(), "the rule finds nothing wrong with a sample that breaks it");
        List<String> violations = rule.violations(sources);
        assertEquals(List.of(), violations, () -> "\n" + String.join("\n", violations) + "\n");
    }
}
