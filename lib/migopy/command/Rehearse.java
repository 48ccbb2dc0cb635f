package migopy.command;

import com.mongodb.ReadPreference;
import com.mongodb.client.MongoDatabase;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import migopy.MigopyException;
import migopy.dump.FieldMask;
import migopy.rehearsal.DumpedDatabase;
import migopy.rehearsal.Rehearsal;
import migopy.rehearsal.Rehearsal.RehearsalOptions;
import migopy.rehearsal.Rehearsal.RehearsalSource;
import migopy.rehearsal.RehearsalAnswer;
import migopy.report.Findings;
import migopy.report.ReportFormat;
import migopy.run.Runner;
import migopy.run.Runner.RunResult;
import migopy.settings.Settings;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code rehearse [NAME...]}. */
@Command(
        name = "rehearse",
        description =
                "Runs up() and down() of pending migrations on a copy of the database, and shows what they change.")
final class Rehearse implements Action {
    private static final String SCRATCH_URI = "MIGOPY_SCRATCH_URI";

    /** A file of GitHub Actions, in which each step can add Markdown to the page of its job. */
    private static final String JOB_SUMMARY = "GITHUB_STEP_SUMMARY";

    private static final String SUFFIX = "_rehearsal";
    private static final String DUMP_SUFFIX = "_dump" + SUFFIX;
    private static final long MOST_BYTES = 1_000_000_000;
    private static final String ALL = "all";
    private static final String NO_VALUES = "none";

    @Mixin
    private final PendingOptions pending = new PendingOptions();

    @Option(
            names = "--on",
            paramLabel = "URI",
            description = "make the copy on this server, whose URI can also be in " + SCRATCH_URI)
    private String on;

    @Option(names = "--here", description = "make the copy on the same server, as DATABASE" + SUFFIX)
    private boolean here;

    @Option(
            names = "--from",
            paramLabel = "DIR",
            description = "rehearse with the journal, definitions and documents of a dump, without the database")
    private Path from;

    @Option(
            names = "--sample",
            paramLabel = "N",
            description = "copy at most N documents of each collection, or all of them: all (default: 10000)")
    private String sample = "10000";

    @Option(names = "--yes", description = "with --here: copy more than 1 GB")
    private boolean yes;

    @Option(
            names = "--read-from",
            paramLabel = "primary|secondary",
            description = "which member of the replica set to read the documents from (default: as the URI says)")
    private String readFrom;

    @Option(
            names = "--mask",
            paramLabel = "FIELD,...",
            split = ",",
            description = "replace the values of these fields while copying: email,name,address.*")
    private List<String> mask = new ArrayList<>();

    @Option(names = "--no-down", description = "do not call down()")
    private boolean noDown;

    @Option(names = "--twice", description = "call every up() a second time, not only that of an @Resumable migration")
    private boolean twice;

    @Option(names = "--keep", description = "do not drop the copy afterwards")
    private boolean keep;

    @Option(names = "--report", paramLabel = "DIR", description = "also write report.html, report.md and report.json")
    private Path report;

    @Option(
            names = "--values",
            paramLabel = "none|plain",
            description = "whether the server's messages may quote values of documents (default: none)")
    private String values = NO_VALUES;

    @Option(names = "--timeout", paramLabel = "TIME", description = "stop a migration that takes longer")
    private String timeout;

    @Mixin
    private final FormatOption format = new FormatOption();

