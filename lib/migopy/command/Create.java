package migopy.command;

import migopy.console.CreateAnswer;
import migopy.files.MigrationFile;
import migopy.files.NewMigration;
import migopy.settings.Settings;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;

/** {@code create WORDS...}. */
@Command(
        name = "create",
        description = "Writes a new migration file from the template, numbered as the others are.")
final class Create implements Action {
    @Parameters(arity = "0..*", paramLabel = "WORDS", description = "what it does: add users")
    private List<String> words = new ArrayList<>();

    @Option(
            names = "--timestamp",
            description = "number it by the time, whatever the others' numbers are")
    private boolean timestamp;

    @Option(names = "--number", paramLabel = "N", description = "give it this number")
    private String number;

    @Override
    public int run(Session session) {
        Settings settings = session.settings();
        Path directory = settings.migrationsDirectory();
        MigrationFile file =
                new NewMigration(
                                settings.home(),
                                directory,
                                settings.migrationsFilePattern(),
                                Clock.systemUTC())
                        .create(words, timestamp, number);
        Path shown =
                file.path().startsWith(settings.home())
                        ? settings.home().relativize(file.path())
                        : file.path();
        session.console()
                .answer(
                        new CreateAnswer(
                                file.name(), file.number(), shown.toString().replace('\\', '/')));
        return 0;
    }
}
