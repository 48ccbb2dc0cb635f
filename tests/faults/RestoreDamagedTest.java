package faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.client.MongoClients;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import migopy.MigopyException;
import migopy.dump.Restore;
import migopy.dump.RestoreAnswer;
import migopy.dump.RestoreRequest;
import mongo.dump.BsonTypes;
import mongo.dump.Dumps;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import support.MongoServer;
import support.OnServer;

/** A damaged or truncated file is named with the offset, and nothing is dropped. */
@OnServer
class RestoreDamagedTest {
    private static final int FILES = 1000;
    private static final int DOCUMENTS = 40;

    /** How a file is damaged. */
    private enum Damage {
        CUT,
        LENGTH,
        TYPE,
        ANY_BYTE
    }

    @Test
    void aThousandDamagedFilesAreNamedWithTheirOffsetAndChangeNothing(MongoServer server) throws IOException {
        Path dump = dumpOf(server);
        Path file = dump.resolve(server.database()).resolve("things.bson");
        byte[] whole = Files.readAllBytes(file);
        Path manifest = dump.resolve("manifest.json");
        byte[] manifestBytes = Files.readAllBytes(manifest);
        List<Integer> documents = documents(whole);
        Random random = new Random(7);
        int taken = 0;

        for (int i = 0; i < FILES; i++) {
            Damage damage = Damage.values()[i % 4];
            byte[] damaged = damaged(whole, documents, damage, random);
            Files.write(file, damaged);
            boolean listed = i % 8 < 4;
            if (listed) {
                Files.write(manifest, manifestBytes);
            } else {
                Files.deleteIfExists(manifest);
            }
            try {
                RestoreAnswer answer = restore(server, dump);
                // Still valid documents, but others: undetectable without a manifest.
                assertThat(listed).as("%d: %s was restored", i, damage).isFalse();
                assertThat(answer.documents() + answer.duplicates()).isEqualTo(DOCUMENTS);
                taken++;
                keepOnly(server);
            } catch (MigopyException e) {
                assertThat(e.kind()).isEqualTo(MigopyException.Kind.FAILED);
                assertThat(e.getMessage())
                        .as("%d: %s", i, damage)
                        .matches(
                                "(?s).*things\\.bson is damaged at byte \\d+: .*|.*did not take" + " document \\d+ .*");
                assertThat(server.collection("things").find()).containsExactly(new Document("_id", "kept"));
            }
            assertThat(server.db().listCollectionNames()).containsExactly("things");
        }
        assertThat(taken).isLessThan(FILES / 4);
    }

    @Test
    void theOffsetIsWhereTheDamageIs(MongoServer server) throws IOException {
        Path dump = dumpOf(server);
        Path file = dump.resolve(server.database()).resolve("things.bson");
        byte[] whole = Files.readAllBytes(file);
        int third = documents(whole).get(2);

        Files.write(file, Arrays.copyOf(whole, third + 10));
        assertThat(messageOf(server, dump)).contains("at byte " + third + ": the file is truncated");

        byte[] length = whole.clone();
        length[third + 3] = 0x70;
        Files.write(file, length);
        assertThat(messageOf(server, dump)).contains("at byte " + third + ": a document of length");

        byte[] type = whole.clone();
        type[third + 4] = 0x42;
        Files.write(file, type);
        assertThat(messageOf(server, dump)).contains("at byte " + (third + 4) + ": an unknown type: 0x42");

        // Truncated between two documents it is valid BSON, but differs from the manifest.
        Files.write(file, Arrays.copyOf(whole, third));
        assertThat(messageOf(server, dump)).contains("at byte 0: it has " + third + " bytes");

        Path metadata = file.resolveSibling("things.metadata.json");
        Files.write(file, whole);
        Files.writeString(metadata, Files.readString(metadata).replace("_id_", "_it_"));
        assertThat(messageOf(server, dump)).contains("things.metadata.json is damaged at byte 0");
    }

