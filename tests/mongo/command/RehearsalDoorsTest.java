package mongo.command;

import static org.assertj.core.api.Assertions.assertThat;
import static support.Migrations.up;
import static support.Project.project;

import java.io.IOException;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import support.MongoServer;
import support.OnServer;
import support.Project;

/** Every way out of the copy, by a user who may write everywhere. */
@OnServer
class RehearsalDoorsTest {
    /** Tries each way, and writes down those that were open. */
    private static final String DOORS = """
        import static migopy.Migration.*;

        import com.mongodb.*;
        import com.mongodb.client.*;
        import com.mongodb.client.gridfs.GridFSBuckets;
        import com.mongodb.client.model.*;
        import com.mongodb.client.model.bulk.*;
        import java.io.ByteArrayInputStream;
        import java.lang.reflect.Field;
        import java.lang.reflect.Proxy;
        import java.nio.file.*;
        import java.util.*;
        import java.util.concurrent.*;
        import java.util.stream.Stream;
        import org.bson.Document;

        class Doors {
            static final List<String> OPEN = Collections.synchronizedList(new ArrayList<>());
            static final String OUT = "SOURCE";

            interface Way { void go() throws Throwable; }

            static void door(String name, Way way) {
                try {
                    way.go();
                    OPEN.add(name);
                } catch (Throwable e) {
                    return;
                }
            }

            static void write(MongoDatabase database, String name) {
                database.getCollection(name).insertOne(new Document("door", name));
            }

            static MongoDatabase source() {
                return client().getDatabase(OUT);
            }

            static MongoCollection<Document> users() {
                return db().getCollection("users");
            }

            static Document command(String name, Object value, Object... more) {
                Document command = new Document(name, value);
                for (int i = 0; i < more.length; i += 2) {
                    command.append((String) more[i], more[i + 1]);
                }
                return command;
            }

            static void thread(Thread thread) throws InterruptedException {
                thread.start();
                thread.join();
            }

            static void up() throws Exception {
                String here = db().getName();
                MongoDatabase admin = client().getDatabase("admin");
                door("client", () -> write(source(), "client"));
                door("other database", () -> write(client().getDatabase(OUT + "_other"), "other"));
                door("update", () -> source().getCollection("users").updateMany(new Document(), Updates.inc("n", 1)));
                door("find and delete", () -> source().getCollection("users").findOneAndDelete(new Document()));
                door("drop", () -> source().getCollection("users").drop());
                door("drop database", () -> source().drop());
                door("index", () -> source().getCollection("users").createIndex(Indexes.ascending("a")));
                door("create", () -> source().createCollection("created"));
                door("view", () -> source().createView("view", "users", List.of()));
                door("$out", () -> users().aggregate(List.of(Aggregates.out(OUT, "out"))).toCollection());
                door("$out by first()", () -> users().aggregate(List.of(Aggregates.out(OUT, "first"))).first());
                door("$merge", () -> users()
                        .aggregate(List.of(Aggregates.merge(new MongoNamespace(OUT, "users")))).toCollection());
                door("$merge of a view", () -> {
                    db().createView("all", "users", List.of());
                    db().getCollection("all")
                            .aggregate(List.of(Aggregates.merge(new MongoNamespace(OUT, "merged")))).toCollection();
                });
                door("$out of the database", () -> db().aggregate(List.of(
                        new Document("$documents", List.of(new Document("a", 1))),
                        new Document("$out", new Document("db", OUT).append("coll", "documents")))).toCollection());
                door("mapReduce", () -> users().mapReduce("function() { emit(1, 1); }", "function() { return 1; }")
                        .databaseName(OUT).collectionName("reduced").toCollection());
                door("insert as a command", () -> source().runCommand(
                        command("insert", "commanded", "documents", List.of(new Document()))));
                door("rename", () -> users().renameCollection(new MongoNamespace(OUT, "renamed")));
                door("rename of the source", () -> admin.runCommand(
                        command("renameCollection", OUT + ".users", "to", OUT + ".gone")));
                door("rename into the copy", () -> admin.runCommand(
                        command("renameCollection", OUT + ".users", "to", here + ".stolen")));
                for (MongoDatabase each : List.of(admin, db())) {
                    door("applyOps on " + each.getName(), () -> each.runCommand(command("applyOps", List.of(
                            command("op", "i", "ns", OUT + ".users", "o", new Document("_id", "applied"))))));
                    door("createUser on " + each.getName(), () -> each.runCommand(
                            command("createUser", OUT, "pwd", "secret", "roles", List.of())));
                    door("createRole on " + each.getName(), () -> each.runCommand(
                            command("createRole", OUT, "privileges", List.of(), "roles", List.of())));
                    door("killSessions on " + each.getName(), () -> each.runCommand(
                            command("killSessions", List.of(new Document("id", UUID.randomUUID())))));
                    door("profile on " + each.getName(), () -> each.runCommand(command("profile", 0)));
                }
                door("parameter", () -> admin.runCommand(command("setParameter", 1, "quiet", false)));
                door("session", () -> {
                    try (ClientSession session = client().startSession()) {
                        session.withTransaction(() -> source().getCollection("session").insertOne(session, new Document()));
                    }
                });
                door("bulk write", () -> client().bulkWrite(List.of(ClientNamespacedWriteModel.insertOne(
                        new MongoNamespace(OUT, "bulk"), new Document()))));
                door("validator", () -> source().runCommand(
                        command("collMod", "users", "validator", new Document("a", 1))));
                door("files", () -> GridFSBuckets.create(source())
                        .uploadFromStream("file", new ByteArrayInputStream(new byte[10])));
                door("backfill", () -> backfill("users").each(user -> {
                    write(source(), "backfill");
                    return null;
                }).run());
                door("thread", () -> thread(new Thread(() -> door("in a thread", () -> write(source(), "thread")))));
                OPEN.remove("thread"); // it started one
                thread(new Thread(null, () -> door("stranger", () -> write(source(), "stranger")), "stranger", 0, false));
                ExecutorService pool = Executors.newFixedThreadPool(2);
                try {
                    for (Future<?> each : List.of(
                            pool.submit(() -> door("pool", () -> write(source(), "pool"))),
                            CompletableFuture.runAsync(() -> door("async", () -> write(source(), "async"))))) {
                        each.get();
                    }
                } finally {
                    pool.shutdown();
                }
                Stream.of("one", "two", "three").parallel()
                        .forEach(each -> door("stream " + each, () -> write(source(), each)));
                door("reflection", () -> {
                    Object handler = Proxy.getInvocationHandler(client());
                    for (Field field : handler.getClass().getDeclaredFields()) {
                        field.setAccessible(true);
                        if (field.get(handler) instanceof MongoClient bare) {
                            write(bare.getDatabase(OUT), "reflection");
                        }
                    }
                });
                Files.write(file("open"), OPEN);
            }
        }
        """;

