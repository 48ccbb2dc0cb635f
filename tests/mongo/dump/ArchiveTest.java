package mongo.dump;

import static org.assertj.core.api.Assertions.assertThat;
import static support.Project.project;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import migopy.MigopyException.Kind;
import migopy.dump.ArchiveReader;
import migopy.dump.ArchiveWriter;
import org.bson.BsonDocument;
import org.bson.Document;
import org.bson.RawBsonDocument;
import org.junit.jupiter.api.Test;
import support.MongoServer;
import support.OnServer;
import support.Project;
import support.Scratch;

/** Files of {@code mongodump --archive}. */
@OnServer
class ArchiveTest {
    @Test
    void aDatabaseIsRestoredFromAnArchive(MongoServer server) {
        EveryKind.fill(server);
        server.db().getCollection("types", BsonDocument.class).insertOne(BsonTypes.all());
        Dumps.Look before = Dumps.look(server.db());
        for (boolean gzip : new boolean[] {false, true}) {
            Dumps dumps = new Dumps(server);
            Path archive = Scratch.folder("archive").resolve("app.archive");
            Path folder = dumps.dumped();
            ArchiveWriter.pack(folder, archive, gzip);
            assertThat(folder).doesNotExist();
            assertThat(Files.exists(archive)).isTrue();
            server.db().drop();

            dumps.restore(unpack(archive, dumps, server.database()));

            assertThat(Dumps.look(server.db())).usingRecursiveComparison().isEqualTo(before);
        }
    }

    @Test
    void alternatingCollectionsOfAnArchiveAreRestoredAndOtherDatabasesAreNamed(MongoServer server) throws IOException {
        String app = server.database();
        Archive archive = new Archive()
                .collection(app, "a")
                .collection(app, "b")
                .collection("other", "c")
                .end()
                .block(app, "a", "{_id: 1}")
                .block(app, "b", "{_id: 1}")
                .block("other", "c", "{_id: 1}")
                .block(app, "a", "{_id: 2}")
                .eof(app, "a", Archive.CRC_OF_1_AND_2)
                .block(app, "b", "{_id: 2}")
                .eof(app, "b", Archive.CRC_OF_1_AND_2)
                .eof("other", "c", 0);
        Dumps dumps = new Dumps(server);

        dumps.restore(unpack(archive.write(), dumps, app));

        assertThat(server.collection("a").countDocuments()).isEqualTo(2);
        assertThat(server.collection("b").countDocuments()).isEqualTo(2);
        assertThat(dumps.notices()).anyMatch(notice -> notice.contains("other.c"));

        Dumps.assertFails(
                Kind.USAGE,
                () -> unpack(archive.write(), dumps, "neither"),
                "contains several databases: other, " + app);
    }

    @Test
    void aTruncatedOrDamagedArchiveIsRefusedAndNothingIsLeft(MongoServer server) throws IOException {
        Archive archive = new Archive()
                .collection("app", "a")
                .end()
                .block("app", "a", "{_id: 1}", "{_id: 2}")
                .eof("app", "a", Archive.CRC_OF_1_AND_2);
        byte[] whole = archive.bytes();
        Dumps dumps = new Dumps(server);
        for (int length = 4; length < whole.length; length += 7) {
            Path cut = Archive.write(Arrays.copyOf(whole, length));
            Dumps.assertFails(Kind.FAILED, () -> unpack(cut, dumps, "app"), "is damaged at byte");
        }
        byte[] damaged = whole.clone();
        damaged[archive.offsetOf("{_id: 2}") + 9]++;
        Dumps.assertFails(
                Kind.FAILED, () -> unpack(Archive.write(damaged), dumps, "app"), "the checksum of a does not match");
        assertThat(dumps.directory()).isEmptyDirectory();
        assertThat(unpack(Archive.write(whole), dumps, "app")).isDirectory();
    }

    @Test
    void unpackingThatIsInterruptedLeavesNothing(MongoServer server) throws IOException {
        Path archive =
                new Archive().collection("app", "a").end().eof("app", "a", 0).write();
        Dumps dumps = new Dumps(server);
        Thread.currentThread().interrupt();
        try {
            Dumps.assertFails(
                    Kind.FAILED, () -> unpack(archive, dumps, "app"), "was interrupted; nothing was restored");
        } finally {
            Thread.interrupted();
        }
        assertThat(dumps.directory()).isEmptyDirectory();
    }

    @Test
    void anArchiveIsWrittenAndRestoredByName(MongoServer server) throws IOException {
        server.collection("users").insertOne(new Document("_id", 1));
        Project project = project(server);
        String file = project.folder().resolve("my users.archive").toString();

        project.run("dbdump", "--archive", file, "--gzip")
                .exits(0)
                .says("1 collection, 1 document", "dbrestore '" + file + "'");
        project.run("dbdump", "--archive", file).exits(2).complainsBriefly().says("already exists");
        server.collection("users").drop();
        project.run("dbrestore", file).exits(0).says("1 document restored");
        project.run("dbrestore", "--archive", file).exits(0).says("1 document already existed");
        project.run("dbrestore", file, "--archive", file).exits(2).says("cannot be combined");
        project.run("dbrestore", file, "--database", "another")
                .exits(2)
                .says("is a dump of " + server.database(), "--database another dbrestore")
                .neverSays("Unpacked");

        assertThat(server.collection("users").countDocuments()).isEqualTo(1);
        assertThat(project.folder().resolve("mongodumps").toFile().list()).containsExactly(".gitignore");
        project.run("dbdump", "--archive", "/nowhere/x").exits(2).complainsBriefly();
    }

