package migopy.command;

import com.mongodb.MongoException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import migopy.Problem;
import migopy.adopt.Adoptions;
import migopy.backfill.BackfillProgress;
import migopy.command.StatusAnswer.Row;
import migopy.console.Wording;
import migopy.files.CompiledTexts;
import migopy.files.MigrationFile;
import migopy.files.MigrationSource;
import migopy.journal.Actor;
import migopy.journal.Entry;
import migopy.journal.Entry.JournalEntry;
import migopy.journal.Journal;
import migopy.mongo.Connection;
import migopy.mongo.MongoErrors;
import migopy.plan.MigrationState;
import migopy.plan.Overview;
import migopy.plan.Situation;
import migopy.run.EditDiff;
import migopy.run.Ledger;
import migopy.run.Survey;
import migopy.run.Survey.JournalView;
import migopy.settings.Settings;
import org.bson.BsonInvalidOperationException;
import org.bson.BsonValue;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code status}, and what runs when no command is named. */
@Command(name = "status", description = "Shows the state of every migration, pending ones last, then every problem.")
final class Status implements Action {
    /** How many edited migrations are shown with a diff: each costs one read of the journal. */
    private static final int DIFFS = 20;

    @Option(names = "--all", description = "all migrations, not only the last ten applied ones")
    private boolean all;

    @Option(names = "--check", description = "exit 8 if a migration is pending, 3 if there is a problem")
    private boolean check;

    @Option(names = "--compile", description = "also compile pending migrations, and report those that do not compile")
    private boolean compile;

    @Override
    public int run(Session session) throws Exception {
        StatusAnswer answer = read(session.settings(), session.connection(), all, compile);
        session.console().answer(answer);
        return check ? answer.checkCode() : 0;
    }

    /**
     * Reads the directory, the journal and, if something is running, the lock.
     *
     * @param all whether to show all applied ones
     * @param compile whether to compile pending files, too
     * @throws migopy.MigopyException unreachable, if the server does not respond or a right is missing; usage, if
     * the directory cannot be read
     */
    private static StatusAnswer read(Settings settings, Connection connection, boolean all, boolean compile) {
        String database = settings.database();
        Survey survey = Survey.of(settings); // while the connection is being made
        Ledger ledger = Ledger.open(settings, connection);
        try {
            JournalView view = JournalView.read(ledger, connection);
            Overview overview = survey.with(view, ledger.journal());
            List<String> notices = new ArrayList<>(overview.notices());
            if (hasAdopted(view)) {
                notices.addAll(Adoptions.notices(
                        connection.journalDatabase(), settings.migrationsCollection(), view.entries()));
            }
            List<Problem> problems = withDiffs(overview, ledger.journal());
            Map<String, Problem.ProblemKind> uncompiled = new HashMap<>();
            for (Problem problem : compile ? compiling(settings, overview) : List.<Problem>of()) {
                uncompiled.put(problem.name(), problem.kind());
                problems.add(problem);
            }
            Set<String> edited = edited(settings, survey, overview);
            List<Row> rows = new ArrayList<>(overview.migrations().size());
            for (Situation one : overview.migrations()) {
                rows.add(row(one, uncompiled.get(one.name()), edited.contains(one.name())));
                addProgress(one, notices);
            }
            return new StatusAnswer(
                    database,
                    connection.server(),
                    settings.migrationsCollection(),
                    survey.directory(),
                    settings.embedded(),
                    rows,
                    problems,
                    notices,
                    all);
        } catch (MongoException e) {
            throw MongoErrors.translate(e, reading(settings));
        }
    }

    private static boolean hasAdopted(JournalView view) {
        for (Entry entry : view.entries()) {
            if (entry instanceof JournalEntry known && known.adopted() != null) {
                return true;
            }
        }
        return false;
    }

    /** Returns the start of the message when the journal cannot be read. */
    static String reading(Settings settings) {
        return "Reading %s.%s".formatted(settings.database(), settings.migrationsCollection());
    }

