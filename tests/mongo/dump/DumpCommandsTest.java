package mongo.dump;

import static org.assertj.core.api.Assertions.assertThat;
import static support.Project.project;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.stream.Stream;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import support.Kind;
import support.MongoServer;
import support.On;
import support.OnServer;
import support.Project;
import support.Result;

/** The commands {@code dbdump} and {@code dbrestore}. */
@OnServer
class DumpCommandsTest {
    @Test
    void aDumpIsRestored(MongoServer server) throws IOException {
        Project project = withUsers(server);
        project.run("dbdump").exits(0).says("1 collection, 3 documents", "To restore it");
        server.collection("users").drop();

        project.run("dbrestore", theDump(project).toString())
                .exits(0)
                .says("3 documents restored into " + server.database());

        assertThat(server.collection("users").countDocuments()).isEqualTo(3);
        assertThat(server.db().listCollectionNames()).containsExactlyInAnyOrder("users", Dumps.LOCK);
    }

    @Test
    void dumpAndRestoreAnswerWithOneJsonDocument(MongoServer server) {
        Project project = withUsers(server);
        Document dump = project.run("dbdump", "--json", "--gzip").exits(0).json();
        assertThat(dump.getBoolean("snapshot")).isTrue();
        assertThat(dump.getList("collections", Document.class)).hasSize(1);
        server.collection("users").deleteOne(new Document("_id", 2));

        Document restored = project.run("dbrestore", dump.getString("folder"), "--json")
                .exits(0)
                .json();

        assertThat(restored.getLong("documents")).isEqualTo(1);
        assertThat(restored.getLong("duplicates")).isEqualTo(2);
        assertThat(restored.getBoolean("checked")).isTrue();
    }

    @Test
    void optionsReachTheDump(MongoServer server) throws IOException {
        Project project = withUsers(server);
        server.collection("orders").insertOne(new Document("_id", 1));
        server.collection("other").insertOne(new Document("_id", 1));

        project.run(
                        "dbdump",
                        "--collection",
                        "users",
                        "--collection",
                        "orders",
                        "--query",
                        "{_id: {$lt: 2}}",
                        "--require-snapshot")
                .exits(0)
                .says("2 collections, 2 documents");

        Path dump = theDump(project);
        server.db().drop();
        project.run("dbrestore", dump.toString(), "--collection", "orders", "--drop", "--strict")
                .exits(0)
                .says("1 collection, 1 document restored");
        project.run("dbrestore", dump.toString(), "--collection", "orders", "--strict")
                .exits(1)
                .complainsBriefly()
                .says("duplicate key", "Unchanged")
                .neverSays("Partly restored");
    }

    @Test
    void aDamagedFileIsNamedWithTheOffsetAndNothingIsDropped(MongoServer server) throws IOException {
        Project project = withUsers(server);
        project.run("dbdump").exits(0);
        Path dump = theDump(project);
        Path file = dump.resolve(server.database()).resolve("users.bson");
        byte[] whole = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(whole, whole.length - 1));
        server.collection("users").insertOne(new Document("_id", 4));

        project.run("dbrestore", dump.toString(), "--drop")
                .exits(1)
                .complainsBriefly()
                .says(file + " is damaged at byte 28: the file is truncated");
        assertThat(server.collection("users").countDocuments()).isEqualTo(4);