    @Override
    public int run(Session session) throws Exception {
        ReportFormat chosen = format.chosen(session);
        pending.request(false, false); // refuses wrong arguments before a server is asked
        if (!List.of(NO_VALUES, "plain").contains(values)) {
            throw MigopyException.usage(
                    "--values %s is neither none nor plain".formatted(values), "Leave it out for none");
        }
        boolean plain = !values.equals(NO_VALUES);
        Long mostBytes = !here ? null : Long.valueOf(yes ? Long.MAX_VALUE : MOST_BYTES);
        RehearsalOptions options = new RehearsalOptions(
                documents(), mask, !noDown, twice, keep, mostBytes, plain, Limits.timeout(timeout));
        ReadPreference preference = readFrom == null ? null : preference();
        Settings scratch = scratch(session, SUFFIX);
        FieldMask masking = FieldMask.of(mask);
        if (from == null) {
            return session.watched(context -> {
                MongoDatabase database = context.connection().database();
                RehearsalSource source = new RehearsalSource(
                        context,
                        preference == null ? database : database.withReadPreference(preference),
                        context.connection().describe(),
                        masking);
                return rehearse(session, chosen, source, scratch, options);
            });
        }
        return session.watchedOn(
                scratch(session, DUMP_SUFFIX),
                context -> new DumpedDatabase(context, from, masking)
                        .with(source -> rehearse(session, chosen, source, scratch, options)));
    }

    private int rehearse(
            Session session, ReportFormat chosen, RehearsalSource source, Settings scratch, RehearsalOptions options) {
        String directory = session.settings().shown(session.settings().migrationsDirectory());
        List<RehearsalAnswer> answers = new ArrayList<>();
        RunResult result = new Runner(source.context())
                .plan(
                        pending.request(false, false),
                        planned -> answers.add(new Rehearsal(source, scratch, options).run(planned)));
        if (answers.isEmpty()) {
            FormatOption.answer(
                    session,
                    chosen,
                    Session.answer(result, true),
                    new Findings("rehearse", directory, List.of(), List.of(), result.problems(), false));
            return result.exitCode();
        }
        RehearsalAnswer answer = answers.get(0).with(Lint.found(session, answers.get(0)));
        if (report != null) {
            answer.write(report, session.redactor()::redact);
        }
        String summary = session.project().environment().get(JOB_SUMMARY);
        if (chosen == ReportFormat.GITHUB && summary != null) {
            answer.appendTo(Path.of(summary), session.redactor()::redact);
        }
        FormatOption.answer(session, chosen, answer, answer.findings(directory));
        return answer.exitCode();
    }

    private ReadPreference preference() {
        return switch (readFrom) {
            case "primary" -> ReadPreference.primary();
            case "secondary" -> ReadPreference.secondaryPreferred();
            default ->
                throw MigopyException.usage(
                        "--read-from %s is neither primary nor secondary".formatted(readFrom),
                        "Leave it out to read as the URI says");
        };
    }

    private long documents() {
        if (sample.equals(ALL)) {
            return Long.MAX_VALUE;
        }
        if (!sample.matches("[1-9][0-9]{0,9}")) {
            throw MigopyException.usage(
                    "--sample %s is neither a number nor all".formatted(sample), "For example: --sample 100000");
        }
        return Long.parseLong(sample);
    }

    /** Returns the settings of a database for the rehearsal, whose name ends so. */
    private Settings scratch(Session session, String suffix) {
        Settings settings = session.settings();
        String database = settings.database() + suffix;
        String uri = on == null && !here ? session.project().environment().get(SCRATCH_URI) : on;
        if (on != null && here) {
            throw MigopyException.usage("--on and --here cannot be combined", "Remove one of the two");
        }
        if (from != null && here) {
            throw MigopyException.usage(
                    "--from and --here cannot be combined: a dump needs no database, but a server for its copy",
                    "Name a server with --on URI, or in " + SCRATCH_URI);
        }
        if (uri == null && from != null) {
            throw MigopyException.usage(
                    "A rehearsal with --from needs a server for its copy",
                    "Name one with --on URI, or in " + SCRATCH_URI);
        }
        if (uri == null && !here) {
            throw MigopyException.usage(
                    "A rehearsal needs a server for its copy",
                    "Name one with --on URI or in %s, or use --here for a database %s beside the original"
                            .formatted(SCRATCH_URI, database));
        }
        return here ? settings.withDatabase(database) : settings.on(uri, on == null ? SCRATCH_URI : "--on", database);
    }
}
