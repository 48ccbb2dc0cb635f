package faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static support.Migrations.marking;
import static support.Project.project;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import migopy.MigopyException;
import mongo.dump.Dumps;
import org.bson.Document;
import org.bson.types.Binary;
import org.junit.jupiter.api.Test;
import support.Eventually;
import support.MongoServer;
import support.OnServer;
import support.Project;
import support.Run;

/** A kill or a full disk leaves only a partial folder, which a restore refuses. */
@OnServer
class DumpFaultsTest {
    private static final long LIMIT_SECONDS = 60;

    @Test
    void aKilledDumpLeavesAPartialFolderThatARestoreRefuses(MongoServer server) throws Exception {
        fill(server);
        Dumps dumps = new Dumps(server);
        Path folder = dumps.directory().resolve("killed");
        Path partial = dumps.directory().resolve("killed.partial");
        Process dump;
        try (var slow = server.failing("large", "getMore").blocking(Duration.ofMillis(500))) {
            dump = start(server, folder, "exec");
            Path file = partial.resolve(server.database()).resolve("large.bson");
            Eventually.until("documents are being written", () -> Files.exists(file) || !dump.isAlive());
            dump.destroyForcibly();
            assertThat(dump.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)).isTrue();
        }

        assertThat(dump.exitValue()).isEqualTo(128 + 9);
        assertOnlyPartialIsLeft(server, dumps, partial);

