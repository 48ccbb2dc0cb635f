package migopy.command;

import java.util.List;
import java.util.Set;

/** Migopy's own commands: their names, their one-line help and their classes. */
final class Commands {
    /** The command if none is named. */
    static final String DEFAULT = "status";

    /** Arguments that select a command which needs no database. */
    static final Set<String> WITHOUT_DATABASE = Set.of(
            "init", "create", "edit", "validate", "lint", "completion", "help", "-h", "--help", "-V", "--version");

    /** The commands that only read the database. */
    static final Set<String> READING = Set.of("status", "validate", "lint", "history", "verify", "dbdump");

    /** The commands that do not call code of the project. */
    static final Set<String> WITHOUT_OWN_CODE = Set.of(
            "status",
            "history",
            "init",
            "create",
            "completion",
            "edit",
            "help",
            "ignore",
            "repair",
            "unlock",
            "backfill",
            "adopt",
            "fix-to-migration",
            "dbrestore");

    /**
     * A line of the help text.
     *
     * @param usage the command with its arguments
     */
    record HelpLine(String name, String usage, String summary) {}

    /** In the order of the help text. */
    static final List<HelpLine> ALL = List.of(
            new HelpLine("status", "status", "Show the state of every migration (default command)"),
            new HelpLine("execute", "execute [NAME...]", "Run up() of the pending migrations, or of those named"),
            new HelpLine("rollback", "rollback NAME...", "Run down() of applied migrations, newest applied first"),
            new HelpLine(
                    "redo", "redo [NAME]", "Roll back the newest applied migration, or NAME, and execute it again"),
            new HelpLine(
                    "rehearse", "rehearse [NAME...]", "Run pending migrations on a copy, and show what they change"),
            new HelpLine("ignore", "ignore [NAME...]", "Register pending migrations without executing them"),
            new HelpLine("init", "init [FOLDER]", "Create a project in a folder"),
            new HelpLine("create", "create WORDS...", "Create a migration file"),
            new HelpLine("edit", "edit [NAME]", "Open the newest migration, or NAME, in your editor"),
            new HelpLine("validate", "validate", "Run every check that does not need the database"),
            new HelpLine("lint", "lint [NAME...]", "Find risky code in migrations, before they run"),
            new HelpLine("verify", "verify [NAME...]", "Check that what applied migrations promise still holds"),
            new HelpLine("history", "history [NAME]", "Show every attempt: when, by whom, where, outcome"),
            new HelpLine("repair", "repair NAME...", "Resolve what needs a manual decision"),
            new HelpLine("adopt", "adopt", "Register what another tool has applied, from its journal"),
            new HelpLine("unlock", "unlock", "Remove a lock whose lease has expired"),
            new HelpLine(
                    "backfill",
                    "backfill pause|resume|cancel|continue NAME",
                    "Control a running backfill from another terminal"),
            new HelpLine("run", "run FILE", "Run an ad-hoc fix and record it"),
            new HelpLine(
                    "fix-to-migration", "fix-to-migration RUN WORDS...", "Convert a recorded fix to a migration file"),
            new HelpLine("shell", "shell", "Open JShell on the database, and record it"),
            new HelpLine("dbdump", "dbdump", "Dump the database"),
            new HelpLine("dbrestore", "dbrestore DIR", "Restore a dump"),
            new HelpLine("completion", "completion bash|zsh|fish", "Print a script that completes arguments at TAB"),
            new HelpLine("help", "help [COMMAND]", "Show this text, or the help of one command"));

    private Commands() {}

    static boolean has(String name) {
        return ALL.stream().anyMatch(entry -> entry.name().equals(name));
    }

    /** Returns a new command. A switch instead of a map, so that no other command's class is loaded. */
    static Action create(String name) {
        return switch (name) {
            case "status" -> new Status();
            case "execute" -> new Execute();
            case "rollback" -> new Rollback();
            case "redo" -> new Redo();
            case "rehearse" -> new Rehearse();
            case "ignore" -> new Ignore();
            case "init" -> new Init();
            case "create" -> new Create();
            case "edit" -> new Edit();
            case "validate" -> new Validate();
            case "lint" -> new Lint();
            case "verify" -> new Verify();
            case "history" -> new History();
            case "repair" -> new Repair();
            case "adopt" -> new Adopt();
            case "unlock" -> new Unlock();
            case "backfill" -> new BackfillCommand();
            case "run" -> new Run();
            case "fix-to-migration" -> new FixToMigration();
            case "shell" -> new Shell();
            case "dbdump" -> new DbDump();
            case "dbrestore" -> new DbRestore();
            case "completion" -> new Completion();
            case "help" -> new Help();
            default -> throw new IllegalArgumentException("no class for the command " + name);
        };
    }

    /**
     * Returns the options of a command that have the name of an option of every command. After the
     * command's name they are its own.
     */
    static Set<String> ownOptions(String name) {
        return switch (name) {
            case "dbdump", "dbrestore", "adopt" -> Set.of("--collection");
            case "validate", "lint" -> Set.of("--database");
            default -> Set.of();
        };
    }
}
