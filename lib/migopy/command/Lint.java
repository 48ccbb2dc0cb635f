package migopy.command;

import com.mongodb.MongoException;
import com.mongodb.client.MongoDatabase;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import migopy.MigopyException;
import migopy.Problem;
import migopy.command.RulesAnswer.RuleAnswer;
import migopy.console.Wording;
import migopy.files.MigrationFile;
import migopy.files.MigrationSource;
import migopy.files.SourceCompiler;
import migopy.lint.LintRule;
import migopy.lint.LintRules;
import migopy.lint.Linter;
import migopy.lint.Linter.LintResult;
import migopy.mongo.Connection;
import migopy.mongo.MongoErrors;
import migopy.plan.MigrationState;
import migopy.plan.NameResolver;
import migopy.plan.Request;
import migopy.plan.Situation;
import migopy.rehearsal.RehearsalAnswer;
import migopy.report.Finding;
import migopy.report.Finding.Severity;
import migopy.report.Findings;
import migopy.report.ReportFormat;
import migopy.run.Ledger;
import migopy.run.Survey;
import migopy.run.Survey.JournalView;
import migopy.settings.Settings;
import org.bson.Document;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lint [NAME...]}. */
@Command(
        name = "lint",
        description = "Checks the sources of all migrations, or of those named, for what loses data, blocks, or fails"
                + " halfway. Needs no database, except with --pending or --database.")
final class Lint implements Action {
    @Parameters(arity = "0..*", paramLabel = "NAME", description = "only these")
    private List<String> names = new ArrayList<>();

    @Option(names = "--since", paramLabel = "NAME", description = "only those with higher numbers than this one")
    private String since;

    @Option(names = "--pending", description = "only those that are pending in the database")
    private boolean pending;

    @Option(
            names = "--database",
            description = "also ask the database, which is only read: what is pending, unless NAME or --since is given")
    private boolean database;

    @Option(
            names = "--target-version",
            paramLabel = "VERSION",
            description = "the oldest server: 6.0; with --database otherwise the version of this one")
    private String targetVersion;

    @Option(names = "--strict", description = "fail on warnings, too")
    private boolean strict;

    @Mixin
    private final FormatOption format = new FormatOption();

    @Option(names = "--rules", description = "list the rules")
    private boolean rules;

    @Option(names = "--explain", paramLabel = "RULE", description = "explain a rule, with examples")
    private String explain;

    @Override
    public int run(Session session) {
        if (explain != null) {
            LintRule rule = LintRule.of(explain);
            if (rule == null) {
                throw LintRules.unknown("There is no rule " + explain, explain);
            }
            session.console().answer(new RuleAnswer(rule));
            return 0;
        }
        if (rules) {
            session.console().answer(new RulesAnswer(LintRule.all()));
            return 0;
        }
        ReportFormat chosen = format.chosen(session);
        if (targetVersion != null) {
            session.lintRules().targetVersion(targetVersion);
        }
        Findings findings = findings(session, selected(session));
        FormatOption.answer(session, chosen, findings, findings);
        return findings.exitCode();
    }

    private Collection<Situation> selected(Session session) {
        int ways = (names.isEmpty() ? 0 : 1) + (since == null ? 0 : 1) + (pending ? 1 : 0);
        if (ways > 1) {
            throw MigopyException.usage(
                    "NAME, --since and --pending cannot be combined", "Arguments of lint: {migopy} help lint");
        }
        boolean onlyPending = pending || database && ways == 0;
        List<Situation> all = onlyPending ? pending(session) : inFolder(Survey.of(session.settings()));
        if (!names.isEmpty()) {
            return NameResolver.resolve(names, all).values();
        }
        return onlyPending
                ? all
                : after(since != null ? since : session.lintRules().startAfter(), all);
    }

    /** Returns the migrations with higher numbers than this one; all of them for null. */
    private static List<Situation> after(String name, List<Situation> all) {
        if (name == null) {
            return all;
        }
        long number = NameResolver.resolve(name, all).number();
        return all.stream().filter(one -> one.number() > number).toList();
    }

