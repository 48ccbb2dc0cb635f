import com.mongodb.ConnectionString;
import com.mongodb.MongoClientSettings;
import com.mongodb.ReadConcern;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.FindOneAndUpdateOptions;
import com.mongodb.client.model.Projections;
import com.mongodb.client.model.UpdateOneModel;
import com.mongodb.client.model.UpdateOptions;
import com.mongodb.client.model.Updates;
import com.mongodb.connection.ServerMonitoringMode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.stream.Stream;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.bson.Document;
import org.bson.conversions.Bson;

/**
 * The minimum that a JVM needs with this driver. For a status: connect, read the journal, print one
 * number. For an execute: take the lock, read the journal, make the migrations' writes and those
 * that record each start and end, and release the lock. It reads no file, compiles and loads no
 * class, checks nothing, and uses one thread. For an execute with nothing cached, it first reads
 * the sources and compiles them in one task, in memory.
 */
public class Bare {
    private static final UpdateOptions UPSERT = new UpdateOptions().upsert(true);

    /** The lock is taken by the server's clock, as in Migopy. */
    private static final List<Document> TAKEN = List.of(new Document(
            "$set",
            new Document("owner", "bare")
                    .append("acquiredAt", "$$NOW")
                    .append("expiresAt", new Document("$add", List.of("$$NOW", 30_000)))));

    /**
     * @param args the server's URI and the database; for an execute, the number of migrations; with
     *     nothing cached, their folder and class path
     */
    public static void main(String... args) throws IOException {
        if (args.length > 3) {
            compile(Path.of(args[3]), args[4]);
        }
        MongoClientSettings settings = MongoClientSettings.builder()
                .applyConnectionString(new ConnectionString(args[0]))
                .applyToServerSettings(server -> server.serverMonitoringMode(ServerMonitoringMode.POLL))
                .build();
        try (var client = MongoClients.create(settings)) {
            MongoDatabase database = client.getDatabase(args[1]);
            System.out.println(
                    args.length > 2
                            ? executed(database, Integer.parseInt(args[2]))
                            : applied(database.getCollection("migrations")));
        }
    }

    private static long applied(MongoCollection<Document> journal) {
        long applied = 0;
        for (Document entry : journal.find().projection(Projections.exclude("source", "output", "attempts"))) {
            applied += "applied".equals(entry.getString("state")) ? 1 : 0;
        }
        return applied;
    }

    /** Writes the end of one and the start of the next in one command, as Migopy does. */
    private static int executed(MongoDatabase database, int count) {
        var journal = database.getCollection("migrations");
        var done = database.getCollection("done");
        var lock = database.getCollection("migrations_lock");
        Bson free = Filters.and(Filters.eq("_id", "lock"), Filters.exists("owner", false));
        lock.findOneAndUpdate(free, TAKEN, new FindOneAndUpdateOptions().upsert(true));
        if (applied(journal.withReadConcern(ReadConcern.MAJORITY)) > 0) {
            throw new IllegalStateException("The database has applied migrations");
        }
        journal.bulkWrite(List.of(begin(1)));
        for (int i = 1; i <= count; i++) {
            done.insertOne(new Document("n", i));
            journal.bulkWrite(i < count ? List.of(end(i), begin(i + 1)) : List.of(end(i)));
        }
        lock.findOneAndUpdate(Filters.eq("owner", "bare"), Updates.unset("owner"));
        return count;
    }

    private static void compile(Path folder, String classPath) throws IOException {
        List<Source> sources = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                sources.add(new Source(file.toUri(), Files.readString(file)));
            }
        }
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        List<String> options = List.of("-proc:none", "-implicit:none", "-cp", classPath);
        try (var memory = new Memory(compiler.getStandardFileManager(null, null, null))) {
            if (!compiler.getTask(null, memory, null, options, null, sources).call()) {
                throw new IllegalStateException("The migrations do not compile");
            }
        }
    }

    private static final class Source extends SimpleJavaFileObject {
        private final String text;

        Source(URI uri, String text) {
            super(uri, Kind.SOURCE);
            this.text = text;
        }

        @Override
        public String getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }
    }

    /** Keeps the classes that javac writes in memory. */
    private static final class Memory extends ForwardingJavaFileManager<JavaFileManager> {
        Memory(JavaFileManager files) {
            super(files);
        }

        @Override
        public JavaFileObject getJavaFileForOutput(
                Location location, String name, JavaFileObject.Kind kind, FileObject sibling) {
            return new SimpleJavaFileObject(URI.create("class:///" + name), kind) {
                @Override
                public OutputStream openOutputStream() {
                    return new ByteArrayOutputStream();
                }
            };
        }
    }

    private static UpdateOneModel<Document> begin(int i) {
        return new UpdateOneModel<>(
                Filters.and(Filters.eq("_id", i + "_bench"), Filters.exists("state", false)),
                Updates.combine(
                        Updates.set("state", "running"),
                        Updates.set("startedAt", new Date()),
                        Updates.set("source", "class Bench%d {}".formatted(i))),
                UPSERT);
    }

    private static UpdateOneModel<Document> end(int i) {
        return new UpdateOneModel<>(
                Filters.and(Filters.eq("_id", i + "_bench"), Filters.eq("state", "running")),
                Updates.combine(Updates.set("state", "applied"), Updates.set("finishedAt", new Date())),
                UPSERT);
    }
}
