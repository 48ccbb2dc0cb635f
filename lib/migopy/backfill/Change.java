package migopy.backfill;

import java.util.List;
import java.util.function.Function;
import org.bson.Document;
import org.bson.codecs.configuration.CodecRegistry;
import org.bson.conversions.Bson;

/** What a backfill does with the documents that it visits. */
sealed interface Change {
    /** The word of this way in the checkpoint. */
    String word();

    /**
     * What distinguishes it from another change of the same way.
     *
     * @param text the checksum of the migration's text
     */
    Document described(String text, CodecRegistry registry);

    /** Whether the documents have to be read before a batch is written. */
    default boolean reads() {
        return false;
    }

    /** In the server: the stages of an update pipeline. */
    record Update(List<Bson> stages) implements Change {
        public Update {
            stages = List.copyOf(stages);
        }

        @Override
        public String word() {
            return "update";
        }

        @Override
        public Document described(String text, CodecRegistry registry) {
            return new Document(
                    "stages",
                    stages.stream()
                            .map(stage -> stage.toBsonDocument(Document.class, registry))
                            .toList());
        }
    }

    /** In the client: an update for each document; null leaves it alone. */
    record Each(Code<Function<Document, Bson>> code) implements Change {
        @Override
        public String word() {
            return "each";
        }

        @Override
        public Document described(String text, CodecRegistry registry) {
            return code.described(text, registry);
        }

        @Override
        public boolean reads() {
            return true;
        }
    }

    /**
     * In the client: new documents of another collection for each document.
     *
     * @param database the other collection's; null for the configured one
     */
    record Insert(
            String database, String collection, Code<? extends Function<Document, ? extends List<? extends Bson>>> code)
            implements Change {
        @Override
        public String word() {
            return "insert";
        }

        @Override
        public Document described(String text, CodecRegistry registry) {
            return code.described(text, registry).append("database", database).append("into", collection);
        }

        @Override
        public boolean reads() {
            return true;
        }
    }

    /** In the server: removed. */
    record Delete() implements Change {
        static final String WORD = "delete";

        @Override
        public String word() {
            return WORD;
        }

        @Override
        public Document described(String text, CodecRegistry registry) {
            return new Document();
        }
    }
}
