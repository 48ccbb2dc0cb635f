package faults;

import static org.assertj.core.api.Assertions.assertThat;
import static support.Migrations.marking;
import static support.Migrations.source;
import static support.Migrations.up;
import static support.Project.project;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import support.Eventually;
import support.MongoServer;
import support.OnServer;

/** Migrations that harm the JVM they run in. */
@OnServer
class BadMigrationsTest {
    private static final int OUTPUT_LIMIT = 64 * 1024;
    private static final long PRINTED = 1L << 30;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "StackOverflowError   | static void up() { up(); }",
                "OutOfMemoryError     | static void up() { var all = new"
                        + " java.util.ArrayList<long[]>(); while (true) { all.add(new long[1 << 20]); }"
                        + " }",
                "AssertionError       | static void up() { throw new AssertionError(\"no\"); }",
                "NoClassDefFoundError | static void up() { throw new NoClassDefFoundError(\"x/Y\");" + " }",
                "ExceptionInInitializerError | static int n = Integer.parseInt(\"x\");" + " static void up() { n++; }",
                "InterruptedException | static void up() throws Exception {" + " throw new InterruptedException(); }",
                "ThreadDeath          | static void up() { throw new ThreadDeath(); }"
            })
    void anErrorOfAnyKindIsAFailure(String type, String members, MongoServer server) {
        var project = project(server).with("1_one.java", source(members)).with("2_two.java", marking("two"));

        project.start(List.of("-Xmx64m"), "execute").exits(1).says("1_one").neverSays("\tat java");

        assertThat(project.states()).containsOnlyKeys("1_one").containsEntry("1_one", "failed");
        assertThat(project.journal("1_one").get("error", Document.class).getString("type"))
                .endsWith(type);
        project.lockIsFree();
        project.with("1_one.java", marking("one")).run("execute").exits(0);
        assertThat(project.marks()).containsExactly("one", "two");
    }

    @Test
    void anInterruptOfOneMigrationDoesNotReachTheNext(MongoServer server) {
        var project = project(server)
                .with("1_one.java", up("Thread.currentThread().interrupt();"))
                .with("2_two.java", marking("two"));

        project.run("execute").exits(0);

        assertThat(project.marks()).containsExactly("two");
    }

    @Test
    void aGigabyteOfOutputIsStreamedAndItsEndIsKept(MongoServer server) {
        var project = project(server)
                .with(
                        "1_one.java",
                        up("String line = \"x\".repeat(1 << 20); for (int i = 0; i < "
                                + PRINTED / (1 << 20)
                                + "; i++) System.out.println(line);"
                                + " System.out.println(\"the end\");"));

        var run = project.start(List.of("-Xmx48m"), "execute");
        Eventually.until(
                "it is done",
                Duration.ofSeconds(90),
                () -> !run.isRunning()); // its output would fill the memory of this JVM

        assertThat(project.states()).containsEntry("1_one", "applied");
        String output = project.journal("1_one").getString("output");
        assertThat(output).endsWith("the end\n");
        assertThat(output.getBytes(StandardCharsets.UTF_8)).hasSizeLessThanOrEqualTo(OUTPUT_LIMIT);
        assertThat(project.folder().resolve("out-0").toFile().length()).isGreaterThan(PRINTED);
        project.folder().resolve("out-0").toFile().delete();
    }

    @Test
    void aSourceThatIsNotUtf8IsRefusedButAByteOrderMarkIsAccepted(MongoServer server) throws IOException {
        var project =
                project(server).with("1_one.java", "\uFEFF" + marking("one")).with("2_two.java", marking("two"));
        byte[] latin = marking("caf\u00e9").getBytes(StandardCharsets.ISO_8859_1);
        Files.write(project.migrations().resolve("2_two.java"), latin);

        project.run("execute").exits(3).complainsBriefly().says("2_two", "UTF-8");
        assertThat(project.states()).isEmpty();
        project.with("2_two.java", marking("two")).run("execute").exits(0);
        assertThat(project.marks()).containsExactly("one", "two");
    }
}
