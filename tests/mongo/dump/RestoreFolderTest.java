package mongo.dump;

import static mongo.dump.Dumps.assertFails;
import static mongo.dump.Dumps.users;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static support.Project.project;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import migopy.MigopyException;
import migopy.MigopyException.Kind;
import migopy.dump.RestoreAnswer;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import support.MongoServer;
import support.OnServer;
import support.Project;

/** Which folders and files a restore accepts as a dump. */
@OnServer
class RestoreFolderTest {
    @Test
    void theDatabasesFolderOfADumpIsAccepted(MongoServer server) {
        users(server, 5);
        var dumps = new Dumps(server);
        Path folder = dumps.dumped();
        server.db().drop();

        RestoreAnswer answer = dumps.restore(folder.resolve(server.database()));

        assertThat(answer.checked()).isTrue();
        assertThat(answer.documents()).isEqualTo(5);
        assertThat(dumps.notices()).isEmpty();
    }

    @Test
    void aDumpWithoutManifestIsRestoredWithANotice(MongoServer server) throws IOException {
        users(server, 5);
        var dumps = new Dumps(server);
        Path folder = dumps.dumped();
        Files.delete(folder.resolve("manifest.json"));
        Files.write(folder.resolve("oplog.bson"), new byte[0]); // by mongodump --oplog
        server.db().drop();

        assertThat(dumps.restore(folder).checked()).isFalse();

        assertThat(dumps.notices()).anyMatch(notice -> notice.contains("no manifest"));
        assertThat(server.collection("users").countDocuments()).isEqualTo(5);
    }

    @Test
    void aDumpOfAnotherDatabaseIsRefusedWithoutTo(MongoServer server) throws IOException {
        users(server, 5);
        var dumps = new Dumps(server);
        Path folder = dumps.dumped();
        Files.delete(folder.resolve("manifest.json"));
        Files.move(folder.resolve(server.database()), folder.resolve("production"));

        assertFails(Kind.USAGE, () -> dumps.restore(folder), "production", server.database());

        server.db().drop();
        dumps.to(server.database()).restore(folder);
        assertThat(server.collection("users").countDocuments()).isEqualTo(5);
    }

    @Test
    void anIncompleteDumpIsRefused(MongoServer server) throws IOException {
        users(server, 5);
        var dumps = new Dumps(server);
        Path folder = dumps.dumped();
        Path partial = folder.resolveSibling(folder.getFileName() + ".partial");
        Files.move(folder, partial);
        assertFails(Kind.REFUSED, () -> dumps.restore(partial), "not complete");
        assertFails(Kind.REFUSED, () -> dumps.restore(partial.resolve(server.database())), "not complete");

        // Renamed by hand; its manifest is still incomplete.
        Path renamed = Files.move(partial, folder);
        Path manifest = renamed.resolve("manifest.json");
        Files.writeString(manifest, Files.readString(manifest).replace("\"complete\": true", "\"complete\": false"));
        assertFails(Kind.REFUSED, () -> dumps.restore(renamed), "not complete");
        Files.writeString(manifest, "{\"format\": 1, ");
        assertFails(Kind.REFUSED, () -> dumps.restore(renamed), "manifest.json");
        Files.writeString(manifest, "{\"format\": 99}");
        assertFails(Kind.REFUSED, () -> dumps.restore(renamed), "format 99");
    }

    @Test
    void aFolderThatIsNotADumpIsRefusedAndNamed(MongoServer server) throws IOException {
        var dumps = new Dumps(server);
        Path empty = Files.createDirectory(dumps.directory().resolve("empty"));
        assertFails(Kind.USAGE, () -> dumps.restore(empty), "empty", "not a dump");
        assertFails(Kind.USAGE, () -> dumps.restore(empty.resolve("nowhere")), "nowhere");
        for (String database : List.of("one", "two")) {
            Files.write(Files.createDirectory(empty.resolve(database)).resolve("a.bson"), new byte[0]);
        }
        assertFails(Kind.USAGE, () -> dumps.restore(empty), "several databases");
    }

    @Test
    void ofSeveralDatabasesTheConfiguredOneIsSuggested(MongoServer server) throws IOException {
        Project project = project(server);
        Path dump = Files.createDirectory(project.folder().resolve("dump"));
        for (String database : List.of("admin", server.database())) {
            Files.write(Files.createDirectory(dump.resolve(database)).resolve("a.bson"), new byte[0]);
        }
        project.run("dbrestore", dump.toString())
                .exits(2)
                .says(dump.resolve(server.database()).toString());
    }

