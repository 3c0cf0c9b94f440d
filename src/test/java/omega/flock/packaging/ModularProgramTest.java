package omega.flock.packaging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A program with {@code requires omega.flock} sees three packages of the packaged jar, runs on it, and becomes an image. */
class ModularProgramTest {

    private static final String MODULE = "module example { requires omega.flock; }";
    private static final String PROGRAM = """
            package example;

            import omega.flock.Flock;
            import omega.flock.JoinOptions;
            import omega.flock.base.Topic;
            import omega.flock.gateway.Testnet;

            public final class Main {
                public static void main(String[] arguments) throws Exception {
                    Topic topic = Topic.filled("hello world");
                    try (Testnet testnet = Testnet.start(3);
                            Flock server = Flock.builder().bootstrap(testnet.bootstrap()).open();
                            Flock client = Flock.builder().bootstrap(testnet.bootstrap()).open()) {
                        server.onConnection((connection, peer) -> {
                            connection.getOutputStream().write("hello".getBytes());
                            connection.close();
                        });
                        server.join(topic, JoinOptions.SERVER).flushed();
                        client.join(topic, JoinOptions.CLIENT);
                        System.out.println(new String(client.accept().connection().getInputStream().readAllBytes()));
                    }
                }
            }
            """;

    @TempDir
    Path directory;

    @Test
    void theJarDescribesAModuleThatRequiresOnlyJavaBase() throws Exception {
        List<String> lines = new Jdk(directory).run(Jdk.tool("jar"), "--describe-module", "--file", Jdk.jar().toString()).orFail()
                .lines().map(String::strip).toList();
        assertTrue(lines.getFirst().startsWith("omega.flock@0.1.0 "), lines.getFirst());
        assertEquals(Set.of("requires java.base mandated"), starting("requires", lines));
        assertEquals(new TreeSet<>(Set.of("exports omega.flock", "exports omega.flock.base", "exports omega.flock.gateway")),
                starting("exports", lines));
        assertTrue(lines.contains("main-class omega.flock.cli.Main"), lines.toString());
        assertEquals(Set.of(), starting("qualified", lines));
        assertEquals(Set.of(), starting("opens", lines));
    }

    @Test
    void theJarHoldsClassesOfRelease21AndOfLaterOnesWhereTheyBelongAndNothingElse() throws Exception {
        try (var jar = new JarFile(Jdk.jar().toFile())) {
            for (var entry : jar.stream().filter(each -> !each.isDirectory()).toList()) {
                assertTrue(entry.getName().endsWith(".class") || entry.getName().equals("META-INF/MANIFEST.MF"), entry.getName());
                if (entry.getName().endsWith(".class") && !entry.getName().equals("module-info.class")) {
                    byte[] head = jar.getInputStream(entry).readNBytes(8);
                    assertEquals(version(entry.getName()), (head[6] & 0xff) << 8 | head[7] & 0xff, "class version of " + entry.getName());
                    assertEquals(0, head[4] << 8 | head[5], entry.getName() + " uses preview features");
                }
            }
        }
    }

    @Test
    void aJdkFrom22OnFindsTheClassesThatMakeNativeCalls() throws Exception {
        try (var jar = new JarFile(Jdk.jar().toFile(), true, ZipFile.OPEN_READ, Runtime.version())) {
            assertTrue(jar.isMultiRelease());
            String found = jar.getJarEntry("omega/flock/net/LibC.class").getRealName();
            assertEquals(Runtime.version().feature() >= 22, found.startsWith("META-INF/versions/22/"), found);
            assertEquals("ALL-UNNAMED", jar.getManifest().getMainAttributes().getValue("Enable-Native-Access"));
        }
    }

    @Test
    void aModularProgramCompilesAndRunsOnTheJar() throws Exception {
        var jdk = compiled();
        String out = jdk.run(Jdk.tool("java"), "-p", Jdk.jar() + File.pathSeparator + "classes", "-m", "example/example.Main").orFail();
        assertEquals("hello", out.strip());
    }

    @Test
    void aModularProgramRunsWithTheCryptographyOfTheJdk() throws Exception {
        String out = compiled().run(Jdk.tool("java"), "-Domega.flock.crypto=jdk", "-p", Jdk.jar() + File.pathSeparator + "classes",
                "-m", "example/example.Main").orFail();
        assertEquals("hello", out.strip());
    }

    @Test
    void anUnknownCryptoProviderStopsAProgramWithItsName() throws Exception {
        Jdk.Outcome outcome = compiled().run(Jdk.tool("java"), "-Domega.flock.crypto=fips", "-p", Jdk.jar() + File.pathSeparator + "classes",
                "-m", "example/example.Main");
        assertNotEquals(0, outcome.exitCode());
        assertTrue(outcome.err().contains("omega.flock.crypto is \"fips\""), outcome.err());
    }

    @Test
    void aModularProgramCannotReachTheInside() throws Exception {
        var jdk = new Jdk(directory);
        jdk.write("src/module-info.java", MODULE);
        jdk.write("src/example/Main.java", "package example; class Main { omega.flock.wire.WireReader reader; }");
        Jdk.Outcome outcome = jdk.run(Jdk.tool("javac"), "-d", "classes", "-p", Jdk.jar().toString(), "src/module-info.java", "src/example/Main.java");
        assertNotEquals(0, outcome.exitCode());
        assertTrue(outcome.err().contains("omega.flock.wire"), outcome.err());
    }

    @Test
    void anImageOfTheProgramRunsWithoutAJdk() throws Exception {
        var jdk = compiled();
        jdk.run(Jdk.tool("jlink"), "-p", Jdk.jar() + File.pathSeparator + "classes", "--add-modules", "example",
                "--strip-java-debug-attributes", "--no-header-files", "--no-man-pages", "--output", "image").orFail();
        assertFalse(Files.exists(directory.resolve("image/bin/javac")), "the image is no JDK");
        assertEquals("hello", jdk.run(directory.resolve("image/bin/java").toString(), "-m", "example/example.Main").orFail().strip());
    }

    private Jdk compiled() throws Exception {
        var jdk = new Jdk(directory);
        jdk.write("src/module-info.java", MODULE);
        jdk.write("src/example/Main.java", PROGRAM);
        jdk.run(Jdk.tool("javac"), "--release", "21", "-Xlint:all", "-Werror", "-d", "classes", "-p", Jdk.jar().toString(),
                "src/module-info.java", "src/example/Main.java").orFail();
        return jdk;
    }

    /** {@return the class version that belongs to the place in the jar: release 21, or that of META-INF/versions} */
    private static int version(String entry) {
        Matcher later = Pattern.compile("META-INF/versions/(\\d+)/.*").matcher(entry);
        return 44 + (later.matches() ? Integer.parseInt(later.group(1)) : 21);
    }

    private static Set<String> starting(String word, List<String> lines) {
        var found = new TreeSet<String>();
        lines.stream().filter(line -> line.startsWith(word)).forEach(found::add);
        return found;
    }
}