    @Test
    void internalCollectionsInAnArchiveOfMongodumpAreSkippedAndNamed(MongoServer server) throws IOException {
        String app = server.database();
        Archive archive = new Archive();
        List<String> others = List.of("migrations_lock", "$admin.system.users", "migopy_restore.7f3a91.0");
        others.forEach(name -> archive.collection(app, name));
        archive.collection(app, "a").end();
        others.forEach(name -> archive.block(app, name, "{_id: 1}", "{_id: 2}").eof(app, name, Archive.CRC_OF_1_AND_2));
        archive.block(app, "a", "{_id: 1}", "{_id: 2}").eof(app, "a", Archive.CRC_OF_1_AND_2);
        Dumps dumps = new Dumps(server);

        dumps.restore(unpack(archive.write(), dumps, app));

        assertThat(server.collection("a").countDocuments()).isEqualTo(2);
        assertThat(server.db().listCollectionNames()).containsExactly("a");
        assertThat(dumps.notices())
                .anyMatch(notice -> notice.contains("migrations_lock")
                        && notice.contains("$admin.system.users")
                        && notice.contains("migopy_restore.7f3a91.0"));
    }

    @Test
    void oneDamagedCollectionOfAnArchiveDoesNotBlockTheOthers(MongoServer server) throws IOException {
        String app = server.database();
        Archive archive = new Archive()
                .collection(app, "bad")
                .collection(app, "good")
                .collection(app, "migrations_lock")
                .end()
                .block(app, "bad", "{_id: 3}")
                .eof(app, "bad", 1)
                .block(app, "good", "{_id: 1}", "{_id: 2}")
                .eof(app, "good", Archive.CRC_OF_1_AND_2)
                .block(app, "migrations_lock", "{_id: 4}");
        Project project = project(server);
        Path file = Archive.write(archive.bytes());
        String cut = file.toString();

        project.run("dbrestore", cut, "--drop")
                .exits(1)
                .says("the checksum of bad does not match", "dbrestore", "--collection good --drop");
        project.run("dbrestore", cut, "--collection", "good", "--drop").exits(0);
        assertThat(server.collection("good").countDocuments()).isEqualTo(2);
        project.run("dbrestore", cut, "--collection", "bad").exits(1).says("Restore another dump");
        project.run("dbrestore", cut, "--collection", "none").exits(2).says("It contains: bad, good");
        assertThat(file).exists();
        assertThat(project.folder().resolve("mongodumps").toFile().list()).containsExactly(".gitignore");
    }

    @Test
    void anArchiveRecordsWhichCollectionsAndDocumentsWereRequested(MongoServer server) throws IOException {
        server.collection("users").insertMany(List.of(new Document("_id", 1), new Document("_id", 2)));
        server.collection("others").insertOne(new Document("_id", 1));
        Project project = project(server);
        String part = project.folder().resolve("part").toString();
        String users = project.folder().resolve("users").toString();
        project.run("dbdump", "--archive", part, "--collection", "users", "--query", "{_id: 1}")
                .exits(0);
        project.run("dbdump", "--archive", users, "--collection", "users").exits(0);

        project.run("dbrestore", part, "--drop").exits(3).says("--drop would remove all others");
        project.run("dbrestore", users, "--drop", "--exact").exits(0);

        assertThat(server.collection("users").countDocuments()).isEqualTo(2);
        assertThat(server.collection("others").countDocuments()).isEqualTo(1);
    }

    @Test
    void aFailedRestoreFromAnArchiveLeavesNoFolderAndNamesTheArchive(MongoServer server) throws IOException {
        String app = server.database();
        Archive archive = new Archive()
                .collection(app, "a")
                .end()
                .block(app, "a", "{_id: 1}", "{_id: 2}")
                .eof(app, "a", Archive.CRC_OF_1_AND_2);
        String file = Archive.write(archive.bytes()).toString();
        Project project = project(server);
        server.collection("a").insertOne(new Document("_id", 1));
        Path dumps = project.folder().resolve("mongodumps");

        Document failed =
                project.run("dbrestore", file, "--strict", "--json").exits(1).json();
        assertThat(failed.getString("folder")).isEqualTo(file);
        assertThat(dumps.toFile().list()).containsExactly(".gitignore");

        server.db().createView("a2", "a", List.of());
        server.collection("a").drop();
        server.db().createView("a", "nothing", List.of());
        project.run("dbrestore", file).exits(3).says("dbrestore " + file + " --drop");
        assertThat(dumps.toFile().list()).containsExactly(".gitignore");
    }