    @Test
    void aCutNameOfAnotherCollectionDoesNotBlockARestore(MongoServer server) throws IOException {
        String name = "\u00fc".repeat(90);
        users(server, 5);
        server.collection(name).insertMany(List.of(new Document(), new Document()));
        server.collection("bad").insertOne(new Document());
        var dumps = new Dumps(server);
        Path folder = dumps.dumped();
        server.db().drop();

        assertThat(dumps.restore(folder, "users").documents()).isEqualTo(5);
        assertThat(dumps.restore(folder, name).documents()).isEqualTo(2);

        Files.delete(folder.resolve("manifest.json"));
        Path database = folder.resolve(server.database());
        Files.copy(database.resolve("users.bson"), database.resolve("migrations_lock.bson"));
        Files.writeString(database.resolve("bad.metadata.json"), "{\"options\": {\"\u0000\": 1}}");
        assertThatThrownBy(() -> dumps.restore(folder))
                .isInstanceOfSatisfying(
                        MigopyException.class,
                        e -> assertThat(e.hint())
                                .contains("--collection users", name)
                                .doesNotContain("migrations_lock"));
        assertThat(dumps.restore(folder, "users", name).duplicates()).isEqualTo(7);
    }

    @Test
    void aFolderWithTwoDatabasesIsRefusedAndBothAreNamed(MongoServer server) throws IOException {
        users(server, 5);
        var dumps = new Dumps(server);
        Path folder = dumps.dumped();
        Files.delete(folder.resolve("manifest.json"));
        Path database = folder.resolve(server.database());
        Path other = Files.createDirectory(database.resolve("other"));
        Files.copy(database.resolve("users.bson"), other.resolve("users.bson"));

        assertFails(Kind.USAGE, () -> dumps.restore(database), server.database(), "other");
        assertFails(Kind.USAGE, () -> dumps.dropping().restore(database), "other");
    }

    @Test
    void skippedFilesAreNamed(MongoServer server) throws IOException {
        users(server, 5);
        var dumps = new Dumps(server);
        Path folder = dumps.dumped();
        Files.delete(folder.resolve("manifest.json"));
        Path database = folder.resolve(server.database());
        for (String name : List.of("system.buckets.weather", "system.users", "%24admin.system.roles")) {
            Files.copy(database.resolve("users.bson"), database.resolve(name + ".bson"));
        }
        Files.write(folder.resolve("oplog.bson"), new byte[0]);

        dumps.restore(folder);

        assertThat(dumps.notices())
                .anyMatch(notice -> notice.contains("$admin.system.roles")
                        && notice.contains("system.buckets.weather")
                        && notice.contains("system.users"))
                .anyMatch(notice -> notice.contains("oplog.bson is not replayed"));
    }

    @Test
    void anErrorAboutAFolderNamesWhatItIsInstead(MongoServer server) throws IOException {
        users(server, 5);
        Project project = project(server);
        Path folder = new Dumps(server).dumped();
        Path bson = folder.resolve(server.database()).resolve("users.bson");
        project.run("dbrestore", bson.toString()).exits(2).says("the file of one collection", "--collection users");
        Path link = Files.createSymbolicLink(folder.resolveSibling("link"), Path.of("nowhere"));
        project.run("dbrestore", link.toString()).exits(2).says("is a link to nowhere");
        Path text = Files.writeString(folder.resolveSibling("text"), "text");
        project.run("dbrestore", text.toString()).exits(2).says("it is a file");
        project.run("dbdump", "--dump-directory", text.toString())
                .exits(1)
                .says("The dump directory", "text is a file");
        project.run("dbdump", "--dump-directory", link.toString())
                .exits(1)
                .says("is a link to nowhere, which does not exist");
        project.run("dbdump", "--collection", "users", "--query", "{} x")
                .exits(2)
                .says("--query");
    }

    @Test
    void aMissingOrUnexpectedFileIsNamed(MongoServer server) throws IOException {
        users(server, 5);
        var dumps = new Dumps(server).dropping();
        Path database = dumps.dumped().resolve(server.database());
        Path strange = Files.copy(database.resolve("users.bson"), database.resolve("more.bson"));
        assertFails(Kind.FAILED, () -> dumps.restore(database), "more.bson");
        Files.delete(strange);
        Files.delete(database.resolve("users.metadata.json"));
        assertFails(Kind.FAILED, () -> dumps.restore(database), "users.metadata.json");
        assertThat(server.collection("users").countDocuments()).isEqualTo(5);
    }

    @Test
    void onlyItsOwnerCanReadADump(MongoServer server) throws IOException {
        users(server, 5);
        Path folder = new Dumps(server).dumped();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.toList()) {
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                        .as(file.toString())
                        .isEqualTo(Files.isDirectory(file) ? "rwx------" : "rw-------");
            }
        }
    }
}
