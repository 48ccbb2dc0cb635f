package migopy.command;

import migopy.console.Answer;
import migopy.console.Words;
import org.bson.Document;

/**
 * A new migration file.
 *
 * @param name the migration, without {@code .java}
 * @param number its number
 * @param path where it lies, as a person would type it: {@code mongomigrations/3_add_users.java}
 */
public record CreateAnswer(String name, long number, String path) implements Answer {
    @Override
    public void words(Words out) {
        out.line(path);
    }

    @Override
    public Document json() {
        return new Document("name", name).append("number", number).append("path", path);
    }
}
