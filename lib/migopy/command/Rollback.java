package migopy.command;

import java.util.ArrayList;
import java.util.List;
import migopy.MigopyException;
import migopy.plan.Request.RollbackRequest;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code rollback NAME...}. */
@Command(name = "rollback", description = "Runs down() of applied migrations, the newest applied first.")
final class Rollback implements Action {
    @Parameters(arity = "0..*", paramLabel = "NAME", description = "the migrations to roll back")
    private List<String> names = new ArrayList<>();

    @Option(names = "--last", paramLabel = "N", description = "the last N applied migrations")
    private Integer last;

    @Option(names = "--to", paramLabel = "NAME", description = "all applied after this migration, which stays applied")
    private String to;

    @Option(names = "--run", paramLabel = "ID", description = "the migrations that this run applied")
    private String run;

    @Option(names = "--stored", description = "use the source in the journal if the file is missing or was edited")
    private boolean stored;

    @Option(names = "--dry-run", description = "show what would be run, and write nothing")
    private boolean dryRun;

    @Mixin
    private final Limits limits = new Limits();

    @Override
    public int run(Session session) throws Exception {
        int ways = (names.isEmpty() ? 0 : 1) + (last == null ? 0 : 1) + (to == null ? 0 : 1) + (run == null ? 0 : 1);
        if (ways != 1) {
            throw MigopyException.usage(
                    ways == 0
                            ? "Name what to roll back: NAME, --last, --to or --run"
                            : "Names, --last, --to and --run cannot be combined",
                    "To roll back the newest: {migopy} rollback --last 1");
        }
        if (last != null && last < 1) {
            throw MigopyException.usage("--last must be greater than 0", "For example: {migopy} rollback --last 1");
        }
        return session.run(new RollbackRequest(names, last, to, run, stored), limits.options(dryRun));
    }
}
