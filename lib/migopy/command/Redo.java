package migopy.command;

import migopy.plan.Request.RedoRequest;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code redo [NAME]}. */
@Command(
        name = "redo",
        description = "Runs down() of an applied migration, with the text that was applied, then up() of"
                + " its current file.")
final class Redo implements Action {
    @Parameters(
            arity = "0..1",
            paramLabel = "NAME",
            description = "the migration; by default the one that was applied last")
    private String name;

    @Option(names = "--dry-run", description = "show what would be run, and write nothing")
    private boolean dryRun;

    @Mixin
    private final Limits limits = new Limits();

    @Override
    public int run(Session session) throws Exception {
        return session.run(new RedoRequest(name), limits.options(dryRun));
    }
}
