package migopy.backfill;

import java.util.List;
import migopy.console.Answer;
import migopy.console.Json;
import migopy.console.Wording;
import migopy.console.Words;
import org.bson.Document;

/**
 * The answer of {@code execute --estimate}.
 *
 * @param database the database's name
 * @param server its address
 */
public record EstimateAnswer(String database, String server, List<MigrationEstimate> migrations) implements Answer {
    public EstimateAnswer {
        migrations = List.copyOf(migrations);
    }

    /** 1 if an {@code up()} failed, else 0. */
    public int exitCode() {
        return migrations.stream().anyMatch(one -> one.error() != null) ? 1 : 0;
    }

    @Override
    public void words(Words out) {
        out.line("%s on %s".formatted(database, server));
        for (MigrationEstimate migration : migrations) {
            out.gap();
            migration.words(out);
        }
        out.gap();
        out.line("Nothing was written to the database. Other side effects of up() were not prevented.");
    }

    @Override
    public Document json() {
        return new Document(
                        "estimates",
                        migrations.stream().map(MigrationEstimate::json).toList())
                .append("exitCode", exitCode());
    }

    /**
     * What a migration would do, up to its first write outside a backfill.
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
                out.line("  %s ends the estimate: it is a write, and what follows is unknown".formatted(firstWrite));
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

    /**
     * What a backfill would do.
     *
     * @param collection the collection's name
     * @param way {@code update}, {@code each}, {@code insert} or {@code delete}
     * @param documents how many documents match; null if counting took too long
     * @param plan the index that it uses, or null if unknown
     * @param visited how many documents it visits to find them
     * @param timedDocuments how many documents the timed batch had; 0 if there was none
     * @param timedMs how long the timed batch took
     * @param predictedMs how long all would take, at that rate; null if unknown
     * @param notes one line each
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
            String many = documents == null ? "not counted" : Wording.number(documents) + " documents";
            out.line("  %s %s  %s%s".formatted(way, collection, many, plan == null ? "" : ", by " + plan));
            if (predictedMs != null) {
                out.line("      about %s: %s of them took %s, then were rolled back"
                        .formatted(out.duration(predictedMs), Wording.number(timedDocuments), out.duration(timedMs)));
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
}
