package migopy.lint;

import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.tree.NewClassTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.TreePath;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import migopy.report.Finding.Severity;

/** The rule for what a server of an older version does not know. */
final class VersionRules {
    private static final LintRule TOO_NEW = new LintRule(
            "M507",
            Severity.ERROR,
            "an operator or option that is newer than the server, or than `--target-version`",
            "The server refuses it, so that a migration that was tried on a newer server fails on this one.",
            """
            static void up() {
                var sorted = new Document("$sortArray", new Document("input", "$tags").append("sortBy", 1)); // since 5.2
                backfill("users").update(new Document("$set", new Document("tags", sorted))).run();
            }
            """,
            """
            static void up() {
                backfill("users")
                        .each(user -> set("tags", user.getList("tags", String.class).stream().sorted().toList()))
                        .run();
            }
            """);

    static final List<LintRule> ALL = List.of(TOO_NEW);

    /** Operators and options by the version that they came with. */
    private static final Map<String, List<String>> KEYS = Map.of(
            "5.0",
            List.of(
                    "$setWindowFields",
                    "$dateAdd",
                    "$dateDiff",
                    "$dateSubtract",
                    "$dateTrunc",
                    "$getField",
                    "$setField"),
            "5.1",
            List.of("$densify", "$documents", "$tsSecond", "$tsIncrement"),
            "5.2",
            List.of(
                    "$sortArray",
                    "$locf",
                    "$top",
                    "$topN",
                    "$bottom",
                    "$bottomN",
                    "$firstN",
                    "$lastN",
                    "$maxN",
                    "$minN"),
            "5.3",
            List.of("$fill", "$linearFill", "clusteredIndex"),
            "6.0",
            List.of("prepareUnique", "changeStreamPreAndPostImages"),
            "6.3",
            List.of("$bitAnd", "$bitOr", "$bitXor", "$bitNot"),
            "7.0",
            List.of("$percentile", "$median"),
            "8.0",
            List.of("$toUUID"));

    /** Methods of the driver that send something new, by their classes. */
    private static final Map<String, Map<String, String>> METHODS = Map.of(
            "com.mongodb.client.model.Aggregates",
            Map.of("setWindowFields", "5.0", "densify", "5.1", "fill", "5.3"),
            "com.mongodb.client.MongoCluster",
            Map.of("bulkWrite", "8.0"),
            "com.mongodb.client.model.CreateCollectionOptions",
            Map.of(
                    "timeSeriesOptions", "5.0",
                    "clusteredIndexOptions", "5.3",
                    "changeStreamPreAndPostImagesOptions", "6.0"));

    private static final Pattern JSON_KEY = Pattern.compile("['\"]?(\\$?\\w+)['\"]?\\s*:");

    private VersionRules() {}

    static void check(SourceFacts facts, RuleReport report, LintRules rules) {
        if (rules.targetVersion() == null) {
            return;
        }
        Map<String, String> since = new HashMap<>();
        KEYS.forEach((version, names) -> names.forEach(name -> since.put(name, version)));
        for (TreePath literal : facts.texts) {
            String text = facts.text(literal);
            if (isKey(literal)) {
                check(report, rules, literal, text, since.get(text));
            }
            Matcher key = JSON_KEY.matcher(text.indexOf('{') < 0 ? "" : text);
            while (key.find()) {
                check(report, rules, literal, key.group(1), since.get(key.group(1)));
            }
        }
        for (SourceCall call : facts.calls) {
            String version = METHODS.getOrDefault(call.owner(), Map.of()).get(call.method());
            check(report, rules, call.path(), call.method() + "(...)", version);
        }
    }

    private static void check(RuleReport report, LintRules rules, TreePath path, String name, String version) {
        if (version != null && compare(version, rules.targetVersion()) > 0) {
            report.add(
                    TOO_NEW,
                    path,
                    "%s needs MongoDB %s, and the server has %s".formatted(name, version, rules.targetVersion()),
                    "Do it with what %s knows, or compute it in Java: backfill(\"...\").each(document -> ...).run()"
                            .formatted(rules.targetVersion()));
        }
    }

    /** Whether a text is the key of a document: {@code new Document("$fill", ...)}, {@code append("$fill", ...)}. */
    private static boolean isKey(TreePath literal) {
        Tree outer = literal.getParentPath().getLeaf();
        List<? extends Tree> arguments = outer instanceof NewClassTree made
                ? made.getArguments()
                : outer instanceof MethodInvocationTree call ? call.getArguments() : List.of();
        return arguments.size() > 1 && arguments.indexOf(literal.getLeaf()) % 2 == 0;
    }

    /** Compares versions such as {@code 6.0} and {@code 6.0.5}, of which only the first two numbers count. */
    private static int compare(String a, String b) {
        String[] first = a.split("\\.");
        String[] second = b.split("\\.");
        int major = Integer.compare(Integer.parseInt(first[0]), Integer.parseInt(second[0]));
        return major != 0 ? major : Integer.compare(minor(first), minor(second));
    }

    private static int minor(String[] version) {
        return version.length < 2 ? 0 : Integer.parseInt(version[1]);
    }
}