    /** Starts a thread that writes while the next migration is called. */
    private static final String LATE = """
        import static migopy.Migration.*;

        import com.mongodb.client.*;
        import org.bson.Document;

        class Late {
            static void up() {
                MongoDatabase source = client().getDatabase("SOURCE");
                new Thread(null, () -> {
                    support.Signals.await("next");
                    try {
                        source.getCollection("late").insertOne(new Document());
                    } finally {
                        support.Signals.send("tried");
                    }
                }, "late", 0, false).start();
            }
        }
        """;

    @Test
    void aThreadThatAMigrationLeavesCannotReachAnythingElse(MongoServer server) {
        server.collection("users").insertOne(new Document("_id", 1));
        project(server)
                .with("1_late.java", LATE.replace("SOURCE", server.database()))
                .with("2_next.java", up("support.Signals.send(\"next\"); support.Signals.await(\"tried\");"))
                .run("rehearse", "--here");
        assertThat(server.db().listCollectionNames()).containsExactly("users");
    }

    @Test
    void aMigrationCannotReachAnythingButTheCopy(MongoServer server) throws IOException {
        for (int i = 0; i < 20; i++) {
            server.collection("users").insertOne(new Document("_id", i).append("n", i));
        }
        String before = server.hash();
        Project project = project(server).with("1_doors.java", DOORS.replace("SOURCE", server.database()));
        project.run("rehearse", "--here", "--no-down").exits(7).says("of which a rehearsal has no copy");
        assertThat(project.folder().resolve("open")).hasContent("");
        assertThat(server.hash()).isEqualTo(before);
        assertThat(server.client().listDatabaseNames()).doesNotContain(server.database() + "_other");
    }
}
