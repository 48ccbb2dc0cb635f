package migopy.console;

import org.bson.Document;

/**
 * A dump that a user's own {@code doDump()} made, of which nothing more is known.
 *
 * @param database the database's name
 * @param folder the folder that it was offered
 */
public record OwnDumpAnswer(String database, String folder) implements Answer {
    @Override
    public void words(Words out) {
        out.line("doDump() of migopy.java has dumped " + database + "; it was offered " + folder);
    }

    @Override
    public Document json() {
        return new Document("database", database).append("folder", folder);
    }
}
