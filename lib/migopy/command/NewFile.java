package migopy.command;

import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import migopy.console.Answer;
import migopy.console.Words;
import migopy.files.MigrationFile;
import migopy.files.NewMigration;
import migopy.settings.Settings;
import org.bson.Document;
import picocli.CommandLine.Option;

/** A new migration file: how it is numbered, and where it is said to lie. */
public final class NewFile {
    @Option(names = "--timestamp", description = "number it by the time, whatever the others' numbers are")
    private boolean timestamp;

    @Option(names = "--number", paramLabel = "N", description = "give it this number")
    private String number;

    /** Writes it, never over another, and answers where it is. */
    void write(Session session, List<String> words, NewMigration.Template template) {
        Settings settings = session.settings();
        NewMigration migration = new NewMigration(
                settings.home(), settings.migrationsDirectory(), settings.migrationsFilePattern(), Clock.systemUTC());
        MigrationFile file = migration.create(words, timestamp, number, template);
        migration
                .namesake(file)
                .ifPresent(
                        other -> session.console().notice("%s has the same name but for its number".formatted(other)));
        session.console().answer(answer(settings, file));
    }

    /** As a person would type it, seen from the project's folder. */
    private static CreateAnswer answer(Settings settings, MigrationFile file) {
        Path shown = file.path().startsWith(settings.home()) ? settings.home().relativize(file.path()) : file.path();
        return new CreateAnswer(file.name(), file.number(), shown.toString().replace('\\', '/'));
    }

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
}