        Files.delete(dump.resolve("manifest.json"));
        project.run("dbrestore", dump.toString(), "--drop").exits(1).says("at byte 28", "manifest");
        assertThat(server.collection("users").countDocuments()).isEqualTo(4);
    }

    @Test
    void aHeldLockRefusesTheRestoreAndNotTheDump(MongoServer server) throws IOException {
        Project project = withUsers(server);
        Document lock = new Document("_id", "lock")
                .append("owner", "another")
                .append("run", "00000001")
                .append("host", "elsewhere")
                .append("pid", 1L)
                .append("token", 4L)
                .append("acquiredAt", new Date())
                .append("expiresAt", new Date(System.currentTimeMillis() + 600_000));
        server.collection(Dumps.LOCK).insertOne(lock);
        project.run("dbdump").exits(0).says("1 collection");

        project.run("dbrestore", theDump(project).toString(), "--drop")
                .exits(4)
                .complainsBriefly()
                .says("run 00000001 on elsewhere");

        assertThat(server.collection(Dumps.LOCK).find().first()).isEqualTo(lock);
        server.collection(Dumps.LOCK)
                .updateOne(new Document(), List.of(new Document("$set", new Document("expiresAt", new Date(0)))));
        project.run("dbrestore", theDump(project).toString(), "--drop").exits(0);
    }

    @Test
    void usageErrorsHaveTwoLines(MongoServer server) {
        Project project = withUsers(server);
        project.run("dbrestore").exits(2).complainsBriefly().says("dbrestore DIR");
        project.run("dbrestore", "nowhere").exits(2).complainsBriefly().says("nowhere");
        project.run("dbdump", "--collection", "nowhere").exits(2).complainsBriefly();
        project.run("dbrestore", "nowhere", "--to", "no name").exits(2).says("--to no name");
        project.run("dbdump", "--query", "{}").exits(2).complainsBriefly().says("--collection");
    }

    @Test
    void aFailedDumpHasTheErrorKindDump(MongoServer server) {
        Project project = withUsers(server);
        server.failing("users", "find").withError(96);
        Result failed = project.run("dbdump", "--json").exits(1);
        assertThat(failed.error().getString("kind")).isEqualTo("dump");
    }

    @Test
    void anOverriddenDoDumpReplacesTheBuiltInDump(MongoServer server) throws IOException {
        Project project = withUsers(server);
        project.entry("""
            @Override protected void doDump() throws Exception {
                var folder = dumpFolder();
                java.nio.file.Files.createDirectories(folder);
                java.nio.file.Files.writeString(folder.resolve("own"), runId());
            }
            """);
        Document answer = project.run("dbdump", "--json").exits(0).json();
        assertThat(Path.of(answer.getString("folder"), "own")).content().matches("[0-9a-f]{8}");

        project.entry("""
            @Override protected void doDump() throws Exception {
                throw new java.io.IOException("the tape is full");
            }
            """);
        Result failed = project.run("dbdump", "--json").exits(1);
        assertThat(failed.error().getString("kind")).isEqualTo("dump");
        assertThat(failed.error().getString("message")).contains("the tape is full");
    }

    @Test
    void aDumpContainsNoPassword(@On(Kind.AUTH) MongoServer server) throws IOException {
        String password = "s3cret:/@%";
        server.createUser("dumper", password, "readWrite", "dbAdmin");
        Project project = project(server).environment("MONGO_URI", server.uriAs("dumper", "s3cret%3A%2F%40%25"));
        server.collection("users").insertOne(new Document("_id", 1));
        project.run("dbdump").exits(0).neverSays("s3cret");
        try (Stream<Path> files = Files.walk(project.folder().resolve("mongodumps"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                assertThat(Files.readString(file)).doesNotContain("s3cret");
            }
        }
        server.collection("users").drop();
        project.run("dbrestore", theDump(project).toString(), "--drop").exits(0);
    }

    @Test
    void aUserWithReadOnlyRightsCannotRestore(@On(Kind.AUTH) MongoServer server) throws IOException {
        server.createUser("reader", "secret", "read");
        Project project = project(server).environment("MONGO_URI", server.uriAs("reader", "secret"));
        server.collection("users").insertOne(new Document("_id", 1));
        project.run("dbdump").exits(0);
        project.run("dbrestore", theDump(project).toString(), "--drop")
                .exits(6)
                .complainsBriefly()
                .says(Dumps.LOCK);
        assertThat(server.db().listCollectionNames()).containsExactly("users");
    }

    private static Project withUsers(MongoServer server) {
        server.collection("users")
                .insertMany(List.of(new Document("_id", 1), new Document("_id", 2), new Document("_id", 3)));
        return project(server);
    }

    private static Path theDump(Project project) throws IOException {
        try (Stream<Path> dumps = Files.list(project.folder().resolve("mongodumps"))) {
            return dumps.sorted().reduce((first, second) -> second).orElseThrow();
        }
    }
}
