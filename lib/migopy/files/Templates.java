package migopy.files;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import migopy.MigopyException;

/**
 * The texts of new migrations: those of Migopy, each the safe form of one kind of change, and those of the project. In each,
 * the word {@value #CLASS} stands for the name of the class.
 */
public final class Templates {
    private static final String CLASS = "ClassName";

    /** The start of the file names of the project's templates, which a scan of the directory ignores. */
    private static final String OWN = ".template";

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]+");

    private Templates() {}

    /**
     * Returns the template of a name: the project's own, {@code .template-NAME.java}, or else Migopy's.
     *
     * @param directory the migrations' directory, which contains the project's templates
     * @param name null for the usual one, {@code .template.java}
     * @throws MigopyException usage, if there is none; refused, if the project's own cannot be read
     */
    public static NewMigration.Template find(Path directory, String name) {
        if (name == null) {
            return withText(text(directory, OWN, EMPTY));
        }
        String text = NAME.matcher(name).matches() ? text(directory, OWN + "-" + name, SAFE.get(name)) : null;
        if (text == null) {
            throw MigopyException.usage(
                    "There is no template " + name, "Choose one of these: " + String.join(", ", names(directory)));
        }
        return withText(text);
    }

    private static String text(Path directory, String own, String otherwise) {
        Path file = directory.resolve(own + MigrationFile.SUFFIX);
        return Files.exists(file) ? MigrationSource.text(file, "The template " + file.getFileName()) : otherwise;
    }

    private static NewMigration.Template withText(String text) {
        return (header, className) -> {
            boolean hidesAnother =
                    Pattern.compile("\\b" + className + "\\b").matcher(text).find();
            String name = hidesAnother ? className + "Migration" : className;
            String named = text.replaceAll("\\b" + CLASS + "\\b", Matcher.quoteReplacement(name));
            return named.startsWith("///") ? named : header + named;
        };
    }

    /** Returns the names of all templates: those of every project, and those in a folder of migrations. */
    public static Set<String> names(Path directory) {
        Set<String> names = new TreeSet<>(SAFE.keySet());
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, OWN + "-*" + MigrationFile.SUFFIX)) {
            for (Path file : files) {
                String fileName = file.getFileName().toString();
                names.add(fileName.substring(OWN.length() + 1, fileName.length() - MigrationFile.SUFFIX.length()));
            }
        } catch (IOException e) {
            return names; // the directory is created with the first migration
        }
        return names;
    }

    /** A class with an {@code up()} and a {@code down()} to complete. */
    private static final String EMPTY = """
        import static migopy.Migration.db;
        import org.bson.Document;

        class ClassName {
            static void up() {
                // db().getCollection("users").insertOne(new Document("name", "Ada"));
            }

            static void down() {
                // db().getCollection("users").deleteOne(new Document("name", "Ada"));
            }

            public static void main(String... args) {
                up();
            }
        }
        """;

    private static final String INDEX = """
        import static migopy.Migration.db;

        import com.mongodb.client.model.IndexOptions;
        import com.mongodb.client.model.Indexes;
        import java.util.ArrayList;
        import migopy.Resumable;

        /**
         * Creates an index. Reads and writes continue while the server builds it. Keep it alone in its migration, so that
         * a failure leaves nothing half done.
         */
        @Resumable
        class ClassName {
            static final String COLLECTION = "users";
            static final String INDEX = "users_by_email";

            static void up() {
                // Does nothing if the index exists. If its name or keys are used by another index, the server refuses it.
                db().getCollection(COLLECTION).createIndex(Indexes.ascending("email"), new IndexOptions().name(INDEX));
            }

            static void down() {
                var collection = db().getCollection(COLLECTION);
                var names = collection.listIndexes().map(index -> index.getString("name")).into(new ArrayList<>());
                if (names.contains(INDEX)) {
                    collection.dropIndex(INDEX);
                }
            }

            public static void main(String... args) {
                up();
            }
        }
        """;

    private static final String UNIQUE = """
        import static migopy.Migration.db;

        import com.mongodb.client.model.Accumulators;
        import com.mongodb.client.model.Aggregates;
        import com.mongodb.client.model.Filters;
        import com.mongodb.client.model.IndexOptions;
        import com.mongodb.client.model.Indexes;
        import java.util.ArrayList;
        import java.util.List;
        import migopy.Resumable;

        /**
         * Creates a unique index. The server refuses it if a value occurs twice, so duplicates are listed first. A document
         * without the field counts as one with the value null.
         */
        @Resumable
        class ClassName {
            static final String COLLECTION = "users";
            static final String FIELD = "email";
            static final String INDEX = "users_unique_email";

            static void up() {
                var collection = db().getCollection(COLLECTION);
                var duplicates = collection
                        .aggregate(List.of(
                                Aggregates.group("$" + FIELD, Accumulators.sum("documents", 1)),
                                Aggregates.match(Filters.gt("documents", 1)),
                                Aggregates.limit(10)))
                        .allowDiskUse(true)
                        .map(group -> group.get("_id") + " (" + group.get("documents") + " documents)")
                        .into(new ArrayList<>());
                if (!duplicates.isEmpty()) {
                    throw new IllegalStateException(FIELD + " is not unique: " + String.join(", ", duplicates));
                }
                collection.createIndex(Indexes.ascending(FIELD), new IndexOptions().unique(true).name(INDEX));
            }

            static void down() {
                var collection = db().getCollection(COLLECTION);
                var names = collection.listIndexes().map(index -> index.getString("name")).into(new ArrayList<>());
                if (names.contains(INDEX)) {
                    collection.dropIndex(INDEX);
                }
            }

            public static void main(String... args) {
                up();
            }
        }
        """;

    private static final String BACKFILL = """
        import static com.mongodb.client.model.Aggregates.set;
        import static com.mongodb.client.model.Aggregates.unset;
        import static com.mongodb.client.model.Filters.and;
        import static com.mongodb.client.model.Filters.exists;
        import static migopy.Migration.backfill;

        import com.mongodb.client.model.Field;
        import migopy.Resumable;
        import org.bson.Document;

        /**
         * Adds a field to existing documents, in batches. If it is stopped or killed, the next run continues it. Deploy an
         * application that sets the field in new documents first.
         */
        @Resumable
        class ClassName {
            static void up() {
                // A changed document no longer matches, so that it is changed once.
                backfill("users")
                        .where(and(exists("email"), exists("emailLower", false)))
                        .update(set(new Field<>("emailLower", new Document("$toLower", "$email"))))
                        .run();
            }

            static void down() {
                backfill("users").where(exists("emailLower")).update(unset("emailLower")).run();
            }

            public static void main(String... args) {
                up();
            }
        }
        """;

    private static final String TRANSACTION = """
        import com.mongodb.client.ClientSession;
        import com.mongodb.client.MongoDatabase;
        import migopy.Migration;
        import org.bson.Document;

        /**
         * Changes several documents in one transaction, which includes the journal entry. Transactions need a replica set
         * and end after 60 s: change many documents with a backfill instead.
         */
        class ClassName {
            static void up(MongoDatabase db, ClientSession session) {
                // Pass the session to every call. Without it, a call is not part of the transaction.
                db.getCollection("accounts").insertOne(session, new Document("_id", "ada").append("cents", 0));
                db.getCollection("audit").insertOne(session, new Document("_id", "ada").append("event", "opened"));
            }

            static void down(MongoDatabase db, ClientSession session) {
                db.getCollection("audit").deleteOne(session, new Document("_id", "ada"));
                db.getCollection("accounts").deleteOne(session, new Document("_id", "ada"));
            }

            public static void main(String... args) {
                Migration.transaction(ClassName::up);
            }
        }
        """;

    private static final String VALIDATOR = """
        import static com.mongodb.client.model.Filters.nor;
        import static com.mongodb.client.model.Filters.type;
        import static migopy.Migration.db;

        import com.mongodb.client.model.Projections;
        import java.util.ArrayList;
        import migopy.Resumable;
        import org.bson.BsonType;
        import org.bson.Document;
        import org.bson.conversions.Bson;

        /**
         * Sets the validator of a collection. Documents that do not match are listed first: fix them before. With the level
         * moderate, one that was inserted in the meantime can still be updated.
         */
        @Resumable
        class ClassName {
            static final String COLLECTION = "users";

            static void up() {
                Bson validator = type("email", BsonType.STRING);
                if (!db().listCollectionNames().into(new ArrayList<>()).contains(COLLECTION)) {
                    db().createCollection(COLLECTION);
                }
                var rejected = db().getCollection(COLLECTION)
                        .find(nor(validator))
                        .projection(Projections.include("_id"))
                        .limit(10)
                        .map(document -> String.valueOf(document.get("_id")))
                        .into(new ArrayList<>());
                if (!rejected.isEmpty()) {
                    throw new IllegalStateException("Documents that do not match: " + String.join(", ", rejected));
                }
                set(validator);
            }

            static void down() {
                set(new Document()); // if there was a validator before, name it here
            }

            private static void set(Bson validator) {
                db().runCommand(new Document("collMod", COLLECTION)
                        .append("validator", validator)
                        .append("validationLevel", "moderate"));
            }

            public static void main(String... args) {
                up();
            }
        }
        """;

    private static final String RENAME_FIELD = """
        import static com.mongodb.client.model.Aggregates.set;
        import static com.mongodb.client.model.Aggregates.unset;
        import static com.mongodb.client.model.Filters.and;
        import static com.mongodb.client.model.Filters.exists;
        import static migopy.Migration.backfill;

        import com.mongodb.client.model.Field;
        import migopy.Resumable;

        /**
         * Copies a field to its new name, in batches, while the application runs. Deploy an application that writes both
         * fields first. Then run this, deploy one that uses the new field only, and remove the old field in another
         * migration: {@code backfill("users").where(exists("name")).update(unset("name")).run()}.
         */
        @Resumable
        class ClassName {
            static final String COLLECTION = "users";
            static final String OLD = "name";
            static final String NEW = "fullName";

            static void up() {
                copy(OLD, NEW);
            }

            static void down() {
                copy(NEW, OLD); // of documents that have the new field only
                backfill(COLLECTION).where(exists(NEW)).update(unset(NEW)).run();
            }

            private static void copy(String from, String to) {
                backfill(COLLECTION)
                        .where(and(exists(from), exists(to, false)))
                        .update(set(new Field<>(to, "$" + from)))
                        .run();
            }

            public static void main(String... args) {
                up();
            }
        }
        """;

    private static final Map<String, String> SAFE = Map.of(
            "backfill", BACKFILL,
            "index", INDEX,
            "rename-field", RENAME_FIELD,
            "transaction", TRANSACTION,
            "unique", UNIQUE,
            "validator", VALIDATOR);
}
