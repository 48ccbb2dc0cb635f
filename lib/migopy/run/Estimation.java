package migopy.run;

import com.mongodb.client.ClientSession;
import java.util.ArrayList;
import java.util.List;
import migopy.MigopyException;
import migopy.Migration;
import migopy.StepReport.Direction;
import migopy.backfill.EstimateAnswer;
import migopy.backfill.EstimateAnswer.MigrationEstimate;
import migopy.backfill.EstimateRun;
import migopy.files.CompiledMigration;
import migopy.mongo.Connection;
import migopy.mongo.Connection.Topology;
import migopy.observe.Observation;
import migopy.settings.Redactor;

/** Estimates migrations: calls their {@code up()} with a database that can only be read. */
final class Estimation {
    private final RunContext context;

    Estimation(RunContext context) {
        this.context = context;
    }

    EstimateAnswer of(List<Steps.Compiled> steps) {
        List<MigrationEstimate> estimates = new ArrayList<>();
        Redactor redactor = context.settings().redactor();
        try (OutputCapture output = OutputCapture.start(context.console(), redactor);
                OwnCode code = new OwnCode(context.shutdown(), context.console(), redactor, each -> () -> {})) {
            for (Steps.Compiled step : steps) {
                output.restart();
                String name = step.migration().name();
                estimates.add(code.call(
                        name,
                        () -> of(step.migration()),
                        thrown -> Failure.ofUserCode(
                                MigopyException.Kind.FAILED,
                                name + " failed",
                                "Fix " + name + ".java, then run: {migopy} execute --estimate",
                                thrown,
                                redactor)));
            }
        }
        return new EstimateAnswer(
                context.settings().database(), context.connection().server(), estimates);
    }

    @SuppressWarnings("try") // bound is only closed
    private MigrationEstimate of(CompiledMigration migration) {
        Connection connection = context.connection();
        EstimateRun estimate = new EstimateRun(
                connection.client(),
                connection.database(),
                connection.supportsTransactions(),
                connection.topology() == Topology.EMBEDDED);
        var binding = new Migration.Binding(
                context.settings().home(),
                connection::requireTransactions,
                estimate::client,
                estimate.database(),
                System.out::println,
                estimate::backfill,
                reason -> {},
                new Observation());
        boolean transactional = migration.transactional(Direction.UP);
        try (Migration.Unbind bound = Migration.bind(binding);
                ClientSession session = transactional ? connection.client().startSession() : null) {
            return estimate.of(migration.name(), () -> call(migration, estimate, session));
        }
    }

    private void call(CompiledMigration migration, EstimateRun estimate, ClientSession session) throws Throwable {
        try {
            migration.call(Direction.UP, estimate.database(), session);
        } catch (Migration.Skipped skipped) {
            context.console().notice(migration.name() + " is " + skipped.getMessage());
        }
    }
}