    /** Writes an archive of a journal and a collection, two documents each. */
    private static String withJournal(MongoServer server) throws IOException {
        String app = server.database();
        Archive archive =
                new Archive().collection(app, "migrations").collection(app, "a").end();
        for (String name : List.of("migrations", "a")) {
            archive.block(app, name, "{_id: 1}", "{_id: 2}").eof(app, name, Archive.CRC_OF_1_AND_2);
        }
        return Archive.write(archive.bytes()).toString();
    }

    @Test
    void anUnfinishedRestoreFromAnArchiveIsRepeatedFromTheArchive(MongoServer server) throws IOException {
        String file = withJournal(server);
        Project project = project(server);
        server.db().createCollection("a");
        server.failing("a", "insert").withError(14031);

        project.run("dbrestore", file).exits(1).says("Finish it: jbang migopy.java dbrestore " + file);
        assertThat(project.lock().toJson()).contains(file).doesNotContain("mongodumps");
        server.failing("a", "insert").close();
        project.run("dbrestore", file).exits(0);

        assertThat(server.collection("a").countDocuments()).isEqualTo(2);
    }

    @Test
    void aStrictRestoreThatFailedIsFinishedByItsHint(MongoServer server) throws IOException {
        String file = withJournal(server);
        Project project = project(server);
        server.collection("a").insertOne(new Document("_id", 1));

        project.run("dbrestore", file, "--strict")
                .exits(1)
                .says("Finish it: jbang migopy.java dbrestore " + file)
                .neverSays(file + " --strict");
        project.run("dbrestore", file, "--strict").exits(1);
        project.run("dbrestore", file).exits(0);

        assertThat(server.collection("a").countDocuments()).isEqualTo(2);
        project.lockIsFree();
    }

    @Test
    void archivesOnStandardInputAndOutputAreRefused(MongoServer server) {
        Project project = project(server);
        project.run("dbdump", "--archive", "-").exits(2).complainsBriefly().says("standard output");
        project.run("dbrestore", "").exits(2).complainsBriefly().says("needs a dump's folder");
        project.run("dbdump", "--archive", "").exits(2).complainsBriefly().says("is empty");
        project.run("dbrestore", "-").exits(2).complainsBriefly().says("standard input");
        assertThat(project.folder().resolve("-")).doesNotExist();
    }

    @Test
    void theHelpOfDbrestoreNamesArchives() {
        Project.withoutServer().run("help", "dbrestore").exits(0).says("mongodump --archive");
    }

    private static Path unpack(Path archive, Dumps dumps, String database) {
        assertThat(ArchiveReader.isArchive(archive)).isTrue();
        return ArchiveReader.unpack(dumps.request(archive, database), dumps.directory(), dumps::note);
    }

    /** An archive in mongodump's format. */
    private static final class Archive {
        /** The CRC-64 (ECMA-182) of {@code {_id: 1}} and {@code {_id: 2}}, computed by another program. */
        static final long CRC_OF_1_AND_2 = 0xf51dd249ee42e7dL;

        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        Archive() {
            number(0x8199e26d);
            document("{concurrent_collections: 4, version: '0.1', server_version: '6.0.5',"
                    + " tool_version: '100.10.0'}");
        }

        Archive collection(String database, String name) {
            return document(("{db: '%s', collection: '%s', metadata: '{\"indexes\":[],\"collectionName\":"
                            + "\"%s\",\"type\":\"collection\"}', size: 0, type:"
                            + " 'collection'}")
                    .formatted(database, name, name));
        }

        Archive block(String database, String name, String... documents) {
            header(database, name, false, 0);
            for (String document : documents) {
                document(document);
            }
            return end();
        }

        Archive eof(String database, String name, long crc) {
            return header(database, name, true, crc).end();
        }

        Archive end() {
            return number(-1);
        }

        private Archive header(String database, String name, boolean eof, long crc) {
            return document("{db: '%s', collection: '%s', EOF: %s, CRC: {$numberLong: '%d'}}"
                    .formatted(database, name, eof, crc));
        }

        private Archive document(String json) {
            out.writeBytes(bytesOf(json));
            return this;
        }

        private Archive number(int number) {
            ByteBuffer bytes = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            out.writeBytes(bytes.putInt(number).array());
            return this;
        }

        private static byte[] bytesOf(String json) {
            RawBsonDocument raw = RawBsonDocument.parse(json);
            int start = raw.getByteOffset();
            return Arrays.copyOfRange(raw.getBackingArray(), start, start + raw.getByteLength());
        }

        /** The offset of the first such document. */
        int offsetOf(String json) {
            String all = HexFormat.of().formatHex(bytes());
            return all.indexOf(HexFormat.of().formatHex(bytesOf(json))) / 2;
        }

        byte[] bytes() {
            return out.toByteArray();
        }

        Path write() throws IOException {
            return write(bytes());
        }

        static Path write(byte[] bytes) throws IOException {
            return Files.write(Scratch.folder("archive").resolve("archive"), bytes);
        }
    }
}
