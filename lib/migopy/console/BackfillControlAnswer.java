package migopy.console;

import org.bson.Document;

/**
 * What the backfill of a running migration was asked for.
 *
 * @param name the migration, without {@code .java}
 * @param asked {@code pause}, {@code resume} or {@code cancel}
 */
public record BackfillControlAnswer(String name, String asked) implements Answer {
    @Override
    public void words(Words out) {
        out.line("%s is asked to %s, after the batch under way.".formatted(name, asked));
    }

    @Override
    public Document json() {
        return new Document("name", name).append("asked", asked);
    }
}
