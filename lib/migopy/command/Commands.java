package migopy.command;

import java.util.List;
import java.util.Set;

/**
 * Every command of Migopy's own: its name, what help says about it in one line, and the class
 * behind it.
 */
final class Commands {
    /** What runs when no command is named. */
    static final String DEFAULT = "status";

    /** The words by which a command connects to nothing. */
    static final Set<String> WITHOUT_DATABASE = Set.of("create", "validate", "help", "-h", "--help", "-V", "--version");

    /** The commands that write nothing to the database. */
    static final Set<String> READING = Set.of("status", "validate", "history", "dbdump");

    /** The commands that call no code of the project's own. */
    static final Set<String> WITHOUT_OWN_CODE = Set.of(
            "status",
            "validate",
            "history",
            "create",
            "help",
            "ignore",
            "repair",
            "unlock",
            "backfill",
            "fix-to-migration",
            "dbrestore");

    /**
     * A line of help.
     *
     * @param words how it is typed
     */
    record Entry(String name, String words, String summary) {}

    /** In the order of help. */
    static final List<Entry> ALL = List.of(
            new Entry("status", "status", "The migrations and how they stand; also without a command"),
            new Entry("execute", "execute [NAME...]", "Run up() of what is pending, or of those named"),
            new Entry("rollback", "rollback NAME...", "Run down() of applied ones, newest applied first"),
            new Entry("redo", "redo [NAME]", "Roll back the newest applied one, or NAME, and execute its file anew"),
            new Entry("ignore", "ignore [NAME...]", "Register pending ones without executing them"),
            new Entry("create", "create WORDS...", "A new migration file"),
            new Entry("validate", "validate", "Every check that needs no database"),
            new Entry("history", "history [NAME]", "Every attempt: when, who, where, how it ended"),
            new Entry("repair", "repair NAME...", "Settle what only a person can settle"),
            new Entry("unlock", "unlock", "Remove a lock whose lease has run out"),
            new Entry(
                    "backfill",
                    "backfill pause|resume|cancel|continue NAME",
                    "Steer the backfill that another terminal runs"),
            new Entry("run", "run FILE", "Run an ad-hoc fix and record it"),
            new Entry("fix-to-migration", "fix-to-migration RUN WORDS...", "A migration file of a recorded fix"),
            new Entry("shell", "shell", "JShell on the database, recorded"),
            new Entry("dbdump", "dbdump", "Dump the database"),
            new Entry("dbrestore", "dbrestore DIR", "Restore a dump"),
            new Entry("help", "help [COMMAND]", "This text, or that of one command"));

    private Commands() {}

    static boolean has(String name) {
        return ALL.stream().anyMatch(entry -> entry.name().equals(name));
    }

    /** A new command. A switch and not a map, so that no other command's class is loaded. */
    static Action create(String name) {
        return switch (name) {
            case "status" -> new Status();
            case "execute" -> new Execute();
            case "rollback" -> new Rollback();
            case "redo" -> new Redo();
            case "ignore" -> new Ignore();
            case "create" -> new Create();
            case "validate" -> new Validate();
            case "history" -> new History();
            case "repair" -> new Repair();
            case "unlock" -> new Unlock();
            case "backfill" -> new BackfillCommand();
            case "run" -> new Run();
            case "fix-to-migration" -> new FixToMigration();
            case "shell" -> new Shell();
            case "dbdump" -> new DbDump();
            case "dbrestore" -> new DbRestore();
            case "help" -> new Help();
            default -> throw new IllegalArgumentException("no class for the command " + name);
        };
    }

    /**
     * The options of a command that are called like one of every command, and then mean the
     * command's own.
     */
    static Set<String> ownOptions(String name) {
        return switch (name) {
            case "dbdump", "dbrestore" -> Set.of("--collection");
            case "validate" -> Set.of("--database");
            default -> Set.of();
        };
    }
}