        // The partial folder does not prevent another dump.
        assertThat(dumps.restore(dumps.dumped()).checked()).isTrue();
    }

    /** A limit on the size of files fails in the middle of a write, as a full disk does. */
    @Test
    void aFullDiskLeavesAPartialFolderThatARestoreRefuses(MongoServer server) throws Exception {
        fill(server);
        Dumps dumps = new Dumps(server);
        Path folder = dumps.directory().resolve("full");
        Path partial = dumps.directory().resolve("full.partial");

        Process dump = start(server, folder, "ulimit -f 1024; exec");

        assertThat(dump.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)).isTrue();
        String output = Files.readString(outputOf(folder));
        assertThat(dump.exitValue()).as(output).isEqualTo(1);
        assertThat(output)
                .contains("large could not be written into " + partial, "File too large")
                .doesNotContain("\tat ");
        assertOnlyPartialIsLeft(server, dumps, partial);
    }

    /** The default heap in a container of 512 MiB. */
    @Test
    void aDumpOfLargeDocumentsStaysWithinAHeapOf128Megabytes(MongoServer server) throws Exception {
        Binary bytes = new Binary(new byte[20_000]);
        server.collection("c0")
                .insertMany(IntStream.range(0, 2_500)
                        .mapToObj(i -> new Document("_id", i).append("bytes", bytes))
                        .toList());
        for (int i = 1; i < 4; i++) {
            server.collection("c0")
                    .aggregate(List.of(new Document("$out", "c" + i)))
                    .toCollection();
        }
        Dumps dumps = new Dumps(server);
        Path folder = dumps.directory().resolve("large");

        Process dump = start(server, folder, "exec", "-XX:+UseSerialGC", "-Xmx128m");

        assertThat(dump.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(dump.exitValue()).as(Files.readString(outputOf(folder))).isZero();
        for (int i = 0; i < 4; i++) {
            assertThat(folder.resolve(server.database()).resolve("c" + i + ".bson"))
                    .hasSize(2_500 * 20_026L);
        }
    }

    @Test
    void aRestoreOfLargeDocumentsStaysWithinAHeapOf128Megabytes(MongoServer server) {
        Binary bytes = new Binary(new byte[10_000_000]);
        for (int i = 0; i < 4; i++) {
            for (int id = 0; id < 3; id++) {
                server.collection("c" + i).insertOne(new Document("_id", id).append("bytes", bytes));
            }
        }
        Path folder = new Dumps(server).dumped();
        Project project = project(server);

        project.start(List.of("-XX:+UseSerialGC", "-Xmx128m"), "dbrestore", folder.toString(), "--drop")
                .exits(0)
                .says("12 documents");
    }

    @Test
    void anInterruptedDumpEndsSoonWithAllOfItsThreads(MongoServer server) throws Exception {
        fill(server);
        Dumps dumps = new Dumps(server);
        server.failing("large", "getMore").blocking(Duration.ofSeconds(3));
        AtomicReference<Throwable> end = new AtomicReference<>();
        Thread thread = new Thread(
                () -> {
                    try {
                        dumps.dump();
                    } catch (MigopyException e) {
                        end.set(e);
                    }
                },
                "dumping");
        thread.start();
        // Any of the threads may have the large collection; the others end soon.
        Eventually.until("it dumps", () -> threads().anyMatch(name -> name.startsWith("migopy-dump-")));

        thread.interrupt();
        thread.join(TimeUnit.SECONDS.toMillis(LIMIT_SECONDS));

        assertThat(end.get()).hasMessageContaining("was interrupted");
        assertThat(threads()).noneMatch(name -> name.startsWith("migopy-dump"));
    }

    @Test
    void aRunThatIsSignalledDuringItsDumpRunsNothing(MongoServer server) throws IOException {
        fill(server);
        Project project = project(server).with("1_one.java", marking("one"));
        server.failing("large", "getMore").blocking(Duration.ofSeconds(3));
        Run run = project.start("execute", "--dump");
        Path dumps = project.folder().resolve("mongodumps");
        Eventually.until("it dumps", () -> Files.isDirectory(dumps));

        run.terminate();

        run.exits(143);
        assertThat(project.states()).isEmpty();
        assertThat(project.marks()).isEmpty();
        project.lockIsFree();
        assertThat(dumps.toFile().list()).isSubsetOf(".gitignore");
    }

    @Test
    void aSignalledDumpReportsThatItsUnfinishedFolderWasRemoved(MongoServer server) {
        fill(server);
        Project project = project(server);
        server.failing("large", "getMore").blocking(Duration.ofSeconds(3));
        Run run = project.start("dbdump");
        Path dumps = project.folder().resolve("mongodumps");
        Eventually.until(
                "documents are being written",
                () -> Files.isDirectory(dumps)
                        && Dumps.files(dumps).stream().anyMatch(file -> file.endsWith("large.bson")));

        run.interrupt();

        run.exits(130).says("was interrupted; its unfinished folder was removed");
        assertThat(dumps.toFile().list()).isSubsetOf(".gitignore");
    }

    private static Stream<String> threads() {
        return Thread.getAllStackTraces().keySet().stream().map(Thread::getName);
    }

    private static void assertOnlyPartialIsLeft(MongoServer server, Dumps dumps, Path partial) throws IOException {
        try (Stream<Path> left = Files.list(dumps.directory())) {
            assertThat(left).containsExactly(partial);
        }
        assertRefused(dumps, partial);
        assertRefused(dumps, partial.resolve(server.database()));
        // Renamed by hand; its manifest is still incomplete.
        Path renamed = Files.move(partial, partial.resolveSibling("renamed"));
        assertRefused(dumps, renamed);
        assertRefused(dumps, renamed.resolve(server.database()));
    }

    private static void assertRefused(Dumps dumps, Path folder) {
        assertThatThrownBy(() -> dumps.restore(folder))
                .isInstanceOfSatisfying(
                        MigopyException.class, e -> assertThat(e.kind()).isEqualTo(MigopyException.Kind.REFUSED))
                .hasMessageContaining("is not complete");
    }

    private static Process start(MongoServer server, Path folder, String before, String... javaOptions)
            throws IOException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        List<String> command = new ArrayList<>(List.of("sh", "-c", before + " \"$@\"", "sh", java));
        // UsePerfData would create a file, which the limit on files would hit.
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:-UsePerfData"));
        command.addAll(List.of(javaOptions));
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.addAll(List.of(DumpMain.class.getName(), server.uri(), server.database()));
        command.add(folder.toString());
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(outputOf(folder).toFile())
                .start();
        server.closeAtEnd(process::destroyForcibly);
        return process;
    }

    private static Path outputOf(Path folder) {
        return folder.getParent().resolveSibling("output-" + folder.getFileName());
    }

    private static void fill(MongoServer server) {
        server.collection("small").insertOne(new Document());
        String filler = "x".repeat(1000);
        server.collection("large")
                .insertMany(IntStream.range(0, 12_000)
                        .mapToObj(i -> new Document("_id", i).append("filler", filler))
                        .toList());
    }
}