    /** Returns all problems, the first edited ones with their diffs. */
    static List<Problem> withDiffs(Overview overview, Journal journal) {
        Map<String, Situation> byName = new HashMap<>();
        List<Problem> problems = new ArrayList<>(overview.problems().size());
        int diffs = 0;
        for (Problem problem : overview.problems()) {
            if (problem.kind() == Problem.ProblemKind.EDITED && diffs < DIFFS) {
                if (diffs++ == 0) {
                    overview.migrations().forEach(one -> byName.put(one.name(), one));
                }
                problem = EditDiff.withDiff(
                        problem, journal, byName.get(problem.name()).file());
            }
            problems.add(problem);
        }
        return problems;
    }

    /** Returns the names of the migrations to run whose files were edited since they were last compiled. */
    private static Set<String> edited(Settings settings, Survey survey, Overview overview) {
        List<Situation> toRun = toRun(overview);
        if (toRun.isEmpty()) {
            return Set.of();
        }
        Map<String, String> compiled = new CompiledTexts(settings.cacheDirectory()).checksums();
        Set<String> edited = new HashSet<>();
        for (Situation one : toRun) {
            String last = compiled.get(one.name());
            if (last != null && !last.equals(survey.checksums().get(one.name()))) {
                edited.add(one.name());
            }
        }
        return edited;
    }

    /** Returns why files that are to be run do not compile. */
    private static List<Problem> compiling(Settings settings, Overview overview) {
        List<MigrationFile> files =
                toRun(overview).stream().map(Situation::file).toList();
        return Validate.compiling(settings, files, MigrationSource.readAll(files));
    }

    /** Returns the migrations with a file that were not applied yet, whatever problems they have. */
    static List<Situation> toRun(Overview overview) {
        List<Situation> found = new ArrayList<>();
        for (Situation one : overview.migrations()) {
            boolean toRun = switch (one.state()) {
                case PENDING, SKIPPED, FAILED -> true;
                default -> false;
            };
            if (toRun && one.file() != null) {
                found.add(one);
            }
        }
        return found;
    }

    private static Row row(Situation one, Problem.ProblemKind uncompiled, boolean edited) {
        Problem.ProblemKind problem =
                one.problem() == null ? uncompiled : one.problem().kind();
        JournalEntry entry = one.entry();
        // A rolled back migration is pending again; history shows when it ran.
        if (entry == null || one.state() == MigrationState.PENDING) {
            return new Row(
                    one.name(), one.number(), one.state(), problem, null, null, null, null, null, null, null, edited);
        }
        boolean skipped = one.state() == MigrationState.SKIPPED;
        return new Row(
                one.name(),
                one.number(),
                one.state(),
                problem,
                entry.startedAt(),
                entry.finishedAt(),
                entry.durationMs(),
                entry.reversible(),
                who(entry.by()),
                skipped ? entry.reason() : null,
                entry.withoutSource() ? entry.adopted().from() : null,
                edited);
    }

    private static String who(Actor by) {
        return by == null || by.user() == null ? null : by.who();
    }

    private static void addProgress(Situation one, List<String> notices) {
        boolean begun = one.state() == MigrationState.RUNNING || one.state() == MigrationState.INTERRUPTED;
        if (!begun || one.entry().checkpoints() == null) {
            return;
        }
        for (BsonValue checkpoint : one.entry().checkpoints().values()) {
            notices.add(one.name() + ": " + progress(checkpoint, one.state()));
        }
    }

    private static String progress(BsonValue checkpoint, MigrationState state) {
        BackfillProgress backfill;
        try {
            backfill = BackfillProgress.of(checkpoint.asDocument());
        } catch (BsonInvalidOperationException e) {
            return "the checkpoint of its backfill is unreadable: " + e.getMessage();
        }
        String done = Wording.number(backfill.done());
        String changed = Wording.number(backfill.changed());
        String of = "backfill of " + backfill.collection();
        if (backfill.phase() == BackfillProgress.Phase.DONE) {
            return "%s done, %s visited, %s changed".formatted(of, done, changed);
        }
        String far = "%s of about %s visited, %s changed".formatted(done, Wording.number(backfill.estimate()), changed);
        if (state != MigrationState.RUNNING) {
            return "%s stopped, %s".formatted(of, far);
        }
        return switch (backfill.phase()) {
            case PAUSED -> "%s paused, %s".formatted(of, far);
            case WAITING -> "%s waiting for a lagging secondary, %s".formatted(of, far);
            default -> "%s, %s, %s a second".formatted(of, far, Wording.number(Math.round(backfill.perSecond())));
        };
    }
}