    @Test
    void aDamagedCompressedFileIsNamedToo(MongoServer server) throws IOException {
        server.collection("things").insertMany(things());
        Dumps dumps = new Dumps(server).gzip();
        Path dump = dumps.dumped();
        keepOnly(server);
        Path file = dump.resolve(server.database()).resolve("things.bson.gz");
        byte[] whole = Files.readAllBytes(file);
        Random random = new Random(11);
        for (int i = 0; i < 100; i++) {
            byte[] damaged = i % 2 == 0 ? Arrays.copyOf(whole, random.nextInt(whole.length)) : whole.clone();
            if (i % 2 == 1) {
                damaged[random.nextInt(whole.length)] ^= (byte) (1 + random.nextInt(255));
            }
            Files.write(file, damaged);
            assertThat(messageOf(server, dump)).contains("things.bson.gz is damaged at byte ");
        }
    }

    /** The files are read before the server is contacted. */
    @Test
    void damageIsFoundBeforeTheServerIsContacted(MongoServer server) throws IOException {
        Path dump = dumpOf(server);
        Path file = dump.resolve(server.database()).resolve("things.bson");
        Files.write(file, new byte[] {1, 2, 3});
        try (var unreachable = MongoClients.create("mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=1")) {
            assertThat(messageOf(() -> Restore.of(
                                    new RestoreRequest(
                                            unreachable,
                                            server.database(),
                                            null,
                                            dump,
                                            dump,
                                            Set.of(),
                                            new RestoreRequest.RestoreOptions(true, false, false, false, false),
                                            "7f3a93",
                                            "migrations",
                                            Dumps.LOCK),
                                    event -> {})
                            .run(new Dumps.OwnLock())))
                    .contains("at byte 0: the file is truncated");
        }
    }

    private static Path dumpOf(MongoServer server) {
        server.collection("things").insertMany(things());
        Path dump = new Dumps(server).dumped();
        keepOnly(server);
        return dump;
    }

    private static void keepOnly(MongoServer server) {
        server.collection("things").drop();
        server.collection("things").insertOne(new Document("_id", "kept"));
    }

    private static List<Document> things() {
        return Stream.iterate(0, i -> i + 1)
                .limit(DOCUMENTS)
                .map(i -> {
                    BsonDocument thing = BsonTypes.all();
                    thing.put("_id", new BsonInt32(i));
                    return new Document(thing);
                })
                .toList();
    }

    private static RestoreAnswer restore(MongoServer server, Path dump) {
        return new Dumps(server).dropping().restore(dump);
    }

    private static String messageOf(MongoServer server, Path dump) {
        String message = messageOf(() -> restore(server, dump));
        assertThat(server.collection("things").find()).containsExactly(new Document("_id", "kept"));
        return message;
    }

    private static String messageOf(Runnable restore) {
        try {
            restore.run();
        } catch (MigopyException e) {
            assertThat(e.kind()).isEqualTo(MigopyException.Kind.FAILED);
            return e.getMessage();
        }
        throw new AssertionError("it was restored");
    }

    private static byte[] damaged(byte[] whole, List<Integer> documents, Damage damage, Random random) {
        byte[] damaged = whole.clone();
        int start = documents.get(random.nextInt(documents.size()));
        switch (damage) {
            case CUT -> {
                int end = 1 + random.nextInt(whole.length - 1);
                return Arrays.copyOf(whole, documents.contains(end) ? end + 1 : end);
            }
            case LENGTH -> {
                int at = start + random.nextInt(Integer.BYTES);
                damaged[at] ^= (byte) (1 + random.nextInt(255));
            }
            case TYPE -> {
                // The first field is _id, an int32, so the second one's type is 10 bytes further.
                int at = start + Integer.BYTES + (random.nextBoolean() ? 0 : 9);
                damaged[at] ^= (byte) (1 + random.nextInt(255));
            }
            case ANY_BYTE -> damaged[random.nextInt(whole.length)] ^= (byte) (1 + random.nextInt(255));
        }
        return damaged;
    }

    /** The offsets of the documents of a file. */
    private static List<Integer> documents(byte[] file) {
        List<Integer> starts = new ArrayList<>();
        ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        for (int at = 0; at < file.length; at += bytes.getInt(at)) {
            starts.add(at);
        }
        return starts;
    }
}
