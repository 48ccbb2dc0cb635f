package golden;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import migopy.MigopyException;
import migopy.Problem;
import migopy.StepReport.StepError;
import migopy.adopt.AdoptionPlan;
import migopy.adopt.AdoptionPlan.PlannedEntry;
import migopy.adopt.Adoptions.AdoptionResult;
import migopy.adopt.Peer;
import migopy.command.AdoptAnswer;
import migopy.command.Edit.EditAnswer;
import migopy.command.HistoryAnswer;
import migopy.command.Init.InitAnswer;
import migopy.command.NewFile.CreateAnswer;
import migopy.command.Repairs.RepairAnswer;
import migopy.command.Repairs.RepairAnswer.Repaired;
import migopy.command.Unlock.UnlockAnswer;
import migopy.command.Validate.LintCount;
import migopy.command.Validate.ValidateAnswer;
import migopy.console.Answer;
import migopy.console.ErrorAnswer;
import migopy.files.NewProject.ProjectFile;
import migopy.journal.Actor;
import migopy.journal.Attempt;
import migopy.journal.Attempt.NamedAttempt;
import migopy.journal.State;

/** Typical answers, by the names of their golden files. */
final class Samples {
    static final Instant MORNING = Instant.parse("2026-11-20T10:12:31.250Z");

    static final Problem EDITED = new Problem(
            Problem.ProblemKind.EDITED,
            "1_create_users",
            "1_create_users was edited after it was applied on 2026-11-20 10:12.",
            "Revert the edit, write a new migration, or accept it: {migopy} repair"
                    + " 1_create_users --as unchanged --reason \"...\"",
            List.of("-   new Document(\"name\", name)", "+   new Document(\"fullName\", name)"));

    static final Problem NOT_COMPILABLE = new Problem(
            Problem.ProblemKind.NOT_COMPILABLE,
            "9_add_index",
            "9_add_index does not compile: cannot find symbol",
            "Fix 9_add_index.java",
            List.of("9_add_index.java:7: error: cannot find symbol", "\tusers.createIndexes(\"email\");", "\t     ^"));

    static final StepError DUPLICATE_KEY = new StepError(
            "com.mongodb.MongoWriteException",
            "Write operation error on server localhost:27017. Write error:"
                    + " WriteError{code=11000, message='E11000 duplicate key error collection:"
                    + " app.users index: email_1 dup key: { email: \"ada@example.com\" }',"
                    + " details={}}.",
            List.of("4_split_names.java:17    users.insertOne(person)"));

    private Samples() {}

    private static Map<String, Answer> validated() {
        Map<String, Answer> samples = new LinkedHashMap<>();
        samples.put(
                "validate",
                new ValidateAnswer("mongomigrations", 4, null, null, List.of(), List.of(), new LintCount(0, 0)));
        samples.put(
                "validate_problem",
                new ValidateAnswer(
                        "mongomigrations",
                        9,
                        "app",
                        "localhost:27017",
                        List.of(NOT_COMPILABLE),
                        List.of("12_later is newer than every file here."),
                        new LintCount(1, 2)));
        return samples;
    }

    static Map<String, Answer> all() {
        Map<String, Answer> samples = new LinkedHashMap<>(StatusSamples.all());
        samples.put(
                "error",
                ErrorAnswer.of(
                        MigopyException.locked(
                                "ada@laptop, process 4711, holds the lock until 10:12:59.",
                                "Wait for it: {migopy} execute --wait 1m"),
                        List.of()));
        samples.put("error_refused", ErrorAnswer.of(refused("1 problem"), List.of(EDITED)));
        samples.put(
                "error_several",
                ErrorAnswer.of(refused("2 problems, so nothing was run."), List.of(EDITED, NOT_COMPILABLE)));
        samples.putAll(validated());
        samples.putAll(LintSamples.all());
        samples.putAll(VerifySamples.all());
        samples.put("history", new HistoryAnswer("app", "localhost:27017", "migrations", attempts()));
        samples.put("history_nothing", new HistoryAnswer("app", "localhost:27017", "migrations", List.of()));
        samples.put("create", new CreateAnswer("5_add_email_index", 5, "mongomigrations/5_add_email_index.java"));
        samples.put(
                "edit",
                new EditAnswer(
                        "5_add_email_index",
                        ".migopy/ide",
                        ".migopy/ide/migrations/5_add_email_index/m5_add_email_index.java",
                        "code"));
        samples.putAll(projects());
        samples.putAll(decisions());
        return samples;
    }