    /** Returns the files that are checked without further arguments. */
    static List<MigrationFile> checked(Session session, Survey survey) {
        return after(session.lintRules().startAfter(), inFolder(survey)).stream()
                .map(Situation::file)
                .toList();
    }

    /**
     * Refuses a request if there is an error in one of the migrations that it would run.
     *
     * @throws MigopyException refused
     */
    static void refuseErrors(Session session, Request request) {
        Findings findings = of(session, named(session, Set.copyOf(session.planned(request))), false, null);
        long errors = findings.count(Severity.ERROR);
        if (errors > 0) {
            findings.lines().forEach(session.console()::notice);
            throw MigopyException.refused(
                    "lint has found " + Wording.count(errors, "error") + ", so nothing was run",
                    "Fix or allow them, or run without --lint. To see them again: {migopy} lint --pending");
        }
    }

    private static List<MigrationFile> named(Session session, Set<String> names) {
        return Survey.of(session.settings()).listing().files().stream()
                .filter(file -> names.contains(file.name()))
                .toList();
    }

    /** Returns what is found in the migrations that were rehearsed, by their sources and by their calls. */
    static List<Finding> found(Session session, RehearsalAnswer answer) {
        List<MigrationFile> files = named(session, answer.names());
        List<Finding> found = new ArrayList<>(of(session, files, false, null).findings());
        for (MigrationSource source : MigrationSource.readAll(files).sources()) {
            found.addAll(answer.scans(source, session.lintRules()));
        }
        return found;
    }

    /** Returns the files of the folder, without asking the database for their states. */
    private static List<Situation> inFolder(Survey survey) {
        return survey.listing().files().stream()
                .map(file -> new Situation(file.name(), file.number(), MigrationState.PENDING, file, null, null))
                .toList();
    }

    private static List<Situation> pending(Session session) {
        Settings settings = session.settings();
        Connection connection = session.connection();
        Survey survey = Survey.of(settings);
        Ledger ledger = Ledger.open(settings, connection);
        try {
            return Status.toRun(survey.with(JournalView.read(ledger, connection), ledger.journal()));
        } catch (MongoException e) {
            throw MongoErrors.translate(e, Status.reading(settings));
        }
    }

    private Findings findings(Session session, Collection<Situation> selected) {
        List<MigrationFile> files = selected.stream().map(Situation::file).toList();
        if (!database) {
            return of(session, files, strict, null);
        }
        try {
            MongoDatabase asked = session.connection().database();
            if (session.lintRules().targetVersion() == null) {
                Document build = asked.runCommand(new Document("buildInfo", 1));
                session.lintRules().targetVersion(build.getString("version").replaceFirst("[^0-9.].*", ""));
            }
            return of(session, files, strict, asked);
        } catch (MongoException e) {
            throw MongoErrors.translate(
                    e, "Reading the database " + session.settings().database());
        }
    }

    /** Checks these files with the project's rules, and with the database unless that is null. */
    private static Findings of(Session session, List<MigrationFile> files, boolean strict, MongoDatabase database) {
        Settings settings = session.settings();
        MigrationSource.Sources read = MigrationSource.readAll(files);
        LintResult result = result(session, read, database);
        List<Problem> problems = new ArrayList<>(read.problems());
        problems.addAll(result.problems());
        return new Findings(
                "lint",
                settings.shown(settings.migrationsDirectory()),
                files.stream().map(MigrationFile::name).toList(),
                result.findings(),
                problems,
                strict);
    }

    /** Compiles sources, and applies the project's rules, with the database unless that is null. */
    static LintResult result(Session session, MigrationSource.Sources read, MongoDatabase database) {
        Settings settings = session.settings();
        try (var compiler = new SourceCompiler(
                settings.home(), settings.cacheDirectory(), session.project().environment())) {
            return Linter.lint(compiler, read.sources(), session.lintRules(), database);
        }
    }
}
