package migopy.command;

import migopy.console.Answer;
import migopy.console.Wording;
import migopy.console.Words;
import org.bson.Document;

/**
 * What the backfill of a running migration was asked for.
 *
 * @param name the migration, without {@code .java}
 * @param asked {@code pause}, {@code resume}, {@code cancel} or {@code continue}
 */
public record BackfillControlAnswer(String name, String asked) implements Answer {
    @Override
    public void words(Words out) {
        out.line(
                asked.equals("continue")
                        ? "The backfills of %s continue from their checkpoints. Run: %s"
                                .formatted(name, Wording.command("execute", name))
                        : "%s is asked to %s, after the current batch.".formatted(name, asked));
    }

    @Override
    public Document json() {
        return new Document("name", name).append("asked", asked);
    }
}
