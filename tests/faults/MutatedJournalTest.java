package faults;

import static org.assertj.core.api.Assertions.assertThat;
import static support.Migrations.marking;
import static support.Project.project;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.bson.BsonArray;
import org.bson.BsonBinary;
import org.bson.BsonBoolean;
import org.bson.BsonDateTime;
import org.bson.BsonDecimal128;
import org.bson.BsonDocument;
import org.bson.BsonDouble;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonMaxKey;
import org.bson.BsonMinKey;
import org.bson.BsonNull;
import org.bson.BsonObjectId;
import org.bson.BsonRegularExpression;
import org.bson.BsonString;
import org.bson.BsonTimestamp;
import org.bson.BsonUndefined;
import org.bson.BsonValue;
import org.bson.Document;
import org.bson.types.Decimal128;
import org.junit.jupiter.api.Test;
import support.MongoServer;
import support.OnServer;
import support.Project;
import support.Result;

/** Journal documents with random mutations. */
@OnServer
class MutatedJournalTest {
    private static final int DOCUMENTS = 10_000;
    private static final int AT_ONCE = 500;
    private static final int ALONE = 100;
    private static final int MUTATIONS = 3;
    private static final String[] STATES = {
        "running", "applied", "failed", "ignored", "rolling_back", "rollback_failed", "rolled_back"
    };

    private final long seed = Long.getLong("migopy.test.seed", System.nanoTime());
    private final Random random = new Random(seed);

    @Test
    void noneOfThemCausesACrashOrIsOverwritten(MongoServer server) {
        System.out.println("mutated journal: --seed " + seed);
        var project = project(server);
        for (int i = 1; i <= 4; i++) {
            project.with(i + "_m.java", marking("m" + i));
        }
        var journal = server.db().getCollection("migrations", BsonDocument.class);
        project.run("execute", "--to", "2").exits(0);
        BsonDocument sound = journal.find().first();
        for (int done = 0; done < DOCUMENTS; ) {
            // Some of them alone, since an unreadable one stops `execute` before it checks the others.
            int count = done < ALONE ? 1 : Math.min(AT_ONCE, DOCUMENTS - done);
            journal.drop();
            journal.insertMany(mutated(sound, count));
            survived(project, server, count);
            done += count;
        }
    }

    private void survived(Project project, MongoServer server, int count) {
        var journal = server.db().getCollection("migrations", BsonDocument.class);
        List<BsonDocument> before = journal.find().into(new ArrayList<>());
        List<String> collections = server.db().listCollectionNames().into(new ArrayList<>());
        String which = "seed %d".formatted(seed);

        Result status = project.run("status", "--json", "--all");
        assertThat(status.exitCode()).as("%s: %s", which, status.err()).isZero();
        long settled = before.stream().filter(MutatedJournalTest::isRolledBack).count();
        // A migration that was rolled back and has no file is not listed.
        assertThat(status.json().getList("migrations", Document.class).size())
                .as(which)
                .isGreaterThanOrEqualTo((int) (count - settled - 4));
        assertSound(project.run("status"), which, 0);
        assertSound(project.run("execute", "--dry-run"), which, 0, 3, 5);
        assertSound(project.run("execute", "3", "--dry-run"), which, 0, 2, 3, 5);
        assertSound(project.run("history"), which, 0);

        assertThat(journal.find().into(new ArrayList<>())).as(which).isEqualTo(before);
        assertThat(server.db().listCollectionNames().into(new ArrayList<>()))
                .containsExactlyInAnyOrderElementsOf(collections);
    }

    private static void assertSound(Result result, String which, Integer... exitCodes) {
        assertThat(result.exitCode())
                .as("%s: %s", which, result.err().lines().limit(5).toList())
                .isIn((Object[]) exitCodes);
        assertThat(result.err().lines().filter(line -> line.contains("\tat ")))
                .as("%s: %s", which, result.command())
                .isEmpty();
    }

    private static boolean isRolledBack(BsonDocument one) {
        return new BsonString("rolled_back").equals(one.get("state"));
    }

    private List<BsonDocument> mutated(BsonDocument sound, int count) {
        List<BsonDocument> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            BsonDocument one = sound.clone();
            // Some belong to existing files, most do not.
            String name = i < 4 ? (i + 1) + "_m" : (i + 1) + "_x" + i;
            one.put("_id", new BsonString(name));
            one.put("name", new BsonString(name + ".java"));
            one.put("number", new BsonInt64(i + 1));
            one.put("state", new BsonString(STATES[random.nextInt(STATES.length)]));
            for (int n = random.nextInt(MUTATIONS + 1); n > 0; n--) {
                mutate(one, i);
            }
            all.add(one);
        }
        return all;
    }

    private void mutate(BsonDocument one, int unique) {
        List<String> fields = new ArrayList<>(one.keySet());
        String field = fields.get(random.nextInt(fields.size()));
        if (field.equals("_id")) {
            one.put("_id", uniqueId(unique));
            return;
        }
        switch (random.nextInt(4)) {
            case 0 -> one.remove(field);
            case 1 -> one.put("x" + random.nextInt(100), value(2));
            case 2 -> {
                if (one.get(field) instanceof BsonDocument inner && !inner.isEmpty()) {
                    inner.put(inner.getFirstKey(), value(1));
                } else if (one.get(field) instanceof BsonArray inner) {
                    inner.add(value(1));
                } else {
                    one.put(field, value(2));
                }
            }
            default -> one.put(field, value(2));
        }
    }

    private BsonValue uniqueId(int unique) {
        return switch (random.nextInt(5)) {
            case 0 -> new BsonObjectId();
            case 1 -> new BsonInt32(unique);
            case 2 -> new BsonDocument("a", new BsonInt32(unique));
            case 3 -> new BsonString("\u0000\u001b[31m" + unique);
            default -> new BsonString(unique + "x".repeat(2_000));
        };
    }

    private BsonValue value(int depth) {
        return switch (random.nextInt(depth > 0 ? 20 : 18)) {
            case 0 -> BsonNull.VALUE;
            case 1 -> new BsonInt32(random.nextInt());
            case 2 -> new BsonInt64(random.nextLong());
            case 3 -> new BsonDouble(random.nextBoolean() ? Double.NaN : random.nextGaussian());
            case 4 -> new BsonString("");
            case 5 -> new BsonString("x".repeat(100_000));
            case 6 -> new BsonString("\u0000\u001b[2J\u202e\ud83d\ude00\r\n");
            case 7 -> BsonBoolean.valueOf(random.nextBoolean());
            case 8 -> new BsonDateTime(random.nextBoolean() ? random.nextLong() : 0);
            case 9 -> new BsonDateTime(random.nextBoolean() ? Long.MIN_VALUE : Long.MAX_VALUE);
            case 10 -> new BsonMinKey();
            case 11 -> new BsonMaxKey();
            case 12 -> new BsonBinary(new byte[] {1, 2, 3});
            case 13 -> new BsonRegularExpression("(", "i");
            case 14 -> new BsonDecimal128(Decimal128.POSITIVE_INFINITY);
            case 15 -> new BsonTimestamp(random.nextLong());
            case 16 -> new BsonUndefined();
            case 17 -> new BsonString("rolled_back ".substring(0, 1 + random.nextInt(12)));
            case 18 -> new BsonArray(List.of(value(depth - 1), value(depth - 1)));
            default -> new BsonDocument("$type", value(depth - 1)).append("a.b", value(depth - 1));
        };
    }
}
