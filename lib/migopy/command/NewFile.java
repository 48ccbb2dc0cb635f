package migopy.command;

import java.time.Clock;
import java.util.List;
import migopy.console.Answer;
import migopy.console.Words;
import migopy.files.MigrationFile;
import migopy.files.NewMigration;
import migopy.settings.Settings;
import org.bson.Document;
import picocli.CommandLine.Option;

/** Writes a new migration file: its number, and the answer with its path. */
public final class NewFile {
    @Option(names = "--timestamp", description = "use the current time as its number")
    private boolean timestamp;

    @Option(names = "--number", paramLabel = "N", description = "use this number")
    private String number;

    /** Writes the file, and prints where it is. Never overwrites. */
    void write(Session session, List<String> words, NewMigration.Template template) {
        Settings settings = session.settings();
        NewMigration migration = new NewMigration(
                settings.home(), settings.migrationsDirectory(), settings.migrationsFilePattern(), Clock.systemUTC());
        MigrationFile file = migration.create(words, timestamp, number, template);
        migration
                .namesake(file)
                .ifPresent(other ->
                        session.console().notice("%s has the same name, except for its number".formatted(other)));
        session.console().answer(new CreateAnswer(file.name(), file.number(), settings.shown(file.path())));
    }

    /**
     * A new migration file.
     *
     * @param name the migration, without {@code .java}
     * @param number its number
     * @param path its path, as a user would type it: {@code mongomigrations/3_add_users.java}
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
}
