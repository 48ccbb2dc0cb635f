package migopy.console;

import java.util.List;
import org.bson.Document;

/**
 * What a migration would do, up to its first write that is no backfill.
 *
 * @param name without {@code .java}
 * @param firstWrite the call that ended the estimate, {@code users.insertOne}; null if there was
 *     none
 * @param error why {@code up()} failed, or null
 */
public record MigrationEstimate(String name, List<BackfillEstimate> backfills, String firstWrite, String error) {
    public MigrationEstimate {
        backfills = List.copyOf(backfills);
    }

    void words(Words out) {
        out.line(name);
        backfills.forEach(backfill -> backfill.words(out));
        if (firstWrite != null) {
            out.line("  %s ends the estimate: it would write, and what follows is not known".formatted(firstWrite));
        } else if (error != null) {
            out.line("  up() failed: " + error);
        } else if (backfills.isEmpty()) {
            out.line("  only reads");
        }
    }

    Document json() {
        Document json = new Document("name", name)
                .append(
                        "backfills",
                        backfills.stream().map(BackfillEstimate::json).toList());
        Json.put(json, "firstWrite", firstWrite);
        Json.put(json, "error", error);
        return json;
    }
}