    private static Map<String, Answer> projects() {
        Map<String, Answer> samples = new LinkedHashMap<>();
        samples.put(
                "init",
                new InitAnswer(
                        "shop",
                        "shop",
                        List.of(
                                new ProjectFile("migopy.java", true, List.of()),
                                new ProjectFile("mongomigrations/", true, List.of()),
                                new ProjectFile(".gitignore", false, List.of("mongodumps/"))),
                        List.of("shop/.gitignore lacks: mongodumps/")));
        samples.put(
                "init_nothing",
                new InitAnswer(".", null, List.of(new ProjectFile("migopy.java", false, List.of())), List.of()));
        return samples;
    }

    private static AdoptAnswer adopted(String run, int registered, List<Problem> problems) {
        List<PlannedEntry> rows = List.of(
                new PlannedEntry("2-users.js", "2-users", 2, State.APPLIED, MORNING, "c0ffee", null, null),
                new PlannedEntry(
                        "3-emails.js", "3-emails", 3, State.ROLLED_BACK, null, null, null, "--as pending: it failed"));
        AdoptionPlan plan = new AdoptionPlan(
                Peer.MIGRATE_MONGO,
                "changelog",
                2,
                MORNING,
                "changelog_lock",
                rows,
                1,
                problems,
                List.of("1-init has a file here."),
                2L,
                null);
        String again = "{migopy} adopt --as pending 3-emails --apply";
        return new AdoptAnswer("app on localhost:27017", new AdoptionResult(run, plan, registered, null), again);
    }

    private static Map<String, Answer> decisions() {
        Map<String, Answer> samples = new LinkedHashMap<>();
        samples.put(
                "repair",
                new RepairAnswer(
                        "7f3a9102",
                        List.of(
                                new Repaired("3_add_users", "interrupted", "applied"),
                                new Repaired("4_split_names", "rollback_failed", "pending")),
                        List.of()));
        samples.put("repair_nothing", new RepairAnswer("7f3a9102", List.of(), List.of()));
        samples.put("adopt", adopted(null, 0, List.of()));
        samples.put("adopt_done", adopted("7f3a9102", 2, List.of()));
        samples.put(
                "adopt_refused",
                adopted(
                        null,
                        0,
                        List.of(new Problem(
                                Problem.ProblemKind.NOT_ADOPTABLE,
                                "changelog_lock",
                                "migrate-mongo is running: its lock in changelog_lock is held",
                                "Wait until that run has ended"))));
        samples.put("unlock", new UnlockAnswer(true, "ada@laptop", "7f3a9102", "laptop", 4711L, MORNING));
        samples.put("unlock_nothing", new UnlockAnswer(false, null, null, null, null, null));
        return samples;
    }

    static MigopyException refused(String message) {
        return MigopyException.refused(message, "All of them: {migopy} status");
    }

    private static List<NamedAttempt> attempts() {
        return List.of(
                new NamedAttempt(
                        "1_create_users",
                        new Attempt(
                                "up",
                                "applied",
                                "7f3a9102",
                                MORNING,
                                MORNING,
                                12L,
                                new Actor("ada", "laptop", 4711L, "0.1.0"),
                                null,
                                null)),
                new NamedAttempt(
                        "4_split_names",
                        new Attempt(
                                "up",
                                "failed",
                                "7f3a9102",
                                MORNING,
                                MORNING,
                                203L,
                                new Actor("ada", "laptop", 4711L, "0.1.0"),
                                DUPLICATE_KEY,
                                null)),
                new NamedAttempt(
                        "4_split_names",
                        new Attempt(
                                "repair",
                                "applied",
                                "aa00bb11",
                                null,
                                MORNING,
                                null,
                                new Actor("bob", null, null, null),
                                null,
                                new Attempt.Note("reason", "done by hand"))),
                new NamedAttempt(
                        "1_create_users",
                        new Attempt(
                                "down",
                                "rolled_back",
                                "cc22dd33",
                                MORNING,
                                MORNING,
                                59_999L,
                                new Actor("bob", "server", 1L, "0.1.0"),
                                null,
                                null)));
    }
}
