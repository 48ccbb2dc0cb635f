package migopy.command;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import migopy.MigopyException;
import migopy.console.Terminal;
import migopy.console.Wording;
import migopy.plan.Request.IgnoreRequest;
import migopy.run.Runner.RunOptions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ignore [NAME...]}. */
@Command(name = "ignore", description = "Registers pending migrations without executing them.")
final class Ignore implements Action {
    @Parameters(arity = "0..*", paramLabel = "NAME", description = "only these")
    private List<String> names = new ArrayList<>();

    @Option(names = "--to", paramLabel = "NAME", description = "up to and including this migration")
    private String to;

    @Option(names = "--dry-run", description = "show what would be ignored, and write nothing")
    private boolean dryRun;

    @Option(names = "--wait", paramLabel = "TIME", description = "wait for the lock: 30s, 5m, 2h")
    private String wait;

    @Option(names = "--yes", description = "ignore all pending migrations without asking")
    private boolean yes;

    @Override
    public int run(Session session) throws Exception {
        Duration waiting = Limits.waiting(wait);
        IgnoreRequest request = new IgnoreRequest(names, to);
        if (names.isEmpty() && to == null && !dryRun && !yes) {
            confirm(session, session.planned(request));
        }
        return session.run(request, new RunOptions(dryRun, waiting, null, false, false));
    }

    /** Asks before registering all pending migrations, which is tedious to undo. */
    private static void confirm(Session session, List<String> planned) {
        if (planned.isEmpty()) {
            return; // the run itself reports problems, or that there is nothing to do
        }
        String what = "ignore without names registers %s without executing: %s"
                .formatted(Wording.count(planned.size(), "pending migration"), Wording.some(planned));
        java.io.Console terminal = session.asProgram() && Terminal.isTerminal(0) ? System.console() : null;
        if (terminal == null) {
            throw MigopyException.usage(
                    what,
                    "For all of them: {migopy} ignore --yes, or only some: {migopy} ignore "
                            + Wording.word(planned.get(0)));
        }
        session.console().notice(what + ".");
        String answer = terminal.readLine("Register them? [y/N] ");
        if (answer == null || !answer.strip().toLowerCase(Locale.ROOT).startsWith("y")) {
            throw MigopyException.usage(
                    "Nothing was registered", "Name the migrations to register: {migopy} ignore NAME");
        }
    }
}
