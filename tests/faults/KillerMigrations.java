package faults;

import static org.assertj.core.api.Assertions.assertThat;
import static support.Migrations.source;

import java.nio.file.Files;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import org.bson.Document;
import support.Project;

/**
 * The migrations of {@link KillerRound}: plain ones, transactional ones, and ones that throw until they are fixed. Each
 * call is recorded in {@code calls}, outside of any transaction; each effect is a mark in {@code done}.
 */
final class KillerMigrations {
    private static final String WORKING = " long end = System.nanoTime() + 30_000_000L;"
            + " while (System.nanoTime() < end) {"
            + " java.util.concurrent.locks.LockSupport.parkNanos(1_000_000L); }";

    private static final String CALLED =
            "db().getCollection(\"calls\").insertOne(new Document(\"mark\", \"%1$s\"));" + WORKING;

    // A separate session marks this write as intentionally outside of the transaction.
    private static final String CALLED_OUTSIDE = "try (ClientSession own = Migration.client().startSession()) {"
            + " database.getCollection(\"calls\").insertOne(own, new Document(\"mark\","
            + " \"%1$s\")); }"
            + WORKING;

    // The next execute runs a failed migration again, so its effects must be repeatable.
    private static final String PLAIN = "static void up() { "
            + CALLED
            + " if (db().getCollection(\"done\").countDocuments(new Document(\"mark\","
            + " \"%1$s\")) == 0) { db().getCollection(\"done\").insertOne(new"
            + " Document(\"mark\", \"%1$s\")); } }";

    private static final String TRANSACTIONAL = "static void up(MongoDatabase database, ClientSession session) {"
            + " database.getCollection(\"done\").insertOne(session, new Document(\"mark\","
            + " \"%1$s\")); "
            + CALLED_OUTSIDE
            + " }";

    private static final String FAILING = "static void up() { if (!java.nio.file.Files.exists(java.nio.file.Path.of("
            + "System.getProperty(\"migopy.test.signals\"), \"fix-%1$s\"))) throw new"
            + " IllegalStateException(\"not fixed yet\"); later(); }"
            + PLAIN.replace("void up()", "void later()");

    private final Project project;
    private final List<String> plain = new ArrayList<>();
    private final List<String> all = new ArrayList<>();
    private final Deque<String> broken = new ArrayDeque<>();

    KillerMigrations(Project project, Random random, int count) {
        this.project = project;
        for (int i = 1; i <= count; i++) {
            int kind = random.nextInt(10);
            String name = i + (kind < 5 ? "_plain" : kind < 9 ? "_transactional" : "_failing");
            String text = kind < 5 ? PLAIN : kind < 9 ? TRANSACTIONAL : FAILING;
            project.with(name + ".java", source(text.formatted(name)));
            all.add(name);
            if (kind < 5) {
                plain.add(name);
            } else if (kind == 9) {
                broken.add(name);
            }
        }
    }

    /** Fixes the first broken migration that is recorded as failed. */
    void fixOne() {
        String first = broken.peek();
        Document entry = first == null ? null : project.journal(first);
        if (entry != null && "failed".equals(entry.getString("state"))) {
            project.signal("fix-" + broken.remove());
        }
    }

    boolean isDone(String name) {
        return count("done", name) > 0;
    }

    /** Returns how often any of them was called so far. */
    long calls() {
        return project.server().collection("calls").estimatedDocumentCount();
    }

    private long count(String collection, String name) {
        return project.server().collection(collection).countDocuments(new Document("mark", name));
    }

    void assertEachIsDoneOnceAndRecorded() {
        assertThat(Files.isDirectory(project.migrations())).isTrue();
        for (String name : all) {
            Document entry = project.journal(name);
            assertThat(count("done", name)).as("effects of %s", name).isEqualTo(1);
            assertThat(entry).containsEntry("state", "applied").doesNotContainKey("session");
            assertThat(entry.getList("attempts", Document.class))
                    .as("attempts of %s", name)
                    .last()
                    .satisfies(last -> assertThat(last).containsEntry("outcome", "applied"));
        }
        for (String name : plain) {
            long called = project.journal(name).getList("attempts", Document.class).stream()
                    .filter(attempt -> "up".equals(attempt.getString("direction")))
                    .count();
            // An attempt that was killed before the call has none.
            assertThat(count("calls", name))
                    .as("calls of %s, of which the journal knows %d", name, called)
                    .isLessThanOrEqualTo(called);
        }
    }
}
