package migopy.backfill;

import org.bson.Document;
import org.bson.conversions.Bson;

import java.util.List;
import java.util.function.Function;

/** What a backfill does with the documents that it visits. */
sealed interface Change {
    /** The word of this way in the checkpoint. */
    String word();

    /** In the server: the stages of an update pipeline. */
    record Update(List<Bson> stages) implements Change {
        public Update {
            stages = List.copyOf(stages);
        }

        @Override
        public String word() {
            return "update";
        }
    }

    /** In the client: an update for each document; null leaves it alone. */
    record Each(Function<Document, Bson> function) implements Change {
        @Override
        public String word() {
            return "each";
        }
    }

    /** In the server: removed. */
    record Delete() implements Change {
        @Override
        public String word() {
            return "delete";
        }
    }
}
