package migopy.command;

import migopy.fix.ShellRun;
import migopy.fix.ShellRun.ShellAnswer;
import picocli.CommandLine.Command;

/** {@code shell}. */
@Command(
        name = "shell",
        description = "Opens JShell with db() and client() of the configured database, and records it.")
final class Shell implements Action {
    @Override
    public int run(Session session) throws Exception {
        ShellAnswer answer =
                new ShellRun(session.settings(), session.connection(), session.runId(), session.console()).run();
        session.console().answer(answer);
        return answer.exitCode();
    }
}
