package migopy.command;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import migopy.MigopyException;
import migopy.console.Wording;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code repair NAME... --as applied|pending|unchanged|unverified --reason TEXT}, and {@code repair NAME
 * --renamed-from OLD}.
 */
@Command(
        name = "repair",
        description = "Resolves migrations that are interrupted, failed to roll back, ignored, missing or renamed,"
                + " or accepts an edit.")
final class Repair implements Action {
    private static final Set<String> AS = Set.of("applied", "pending", "unchanged", "unverified");

    @Parameters(arity = "0..*", paramLabel = "NAME", description = "the migrations")
    private List<String> names = new ArrayList<>();

    @Option(names = "--as", paramLabel = "applied|pending|unchanged|unverified", description = "the new state")
    private String as;

    @Option(names = "--reason", paramLabel = "TEXT", description = "why, for the journal")
    private String reason;

    @Option(
            names = "--renamed-from",
            paramLabel = "OLD",
            description = "move the record and history of OLD, whose file is now called NAME")
    private String renamedFrom;

    @Option(names = "--edited", description = "all edited migrations")
    private boolean edited;

    @Option(names = "--missing", description = "all migrations whose file is missing")
    private boolean missing;

    @Override
    public int run(Session session) throws Exception {
        Repairs.Order order = renamedFrom == null ? settling() : renaming();
        return session.watched(context -> {
            session.console().answer(Repairs.run(context, order));
            return 0;
        });
    }

    private Repairs.Order renaming() {
        if (names.size() != 1 || edited || missing || as != null) {
            throw MigopyException.usage(
                    "--renamed-from takes exactly one new name and no other option",
                    "For example: " + Wording.command("repair", "4_pay", "--renamed-from", "5_pay"));
        }
        return Repairs.Order.renamed(names.get(0), renamedFrom, reason);
    }

    private Repairs.Order settling() {
        int ways = (names.isEmpty() ? 0 : 1) + (edited ? 1 : 0) + (missing ? 1 : 0);
        if (ways != 1) {
            throw usage(
                    ways == 0
                            ? "Name what to repair: NAME, --edited or --missing"
                            : "Names, --edited and --missing cannot be combined");
        }
        if (as == null || !AS.contains(as)) {
            throw usage("repair needs --as applied, --as pending, --as unchanged or --as unverified");
        }
        if (reason == null || reason.isBlank()) {
            throw usage("repair needs --reason TEXT");
        }
        return new Repairs.Order(names, edited, missing, as, null, reason);
    }

    private MigopyException usage(String message) {
        String name = names.isEmpty() ? "NAME" : names.get(0);
        return MigopyException.usage(
                message,
                "For example: " + Wording.command("repair", name, "--as", "applied", "--reason") + " \"done by hand\"");
    }
}
