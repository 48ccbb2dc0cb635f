package migopy.command;

import com.mongodb.MongoException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import migopy.Problem;
import migopy.console.Answer;
import migopy.console.Json;
import migopy.console.Wording;
import migopy.console.Words;
import migopy.files.MigrationFile;
import migopy.files.MigrationSource;
import migopy.files.MigrationSource.Credentials;
import migopy.files.SourceCompiler;
import migopy.files.SourceCompiler.Compilation;
import migopy.lint.Linter.LintResult;
import migopy.mongo.Connection;
import migopy.mongo.MongoErrors;
import migopy.plan.Overview;
import migopy.report.Finding;
import migopy.report.Finding.Severity;
import migopy.run.Ledger;
import migopy.run.Survey;
import migopy.run.Survey.JournalView;
import migopy.settings.Settings;
import org.bson.Document;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code validate}. */
@Command(
        name = "validate",
        description = "Runs every check that does not need the database: names, numbers, compilation, methods.")
public final class Validate implements Action {
    @Option(names = "--database", description = "also compare with the journal")
    private boolean database;

    @Override
    public int run(Session session) throws Exception {
        ValidateAnswer answer = validate(session, database ? session.connection() : null);
        session.console().answer(answer);
        return answer.exitCode();
    }

    /**
     * Checks names and numbers, compiles every file, and compares with the journal if there is a connection.
     *
     * @param connection or null to use no database
     * @throws migopy.MigopyException usage, if the directory cannot be read or this Java has no compiler;
     * unreachable, if there is a connection and the server does not respond
     */
    private static ValidateAnswer validate(Session session, Connection connection) {
        Settings settings = session.settings();
        Survey survey = Survey.of(settings);
        MigrationSource.Sources read = MigrationSource.readAll(survey.listing().files());
        Set<MigrationFile> checked = Set.copyOf(Lint.checked(session, survey));
        Map<Boolean, List<MigrationSource>> byCheck =
                read.sources().stream().collect(Collectors.partitioningBy(one -> checked.contains(one.file())));
        LintResult lint = Lint.result(session, new MigrationSource.Sources(byCheck.get(true), List.of()), null);
        List<Problem> found = new ArrayList<>(lint.problems());
        // Those that lint does not check are taken from the cache, if they have not changed.
        found.addAll(SourceCompiler.compileOnce(
                        settings.home(),
                        settings.cacheDirectory(),
                        session.project().environment(),
                        byCheck.get(false))
                .allProblems());
        List<Problem> compiling = inOrder(survey.listing().files(), read, found);
        List<String> credentials = credentials(read);
        LintCount count = LintCount.of(lint.findings());
        if (connection == null) {
            List<Problem> problems = new ArrayList<>(survey.listing().problems());
            problems.addAll(compiling);
            return answer(survey, null, null, problems, survey.listing().notices(), credentials, count);
        }
        Ledger ledger = Ledger.open(settings, connection);
        try {
            Overview overview = survey.with(JournalView.read(ledger, connection), ledger.journal());
            List<Problem> problems = new ArrayList<>(Status.withDiffs(overview, ledger.journal()));
            problems.addAll(compiling);
            return answer(
                    survey, settings.database(), connection.server(), problems, overview.notices(), credentials, count);
        } catch (MongoException e) {
            throw MongoErrors.translate(e, Status.reading(settings));
        }
    }

    private static ValidateAnswer answer(
            Survey survey,
            String database,
            String server,
            List<Problem> problems,
            List<String> known,
            List<String> credentials,
            LintCount count) {
        List<String> notices = new ArrayList<>(known);
        notices.addAll(credentials);
        int files = survey.listing().files().size();
        return new ValidateAnswer(survey.directory(), files, database, server, problems, notices, count);
    }

    private static List<String> credentials(MigrationSource.Sources read) {
        List<String> notices = new ArrayList<>();
        for (MigrationSource source : read.sources()) {
            for (int line : Credentials.lines(source.text())) {
                notices.add(
                        "%s:%d: this literal looks like a credential, and the journal keeps the source. Read it from the environment: System.getenv"
                                .formatted(source.file().fileName(), line));
            }
        }
        return notices;
    }

    /** Returns what cannot be read, does not compile or lacks a migration's methods; in order. */
    static List<Problem> compiling(Settings settings, List<MigrationFile> files, MigrationSource.Sources read) {
        Compilation compilation =
                SourceCompiler.compileOnce(settings.home(), settings.cacheDirectory(), System.getenv(), read.sources());
        return inOrder(files, read, compilation.allProblems());
    }

    private static List<Problem> inOrder(
            List<MigrationFile> files, MigrationSource.Sources read, List<Problem> compiling) {
        List<Problem> problems = new ArrayList<>(read.problems());
        problems.addAll(compiling);
        Map<String, Integer> order = new HashMap<>();
        files.forEach(file -> order.put(file.name(), order.size()));
        problems.sort(Comparator.comparing(problem -> order.getOrDefault(problem.name(), order.size())));
        return problems;
    }

    /** How many errors and warnings {@code lint} finds. */
    public record LintCount(long errors, long warnings) {
        private static LintCount of(List<Finding> findings) {
            List<Finding> counting = findings.stream().filter(Finding::counts).toList();
            return new LintCount(count(counting, Severity.ERROR), count(counting, Severity.WARNING));
        }

        private static long count(List<Finding> findings, Severity severity) {
            return findings.stream().filter(one -> one.severity() == severity).count();
        }
    }

    /**
     * The result of {@code validate}.
     *
     * @param directory the migrations' directory, as in the setting
     * @param files how many migrations were checked
     * @param database the journal's database, or null without {@code --database}
     * @param server the server's address, or null
     * @param problems all problems
     * @param notices information that is not a problem, one line each
     * @param lint what {@code lint} finds, which is not a problem
     */
    public record ValidateAnswer(
            String directory,
            int files,
            String database,
            String server,
            List<Problem> problems,
            List<String> notices,
            LintCount lint)
            implements Answer {

        public ValidateAnswer {
            problems = List.copyOf(problems);
            notices = List.copyOf(notices);
        }

        /** Returns 3 if there is a problem, else 0. */
        public int exitCode() {
            return problems.isEmpty() ? 0 : 3;
        }

        @Override
        public void words(Words out) {
            String where = database == null ? "" : ", and " + database + " on " + server;
            out.line(Wording.folder(directory) + where);
            out.gap();
            if (!problems.isEmpty()) {
                out.problems(problems, true);
                out.gap();
            }
            notices.forEach(out::line);
            out.line(Wording.count(files, "migration")
                    + " checked, "
                    + (problems.isEmpty() ? "no problems" : Wording.count(problems.size(), "problem"))
                    + ".");
            if (lint.errors() + lint.warnings() > 0) {
                out.line("lint finds "
                        + Wording.count(lint.errors(), "error")
                        + " and "
                        + Wording.count(lint.warnings(), "warning")
                        + ". To see them: {migopy} lint");
            }
        }

        @Override
        public Document json() {
            Document answer = new Document("directory", directory).append("files", files);
            Json.put(answer, "database", database);
            return answer.append("problems", Json.problems(problems))
                    .append("notices", notices)
                    .append("lint", new Document("errors", (int) lint.errors()).append("warnings", (int)
                                    lint.warnings()))
                    .append("exitCode", exitCode());
        }
    }
}
