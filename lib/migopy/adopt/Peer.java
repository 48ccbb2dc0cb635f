package migopy.adopt;

import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import migopy.adopt.Peer.PeerLock.Rule;
import migopy.console.Wording;
import org.bson.BsonDocument;

/** The tools whose journals can be adopted, each with its default collections, the shape of its documents and its reader. */
public enum Peer {
    MIGRATE_MONGO(
            "migrate-mongo",
            "migrate-mongo",
            "changelog",
            new PeerLock("changelog_lock", Rule.DOCUMENT),
            having("fileName", "appliedAt"),
            PresenceReader::migrateMongo),
    MONGOCK(
            "mongock",
            "Mongock",
            "mongockChangeLog",
            new PeerLock("mongockLock", Rule.LEASE),
            having("changeId", "author", "changeLogClass"),
            EventReader::mongock),
    FLAMINGOCK(
            "flamingock",
            "Flamingock",
            "flamingockAuditLog",
            new PeerLock("flamingockLock", Rule.LEASE),
            having("changeId", "stageId"),
            EventReader::flamingock),
    LIQUIBASE(
            "liquibase",
            "Liquibase",
            "DATABASECHANGELOG",
            new PeerLock("DATABASECHANGELOGLOCK", Rule.FLAG),
            having("fileName", "author", "orderExecuted"),
            EventReader::liquibase),
    FLYWAY("flyway", "Flyway", "flyway_schema_history", null, having("installed_rank", "script"), EventReader::flyway),
    GOLANG_MIGRATE(
            "golang-migrate",
            "golang-migrate",
            "schema_migrations",
            new PeerLock("migrate_advisory_lock", Rule.DOCUMENT),
            having("version", "dirty"),
            PresenceReader::golangMigrate),
    MONGO_MIGRATE_TS(
            "mongo-migrate-ts",
            "mongo-migrate-ts",
            "migrations_changelog",
            null,
            having("className", "timestamp"),
            PresenceReader::mongoMigrateTs),
    TS_MIGRATE_MONGOOSE(
            "ts-migrate-mongoose",
            "ts-migrate-mongoose",
            "migrations",
            null,
            document -> document.isString("state")
                    && Set.of("up", "down").contains(document.getString("state").getValue()),
            PresenceReader::tsMigrateMongoose),
    MONGODB_MIGRATIONS_NPM(
            "mongodb-migrations-npm",
            "mongodb-migrations (npm)",
            "_migrations",
            null,
            document -> document.keySet().equals(Set.of("_id", "id")),
            PresenceReader::mongodbMigrationsNpm),
    MONGODB_MIGRATIONS_PYPI(
            "mongodb-migrations-pypi",
            "mongodb-migrations (PyPI)",
            "database_migrations",
            null,
            having("migration_datetime"),
            PresenceReader::mongodbMigrationsPypi),
    PYMONGO_MIGRATE(
            "pymongo-migrate",
            "pymongo-migrate",
            "pymongo_migrate",
            null,
            document -> document.containsKey("name") && document.containsKey("applied"),
            PresenceReader::pymongoMigrate),
    PYTHON_MIGOPY(
            "python-migopy",
            "the Python Migopy",
            "migrations",
            null,
            document -> document.keySet().equals(Set.of("_id", "name")),
            PresenceReader::pythonMigopy),
    BEANIE("beanie", "Beanie", "migrations_log", null, having("name", "is_current"), PresenceReader::beanie);

    /** Reads the documents of a journal, sorted by {@code _id}, in the order in which the tool runs its migrations. */
    interface Reader {
        /** Adds what the user should know to the notices. Never throws because of what a document contains. */
        List<PeerMigration> read(List<PeerDocument> documents, List<String> notices);
    }

    private final String word;
    private final String title;
    private final String collection;
    private final PeerLock lock;
    private final Predicate<BsonDocument> shape;
    private final Reader reader;

    Peer(String word, String title, String collection, PeerLock lock, Predicate<BsonDocument> shape, Reader reader) {
        this.word = word;
        this.title = title;
        this.collection = collection;
        this.lock = lock;
        this.shape = shape;
        this.reader = reader;
    }

    private static Predicate<BsonDocument> having(String... fields) {
        return document -> document.keySet().containsAll(List.of(fields));
    }

    /** Returns the name for {@code --from} and for the journal. */
    public String word() {
        return word;
    }

    /** Returns the name in a sentence. */
    public String title() {
        return title;
    }

    /** Returns the collection that its journal is in by default. */
    String collection() {
        return collection;
    }

    /** Returns its lock, or null if it has none. */
    PeerLock lock() {
        return lock;
    }

    /** Whether a document has the shape that the tool writes. */
    boolean wrote(BsonDocument document) {
        return shape.test(document);
    }

    Reader reader() {
        return reader;
    }

    /** Whether its journal only contains the version that it has reached, so that all files up to it count. */
    boolean hasVersionOnly() {
        return this == GOLANG_MIGRATE;
    }

    /** Returns the tool of a word, or null. */
    static Peer of(String word) {
        for (Peer peer : values()) {
            if (peer.word.equals(word)) {
                return peer;
            }
        }
        return null;
    }

    /**
     * The lock of another tool.
     *
     * @param collection the tool's default collection of its lock
     */
    record PeerLock(String collection, Rule rule) {
        /** When a lock is held. */
        enum Rule {
            /** While there is a document. */
            DOCUMENT,
            /** While its document says so and {@code expiresAt} is in the future. */
            LEASE,
            /** While the field {@code locked} is not false. */
            FLAG
        }

        /**
         * Returns who holds the lock. A document that cannot be understood counts as held.
         *
         * @param now by this machine's clock, as the tools that use a lease compare it
         */
        Optional<String> holder(List<BsonDocument> documents, Instant now) {
            for (BsonDocument document : documents) {
                boolean held = switch (rule) {
                    case DOCUMENT -> true;
                    case LEASE ->
                        !document.isDateTime("expiresAt")
                                || document.getDateTime("expiresAt").getValue() > now.toEpochMilli();
                    case FLAG ->
                        !document.isBoolean("locked")
                                || document.getBoolean("locked").getValue();
                };
                if (held) {
                    return Optional.of(describe(document));
                }
            }
            return Optional.empty();
        }

        private static String describe(BsonDocument document) {
            StringBuilder text = new StringBuilder();
            for (String field : List.of("owner", "lockedBy", "hostname")) {
                if (document.isString(field)) {
                    text.append(" by ").append(document.getString(field).getValue());
                }
            }
            for (String field : List.of("createdAt", "created_at", "lockGranted")) {
                if (document.isDateTime(field)) {
                    Instant since =
                            Instant.ofEpochMilli(document.getDateTime(field).getValue());
                    text.append(" since ").append(Wording.time(since, ZoneId.systemDefault()));
                }
            }
            return text.toString();
        }
    }
}
