package migopy.command;

import migopy.fix.ShellRun;

import picocli.CommandLine.Command;

/** {@code shell}. */
@Command(
        name = "shell",
        description = "JShell with db() and client() on the database; recorded when it ends.")
final class Shell implements Action {
    @Override
    public int run(Session session) throws Exception {
        session.console()
                .answer(
                        new ShellRun(
                                        session.settings(),
                                        session.connection(),
                                        session.runId(),
                                        session.console())
                                .run());
        return 0;
    }
}
