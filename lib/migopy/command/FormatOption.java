package migopy.command;

import java.nio.file.Path;
import migopy.console.Answer;
import migopy.report.Findings;
import migopy.report.ReportFormat;
import migopy.settings.Settings;
import picocli.CommandLine.Option;

/** The option {@code --format} of the commands that check migrations. */
final class FormatOption {
    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            description = "words, json, github, gitlab, sarif, junit or gcc; default words")
    private String format = "words";

    /**
     * Returns the format. In all but words, nothing but the report goes to standard output from now on.
     *
     * @throws migopy.MigopyException usage, if the format is unknown
     */
    ReportFormat chosen(Session session) {
        ReportFormat chosen = ReportFormat.of(format);
        if (chosen != ReportFormat.WORDS) {
            session.console().answerAlone();
        }
        return chosen;
    }

    /** Prints the result of a check: its own answer, or its findings for another program. */
    static void answer(Session session, ReportFormat chosen, Answer own, Findings findings) {
        session.console().answer(chosen.of(own, findings, fromRepository(session.settings(), findings.directory())));
    }

    /** Returns the folder's path from the root of its Git repository, as CI services need it. */
    private static String fromRepository(Settings settings, String directory) {
        Path folder = settings.migrationsDirectory().toAbsolutePath().normalize();
        Path root = Init.topOfRepository(folder.getParent());
        return root == null ? directory : root.relativize(folder).toString();
    }
}
