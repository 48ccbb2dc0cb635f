package support;

/**
 * Sources of migrations, for tests of what surrounds them. Each inserts its mark into the collection {@code done}, so
 * that {@link Project#marks()} shows what ran, in order.
 */
public final class Migrations {
    private Migrations() {}

    /** Inserts {@code mark}; its {@code down()} deletes one such mark. */
    public static String marking(String mark) {
        return upAndDown(insert(mark), delete(mark));
    }

    /** Inserts {@code mark}; has no {@code down()}. */
    public static String oneWay(String mark) {
        return up(insert(mark));
    }

    /** Inserts {@code mark}, then throws an {@code IllegalStateException} with the message. */
    public static String failing(String mark, String message) {
        return up(insert(mark) + "if (true) throw new IllegalStateException(" + literal(message) + ");");
    }

    /** Inserts {@code mark}; its {@code down()} throws. */
    public static String failingDown(String mark, String message) {
        return upAndDown(insert(mark), "if (true) throw new IllegalStateException(" + literal(message) + ");");
    }

    /** Signals that it is in {@code up()}, waits for {@code signal} from the test, then inserts the mark "slow". */
    public static String waitingFor(String signal) {
        return upAndDown(inUp() + await("await", signal) + insert("slow"), delete("slow"));
    }

    /** The same, ignoring interrupts. */
    public static String waitingUninterruptiblyFor(String signal) {
        return upAndDown(inUp() + await("awaitUninterruptibly", signal) + insert("slow"), delete("slow"));
    }

    /** A transactional migration that inserts {@code mark} in its session. */
    public static String transactional(String mark) {
        return transactionalWith(insertIn(mark), "");
    }

    /**
     * A transactional migration that inserts "slow", signals that it is in {@code up()} and waits for {@code signal}.
     */
    public static String transactionalWaitingFor(String signal) {
        return transactionalWith(insertIn("slow"), inUp() + await("await", signal));
    }

    /** A {@code @Resumable} migration that signals that it is in {@code up()}, waits, then inserts the mark "slow". */
    public static String resumableWaitingFor(String signal) {
        return waitingFor(signal).replace("class Step", "@Resumable\nclass Step");
    }

    /** Inserts the mark "half", signals that it is in {@code up()}, then keeps the server busy for a minute. */
    public static String longUpdate() {
        return up(insert("half") + "support.Signals.send(\"in-up\");"
                + "db().getCollection(\"done\").updateMany(new Document(\"$where\", \"sleep(60000) || true\"),"
                + " new Document(\"$set\", new Document(\"late\", true)));");
    }

    /** A {@code @Resumable} backfill of {@code users} that signals in its fourth batch of ten and waits for {@code signal}. */
    public static String backfillWaitingFor(String signal) {
        return source("""
            static void up() {
                Migration.backfill("users").batch(10).each(user -> {
                    if (user.getInteger("_id") == 35) {
                        support.Signals.send("in-up");
                        support.Signals.await("%s");
                    }
                    return new Document("$inc", new Document("n", 1));
                }).run();
            }
            """.formatted(signal)).replace("class Step", "@Resumable\nclass Step");
    }

    /** A class whose {@code static void up()} has the given statements. */
    public static String up(String statements) {
        return source("static void up() {\n        " + statements + "\n    }");
    }

    /** A class with {@code up()} and {@code down()}. */
    public static String upAndDown(String up, String down) {
        return source("static void up() {\n        "
                + up
                + "\n    }\n\n    static void down() {\n        "
                + down
                + "\n    }");
    }

    /** A class with the given members; it is called {@code Step} and imports {@code db()} and {@code Document}. */
    public static String source(String members) {
        return """
            import static migopy.Migration.db;
            import com.mongodb.client.*;
            import migopy.*;
            import org.bson.Document;

            class Step {
                %s
            }
            """.formatted(members);
    }

    private static String transactionalWith(String first, String then) {
        return source("static void up(MongoDatabase database, ClientSession session) {\n        "
                + first
                + then
                + "\n"
                + "    }\n\n"
                + "    static void down(MongoDatabase database, ClientSession session) {\n"
                + "        database.getCollection(\"done\").deleteOne(session, new"
                + " Document());\n"
                + "    }");
    }

    private static String insert(String mark) {
        return "db().getCollection(\"done\").insertOne(new Document(\"mark\", " + literal(mark) + ")); ";
    }

    private static String insertIn(String mark) {
        return "database.getCollection(\"done\").insertOne(session, new Document(\"mark\", " + literal(mark) + ")); ";
    }

    private static String delete(String mark) {
        return "db().getCollection(\"done\").deleteOne(new Document(\"mark\", " + literal(mark) + ")); ";
    }

    private static String inUp() {
        return "support.Signals.send(\"" + Run.IN_UP + "\"); ";
    }

    private static String await(String how, String signal) {
        return "support.Signals." + how + "(" + literal(signal) + "); ";
    }

    private static String literal(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + '"';
    }
}
