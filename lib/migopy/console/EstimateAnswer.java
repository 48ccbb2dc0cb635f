package migopy.console;

import java.util.List;
import org.bson.Document;

/**
 * What {@code execute --estimate} found out.
 *
 * @param database the database's name
 * @param server where it is
 */
public record EstimateAnswer(String database, String server, List<MigrationEstimate> migrations) implements Answer {
    public EstimateAnswer {
        migrations = List.copyOf(migrations);
    }

    /** 1 if an {@code up()} failed, else 0. */
    public int exitCode() {
        return migrations.stream().anyMatch(one -> one.error() != null) ? 1 : 0;
    }

    @Override
    public void words(Words out) {
        out.line("%s on %s".formatted(database, server));
        for (MigrationEstimate migration : migrations) {
            out.gap();
            migration.words(out);
        }
        out.gap();
        out.line("Nothing was written to the database. What up() does elsewhere was not held back.");
    }

    @Override
    public Document json() {
        return new Document(
                        "estimates",
                        migrations.stream().map(MigrationEstimate::json).toList())
                .append("exitCode", exitCode());
    }
}
