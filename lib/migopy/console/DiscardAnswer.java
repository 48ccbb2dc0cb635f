package migopy.console;

import java.util.List;
import org.bson.Document;

/**
 * What {@code dbrestore --discard} removed.
 *
 * @param database the database, which stays as it is
 * @param folder the dump of the unfinished restore; null if no collection had been replaced
 * @param removed the collections that were built and not used
 */
public record DiscardAnswer(String database, String folder, List<String> removed) implements Answer {
    public DiscardAnswer {
        removed = List.copyOf(removed);
    }

    @Override
    public void words(Words out) {
        if (folder == null && removed.isEmpty()) {
            out.line("Nothing to discard: %s has no unfinished restore".formatted(database));
            return;
        }
        if (folder != null) {
            out.line("Discarded the unfinished restore of %s. %s stays as it is: some collections"
                            .formatted(folder, database)
                    + " are from the dump, others are not.");
        }
        if (!removed.isEmpty()) {
            out.line("Removed " + Wording.count(removed.size(), "unfinished collection"));
        }
    }

    @Override
    public Document json() {
        return Json.put(new Document("database", database), "folder", folder).append("removed", removed);
    }
}
