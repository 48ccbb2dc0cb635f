package faults;

import static org.assertj.core.api.Assertions.assertThat;
import static support.Migrations.source;

import com.mongodb.MongoNotPrimaryException;
import com.mongodb.MongoQueryException;
import com.mongodb.ReadConcern;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.bson.Document;
import support.Eventually;
import support.MongoServer;
import support.Project;

/**
 * The migrations of {@link ModelRound}, plain and transactional, and a record of their effects. Each has a counter in a
 * second database without a journal and a lock: {@code up()} increments it, {@code down()} decrements it, and the same
 * write records the process.
 */
final class ModelMigrations {
    private static final String MEMBERS = """
        static final String ID = "%1$s";

        static MongoCollection<Document> counters() {
            return Migration.client()
                    .getDatabase(db().getName() + "_effects").getCollection("counters");
        }

        static Document by(int n) {
            Document log = new Document("pid", ProcessHandle.current().pid()).append("by", n);
            return new Document("$inc", new Document("n", n))
                    .append("$push", new Document("log", log));
        }

        static void pause() {
            long end = System.nanoTime() + 30_000_000L;
            while (System.nanoTime() < end) {
                java.util.concurrent.locks.LockSupport.parkNanos(1_000_000L);
            }
        }
        """;

    // No call follows the change of the counter: if it failed, the migration would be recorded as failed and rightly
    // run again.
    private static final String PLAIN = """
        static void up() { pause(); counters().updateOne(new Document("_id", ID), by(1)); pause(); }
        static void down() { pause(); counters().updateOne(new Document("_id", ID), by(-1)); pause(); }
        """;

    private static final String TRANSACTIONAL = """
        static void up(MongoDatabase database, ClientSession session) {
            counters().updateOne(session, new Document("_id", ID), by(1));
            pause();
        }
        static void down(MongoDatabase database, ClientSession session) {
            counters().updateOne(session, new Document("_id", ID), by(-1));
            pause();
        }
        """;

    private final Project project;
    private final List<String> all = new ArrayList<>();
    private final MongoDatabase effects;

    ModelMigrations(MongoServer server, Project project, Random random, int count) {
        this.project = project;
        this.effects = server.client().getDatabase(server.database() + "_effects");
        effects.drop();
        server.closeAtEnd(effects::drop);
        for (int i = 1; i <= count; i++) {
            boolean plain = random.nextBoolean();
            String name = i + (plain ? "_plain" : "_transactional");
            String text = MEMBERS.formatted(name) + (plain ? PLAIN : TRANSACTIONAL);
            project.with(name + ".java", source(text));
            all.add(name);
            counters().insertOne(new Document("_id", name).append("n", 0).append("log", List.of()));
        }
    }

    private MongoCollection<Document> counters() {
        return effects.getCollection("counters");
    }

    /** Returns how often the counters were changed so far. */
    long calls() {
        long calls = 0;
        for (Document counter : counters().find()) {
            calls += counter.getList("log", Document.class).size();
        }
        return calls;
    }

    /** Returns whether its effect is there, by a read that no failover can roll back. */
    boolean isDone(String name) {
        return n(counter(name)) > 0;
    }

    /** Reads with majority, and waits for the end of an election. */
    private Document counter(String name) {
        List<Document> found = new ArrayList<>();
        Eventually.until("the counter of " + name + " is read", () -> {
            try {
                return found.add(counters()
                        .withReadConcern(ReadConcern.LINEARIZABLE)
                        .find(new Document("_id", name))
                        .first());
            } catch (MongoNotPrimaryException | MongoQueryException e) {
                return false;
            }
        });
        return found.get(0);
    }

    private static int n(Document counter) {
        return counter.getInteger("n");
    }

    /** Returns whether all of them are in that state. */
    boolean areAll(String state) {
        Map<String, String> states = project.states();
        return all.stream().allMatch(name -> state.equals(states.get(name)));
    }

    /**
     * Compares the journal with the counters. An entry that changes during the comparison is skipped, but no counter
     * may ever be above one or below zero.
     */
    void compare() {
        Map<String, Document> before = entries();
        Map<String, Document> counters = new HashMap<>();
        all.forEach(name -> counters.put(name, counter(name)));
        Map<String, Document> after = entries();
        for (String name : all) {
            Document counter = counters.get(name);
            assertThat(n(counter)).as("counter of %s: %s", name, counter).isBetween(0, 1);
            Document entry = after.get(name);
            if (entry == null ? before.get(name) == null : entry.equals(before.get(name))) {
                compare(name, entry, counter);
            }
        }
    }

    private static void compare(String name, Document entry, Document counter) {
        String state = entry == null ? "rolled_back" : entry.getString("state");
        Document error = entry == null ? null : entry.get("error", Document.class);
        boolean open = List.of("running", "rolling_back").contains(state)
                || error != null && List.of("interrupted", "timeout").contains(error.getString("type"));
        if (open) {
            return;
        }
        int expected = List.of("applied", "rollback_failed").contains(state) ? 1 : 0;
        assertThat(n(counter)).as("%s is %s: %s", name, state, counter).isEqualTo(expected);
        if (entry != null) {
            isOfTheRecordedProcess(name, entry, counter);
        }
    }

    private static void isOfTheRecordedProcess(String name, Document entry, Document counter) {
        List<Document> attempts = entry.getList("attempts", Document.class);
        Document last = attempts.get(attempts.size() - 1);
        if (List.of("applied", "rolled_back").contains(last.getString("outcome"))
                && !"repair".equals(last.getString("direction"))) {
            List<Document> log = counter.getList("log", Document.class);
            assertThat(log.get(log.size() - 1).getLong("pid"))
                    .as("process of %s: %s, %s", name, last, log)
                    .isEqualTo(last.get("by", Document.class).getLong("pid"));
        }
    }

    private Map<String, Document> entries() {
        Map<String, Document> entries = new HashMap<>();
        project.server()
                .collection("migrations")
                .withReadConcern(ReadConcern.MAJORITY)
                .find()
                .forEach(entry -> entries.put(entry.getString("_id"), entry));
        return entries;
    }
}
