package migopy.lint;

import java.util.List;
import java.util.stream.Collectors;
import migopy.console.Wording;
import migopy.files.MigrationSource;
import migopy.lint.RuleReport.PlacedFinding;
import migopy.report.Finding;
import migopy.report.Finding.Severity;

/** Rules that need a rehearsal, which knows the filters that a migration sends. */
public final class RehearsalRules {
    private static final LintRule SCAN = new LintRule(
            "M104",
            Severity.ERROR,
            "an update or delete whose filter has no index, in a collection with more than 10,000 documents",
            "The server reads the whole collection, in one operation, and again after each interruption.",
            """
            static void up() {
                db().getCollection("users").updateMany(eq("plan", "trial"), set("plan", "free"));
            }
            """,
            """
            static void up() {
                backfill("users").where(eq("plan", "trial")).update(set("plan", "free")).run();
            }
            """);

    static final List<LintRule> ALL = List.of(SCAN);

    private RehearsalRules() {}

    /**
     * Returns the finding that a call scans a collection.
     *
     * @param line of the call
     * @param documents how many the collection has
     * @param fields those of the filter, without operators
     * @return null if there are too few documents, or the rule is off
     */
    public static Finding scan(
            MigrationSource source, LintRules rules, int line, String collection, long documents, List<String> fields) {
        if (documents <= rules.many() || rules.isOff(SCAN.code())) {
            return null;
        }
        String names = fields.stream().map(field -> '"' + field + '"').collect(Collectors.joining(", "));
        Finding finding = RuleReport.finding(
                SCAN,
                source,
                line,
                null,
                "the filter has no index: the server reads all %s documents of %s"
                        .formatted(Wording.number(documents), collection),
                fields.isEmpty()
                        ? "Use backfill(...), which reads in batches along _id"
                        : "Use backfill(...), or create an index in an earlier migration:"
                                + " db().getCollection(\"%s\").createIndex(Indexes.ascending(%s))"
                                        .formatted(collection, names));
        return new Suppressions(source)
                .applied(new PlacedFinding(finding, line))
                .as(rules.severity(SCAN.code(), SCAN.severity()));
    }
}
