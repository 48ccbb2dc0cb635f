package mongo.dump;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import migopy.dump.ArchiveReader;
import migopy.dump.ArchiveWriter;
import org.bson.BsonDocument;
import org.bson.Document;
import org.bson.RawBsonDocument;
import org.junit.jupiter.api.Test;
import support.MongoServer;
import support.OnServer;
import support.Scratch;

/** Other tools read a dump. */
@OnServer
class OtherToolsTest {
    /** The version that the test was written with; others read BSON too. */
    private static final String PYMONGO = "pymongo>=4.3,<5";

    private static final long LIMIT_SECONDS = 150;

    /** Prints one JSON document with what Python's readers find in the folder. */
    private static final String READER = """
        import glob, json, os, sys
        sys.path.insert(0, sys.argv[2])
        import bson
        from bson.codec_options import CodecOptions, DatetimeConversion
        from bson.raw_bson import RawBSONDocument
        options = CodecOptions(datetime_conversion=DatetimeConversion.DATETIME_MS)
        found = {}
        for path in glob.glob(os.path.join(sys.argv[1], '*.bson')):
            with open(path, 'rb') as file:
                documents = [list(d) for d in bson.decode_file_iter(file, options)]
            with open(path, 'rb') as file:
                raw = list(bson.decode_file_iter(file, CodecOptions(RawBSONDocument)))
            found[os.path.basename(path)] = {
                'documents': len(documents),
                'fields': max((len(d) for d in documents), default=0),
                'bytes': sum(len(d.raw) for d in raw),
                'hex': raw[0].raw.hex() if raw else ''}
        for path in glob.glob(os.path.join(sys.argv[1], '*.metadata.json')):
            with open(path, encoding='utf-8') as file:
                found[os.path.basename(path)] = json.load(file)
        print(json.dumps(found))
        """;

    @Test
    void pythonReadsEveryDocumentAndTheMetadata(MongoServer server) throws Exception {
        Path modules = bsonForPython();
        fill(server);
        Path folder = new Dumps(server).dumped().resolve(server.database());
        Path script = Files.writeString(Scratch.folder("python").resolve("reads.py"), READER);

        Document found =
                Document.parse(run(List.of("python3", script.toString(), folder.toString(), modules.toString())));

        Document types = found.get("types.bson", Document.class);
        assertThat(types.getInteger("documents")).isEqualTo(1);
        assertThat(types.getInteger("fields")).isEqualTo(BsonTypes.all().size());
        RawBsonDocument raw =
                server.db().getCollection("types", RawBsonDocument.class).find().first();
        assertThat(types.getString("hex"))
                .isEqualTo(HexFormat.of()
                        .formatHex(
                                raw.getBackingArray(), raw.getByteOffset(), raw.getByteOffset() + raw.getByteLength()));
        assertThat(found.get("users.bson", Document.class).getInteger("documents"))
                .isEqualTo(2500);
        assertThat(found.get("users.bson", Document.class).getInteger("bytes"))
                .isEqualTo((int) Files.size(folder.resolve("users.bson")));
        assertThat(found.get("empty.bson", Document.class).getInteger("documents"))
                .isZero();
        assertThat(found).containsKey("system.buckets.weather.bson").doesNotContainKey("weather.bson");

        Document users = found.get("users.metadata.json", Document.class);
        assertThat(users.keySet()).containsExactly("indexes", "uuid", "collectionName", "type");
        assertThat(users.getString("collectionName")).isEqualTo("users");
        assertThat(users.getString("type")).isEqualTo("collection");
        assertThat(users.getString("uuid")).matches("[0-9a-f]{32}");
        assertThat(users.getList("indexes", Document.class))
                .extracting(index -> index.getString("name"))
                .containsExactly("_id_", "n_1");
        // Python's json ignores Extended JSON, but the driver's reader that parsed its output does not.
        assertThat(Files.readString(folder.resolve("users.metadata.json")))
                .contains("{\"v\": {\"$numberInt\": \"2\"}, \"key\": {\"_id\": {\"$numberInt\":"
                        + " \"1\"}}, \"name\": \"_id_\"}");
        assertThat(found.get("weather.metadata.json", Document.class).getString("type"))
                .isEqualTo("timeseries");
    }

    @Test
    void mongorestoreReadsADumpIfItIsInstalled(MongoServer server) throws Exception {
        assumeTrue(isOnPath("mongorestore"), "no mongorestore on the PATH");
        fill(server);
        Dumps.Look before = Dumps.look(server.db());
        Path folder = new Dumps(server).dumped();
        server.db().drop();

        run(List.of(
                "mongorestore", "--bypassDocumentValidation", "--uri", uriWithoutDatabase(server), folder.toString()));

        assertThat(Dumps.look(server.db())).usingRecursiveComparison().isEqualTo(before);
    }

