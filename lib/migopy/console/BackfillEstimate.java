package migopy.console;

import java.util.List;
import org.bson.Document;

/**
 * What a backfill would do, as far as that can be told without doing it.
 *
 * @param collection the collection's name
 * @param way {@code update}, {@code each} or {@code delete}
 * @param documents how many documents match; null if that took too long to count
 * @param plan the index that it goes along, or null if not known
 * @param visited how many documents it visits to find them
 * @param timedDocuments how many documents the timed batch had; 0 if there was none
 * @param timedMs how long the timed batch took
 * @param predictedMs how long all would take, at that rate; null if not known
 * @param notes what else a person should know, one line each
 */
public record BackfillEstimate(
        String collection,
        String way,
        Long documents,
        String plan,
        long visited,
        int timedDocuments,
        Long timedMs,
        Long predictedMs,
        List<String> notes) {
    public BackfillEstimate {
        notes = List.copyOf(notes);
    }

    void words(Words out) {
        String many = documents == null ? "not counted" : "%,d documents".formatted(documents);
        out.line("  %s %s  %s%s".formatted(way, collection, many, plan == null ? "" : ", by " + plan));
        if (predictedMs != null) {
            out.line("      about %s: %,d of them took %s, and were not kept"
                    .formatted(out.duration(predictedMs), timedDocuments, out.duration(timedMs)));
        }
        notes.forEach(note -> out.line("      " + note));
    }

    Document json() {
        Document json = new Document("collection", collection).append("way", way);
        Json.put(json, "documents", documents);
        Json.put(json, "plan", plan);
        json.append("visited", visited);
        if (timedMs != null) {
            json.append("timedDocuments", timedDocuments).append("timedMs", timedMs);
        }
        Json.put(json, "predictedMs", predictedMs);
        return json.append("notes", notes);
    }
}
