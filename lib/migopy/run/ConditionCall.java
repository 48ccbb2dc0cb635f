package migopy.run;

import com.mongodb.ReadPreference;
import com.mongodb.WriteConcern;
import com.mongodb.client.ClientSession;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoDatabase;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import migopy.MigopyException;
import migopy.Migration;
import migopy.files.CompiledMigration;
import migopy.files.CompiledMigration.Condition;
import migopy.mongo.Connection;
import migopy.observe.HandedOut.InSession;
import migopy.observe.Handles;
import migopy.observe.Observation;
import migopy.observe.ReadOnly;

/** A call of {@code before()} or {@code verify()} of a migration, with a database that can only be read. */
final class ConditionCall {
    /** How long it may take. */
    static final Duration LIMIT = Duration.ofSeconds(60);

    private final CompiledMigration migration;
    private final Condition condition;
    private final boolean inRun;
    private final ReadOnly policy;
    private final MongoDatabase database;
    private final Migration.Binding binding;

    /**
     * @param home the project's folder
     * @param session of the transaction in which the condition has to hold; null outside of one
     */
    ConditionCall(
            Connection connection, Path home, CompiledMigration migration, Condition condition, ClientSession session) {
        this.migration = migration;
        this.condition = condition;
        this.inRun = session != null;
        Handles.Policy reads = Handles.DriverCall::proceed;
        this.policy = new ReadOnly(
                condition.method() + " can only read", session == null ? reads : new InSession(session, reads));
        MongoDatabase primary = connection.database().withReadPreference(ReadPreference.primary());
        // In a transaction, the transaction has the time limit.
        this.database = Handles.of(
                MongoDatabase.class,
                session == null
                        ? primary.withTimeout(LIMIT.toSeconds(), TimeUnit.SECONDS)
                        : primary.withWriteConcern(WriteConcern.ACKNOWLEDGED),
                policy);
        this.binding = new Migration.Binding(
                home,
                connection::requireTransactions,
                () -> Handles.of(MongoClient.class, connection.client(), policy),
                database,
                System.out::println,
                collection -> {
                    throw refused("backfill(\"%s\")".formatted(collection));
                },
                reason -> {
                    throw refused("skip()");
                },
                new Observation());
    }

    private MigopyException refused(String what) {
        return MigopyException.refused(
                "%s can only read, and cannot call %s".formatted(condition.method(), what), "Call it in up()");
    }

    /**
     * Calls it in this thread.
     *
     * @throws Throwable what it throws; {@code IllegalStateException}, if it has returned false, or tried to write
     */
    @SuppressWarnings("try") // bound is only closed
    void require() throws Throwable {
        try (Migration.Unbind bound = inRun ? Migration.bindInside(binding) : Migration.bind(binding)) {
            if (!migration.holds(condition, database)) {
                throw new IllegalStateException(condition.method() + " returned false");
            }
            if (policy.firstWrite() != null) { // it has caught the refusal
                throw new IllegalStateException(
                        "%s can only read, and called %s".formatted(condition.method(), policy.firstWrite()));
            }
        }
    }
}