    @Test
    void mongodumpWritesTheSameAndIsRestoredIfItIsInstalled(MongoServer server) throws Exception {
        assumeTrue(isOnPath("mongodump"), "no mongodump on the PATH");
        fill(server);
        Dumps.Look before = Dumps.look(server.db());
        Path theirs = Scratch.folder("mongodump");
        run(List.of(
                "mongodump",
                "--uri",
                uriWithoutDatabase(server),
                "--db",
                server.database(),
                "--out",
                theirs.toString()));
        var dumps = new Dumps(server);
        Path ours = dumps.dumped();

        assertThat(Dumps.files(ours.resolve(server.database())))
                .isEqualTo(Dumps.files(theirs.resolve(server.database())).stream()
                        .filter(file -> !file.equals("prelude.json"))
                        .toList());
        for (String file : Dumps.files(ours.resolve(server.database()))) {
            Path mine = ours.resolve(server.database()).resolve(file);
            Path other = theirs.resolve(server.database()).resolve(file);
            if (file.endsWith(".bson")) {
                assertThat(mine).hasSameBinaryContentAs(other);
            } else {
                String canonical = Files.readString(mine).replaceAll("(?<=[:,]) ", "");
                assertThat(canonical).isEqualTo(Files.readString(other));
            }
        }
        server.db().drop();
        dumps.restore(theirs);
        assertThat(Dumps.look(server.db())).usingRecursiveComparison().isEqualTo(before);
    }

    @Test
    void migopyAndMongodumpRestoreEachOthersArchives(MongoServer server) throws Exception {
        assumeTrue(isOnPath("mongodump") && isOnPath("mongorestore"), "none on the PATH");
        fill(server);
        Dumps.Look before = Dumps.look(server.db());
        for (String gzip : List.of("", "--gzip")) {
            String theirs = Scratch.folder("theirs").resolve("archive").toString();
            String database = "--db=" + server.database();
            List<String> dump = new ArrayList<>(List.of("mongodump", "--archive=" + theirs));
            dump.addAll(List.of("--uri", uriWithoutDatabase(server), database));
            if (!gzip.isEmpty()) {
                dump.add(gzip);
            }
            run(dump);
            var dumps = new Dumps(server);
            Path unpacked = ArchiveReader.unpack(
                    dumps.request(Path.of(theirs), server.database()), dumps.directory(), dumps::note);
            server.db().drop();
            dumps.restore(unpacked);
            assertThat(Dumps.look(server.db())).usingRecursiveComparison().isEqualTo(before);

            Path ours = Scratch.folder("ours").resolve("archive");
            ArchiveWriter.pack(dumps.dumped(), ours, !gzip.isEmpty());
            server.db().drop();
            List<String> restore = new ArrayList<>(List.of("mongorestore", "--archive=" + ours));
            restore.addAll(List.of("--bypassDocumentValidation", "--uri"));
            restore.add(uriWithoutDatabase(server));
            if (!gzip.isEmpty()) {
                restore.add(gzip);
            }
            run(restore);
            assertThat(Dumps.look(server.db())).usingRecursiveComparison().isEqualTo(before);
        }
    }

    private static String uriWithoutDatabase(MongoServer server) {
        return server.uri().replace("/" + server.database(), "/");
    }

    private static void fill(MongoServer server) {
        server.db().getCollection("types", BsonDocument.class).insertOne(BsonTypes.all());
        server.collection("users")
                .insertMany(IntStream.range(0, 2500)
                        .mapToObj(i -> new Document("_id", i).append("n", i))
                        .toList());
        server.collection("users").createIndex(new Document("n", 1));
        EveryKind.fill(server);
    }

    /** PyMongo, which contains Python's bson, in a folder of its own that no other Python uses. */
    private static Path bsonForPython() throws Exception {
        assumeTrue(isOnPath("python3"), "no python3 on the PATH");
        Path modules = Scratch.folder("pymongo");
        run(List.of(
                "python3",
                "-m",
                "pip",
                "--disable-pip-version-check",
                "install",
                "--quiet",
                "--target",
                modules.toString(),
                PYMONGO));
        return modules;
    }

    private static boolean isOnPath(String program) {
        return Arrays.stream(System.getenv("PATH").split(":"))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }

    private static String run(List<String> command) throws IOException, InterruptedException {
        Path out = Scratch.folder("run").resolve("out");
        Path err = out.resolveSibling("err");
        Process process = new ProcessBuilder(new ArrayList<>(command))
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
        assertThat(process.waitFor())
                .as("%s: %s", command, Files.readString(err))
                .isZero();
        return Files.readString(out);
    }
}
