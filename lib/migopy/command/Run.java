package migopy.command;

import java.util.List;
import migopy.MigopyException;
import migopy.console.Terminal;
import migopy.console.Wording;
import migopy.fix.FixReader;
import migopy.run.FixRunner;
import migopy.run.FixRunner.Fix;
import migopy.run.FixRunner.FixAnswer;
import migopy.run.FixRunner.FixOptions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code run FILE --reason TEXT}. */
@Command(name = "run", description = "Runs an ad-hoc fix, which is not a migration, under the lock and records it.")
final class Run implements Action {
    @Parameters(
            arity = "0..1",
            paramLabel = "FILE",
            description = "a .java file with static up(), a .jsh file of JShell lines, or - for standard input")
    private String file;

    @Option(names = "--reason", paramLabel = "TEXT", description = "why it is run, for the record")
    private String reason;

    @Option(names = "--java", description = "standard input is a class, not JShell lines")
    private boolean java;

    @Option(names = "--transaction", description = "run it in one transaction, including db()")
    private boolean transaction;

    @Mixin
    private final Limits limits = new Limits();

    @Override
    public int run(Session session) throws Exception {
        if (file == null) {
            throw MigopyException.usage("run needs a file", "For example: {migopy} run FILE --reason \"...\"");
        }
        FixOptions options = new FixOptions(reason(session), limits.waiting(), limits.timeout(), transaction);
        session.connection(); // connects while the fix is compiled
        Fix fix;
        try {
            fix = new FixReader(session.settings()).read(file, System.in, java);
        } catch (FixReader.InvalidFix e) {
            MigopyException refusal =
                    MigopyException.refused(e.getMessage(), e.problem().hint());
            session.console().error(refusal, List.of(e.problem()));
            return refusal.kind().exitCode();
        }
        return session.watched(context -> {
            FixAnswer answer = new FixRunner(context).run(fix, options);
            session.console().answer(answer);
            return answer.exitCode();
        });
    }

    private String reason(Session session) {
        String given = reason;
        if (given == null && session.asProgram() && Terminal.isTerminal(0)) {
            java.io.Console terminal = System.console();
            given = terminal == null ? null : terminal.readLine("Reason: ");
        }
        if (given == null || given.isBlank()) {
            throw MigopyException.usage(
                    "run needs a reason: --reason TEXT",
                    "For example: " + Wording.command("run", file, "--reason") + " \"ticket 4711\"");
        }
        Limits.refuseLong(given);
        return given;
    }
}
