package migopy.console;

import java.util.List;
import org.bson.Document;

/**
 * The ad-hoc fixes and shells that were recorded.
 *
 * @param database the database's name
 * @param server where it is, without secrets
 * @param collection that of the fixes
 * @param fixes oldest first
 */
public record FixesAnswer(String database, String server, String collection, List<FixRecord> fixes) implements Answer {

    public FixesAnswer {
        fixes = List.copyOf(fixes);
    }

    @Override
    public void words(Words out) {
        out.line(database + " on " + server + ", " + collection);
        out.gap();
        if (fixes.isEmpty()) {
            out.line("No fix was ever run.");
            return;
        }
        Table table = FixRecord.table(out);
        for (FixRecord fix : fixes) {
            fix.into(table, out);
            if (fix.attempt().reason() != null) {
                table.under(fix.attempt().reason());
            }
        }
        table.print();
        out.gap();
        out.line("Source and output of one: {migopy} history RUN");
    }

    @Override
    public Document json() {
        return new Document("database", database)
                .append("collection", collection)
                .append("fixes", fixes.stream().map(FixRecord::json).toList());
    }
}
