package migopy.run;

import com.mongodb.client.ClientSession;

import migopy.Migration;
import migopy.backfill.EstimateRun;
import migopy.console.Console;
import migopy.console.Direction;
import migopy.console.EstimateAnswer;
import migopy.console.MigrationEstimate;
import migopy.files.CompiledMigration;
import migopy.mongo.Connection;
import migopy.mongo.Topology;
import migopy.settings.Settings;

import java.util.ArrayList;
import java.util.List;

/** Calls {@code up()} of migrations with a database that can only be read. */
final class Estimation {
    private final Settings settings;
    private final Connection connection;
    private final Console console;

    Estimation(Settings settings, Connection connection, Console console) {
        this.settings = settings;
        this.connection = connection;
        this.console = console;
    }

    EstimateAnswer of(List<Steps.Compiled> steps) {
        List<MigrationEstimate> estimates = new ArrayList<>();
        try (OutputCapture output =
                OutputCapture.start(
                        console.migrationOutput(),
                        console.migrationErrors(),
                        settings.redactor())) {
            for (Steps.Compiled step : steps) {
                output.begin();
                estimates.add(of(step.migration()));
            }
        }
        return new EstimateAnswer(settings.database(), connection.server(), estimates);
    }

    @SuppressWarnings("try") // bound is closed, and needs no other use
    private MigrationEstimate of(CompiledMigration migration) {
        EstimateRun estimate =
                new EstimateRun(
                        connection.client(),
                        connection.database(),
                        connection.supportsTransactions(),
                        connection.topology() == Topology.EMBEDDED);
        var binding =
                new Migration.Binding(
                        estimate.client(),
                        estimate.database(),
                        System.out::println,
                        estimate::backfill);
        boolean transactional = migration.transactional(Direction.UP);
        try (Migration.Unbind bound = Migration.bind(binding);
                ClientSession session = transactional ? connection.client().startSession() : null) {
            return estimate.of(
                    migration.name(),
                    () -> migration.call(Direction.UP, estimate.database(), session));
        }
    }
}
