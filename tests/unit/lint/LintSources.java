package unit.lint;

import static support.Project.withoutServer;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.bson.Document;
import support.Project;
import support.Result;

/** Members of migrations, and what {@code lint} finds in them. */
public final class LintSources {
    private static final String HEAD = """
        import static com.mongodb.client.model.Accumulators.*;
        import static com.mongodb.client.model.Aggregates.*;
        import static com.mongodb.client.model.Filters.*;
        import static com.mongodb.client.model.Updates.*;
        import static migopy.Migration.*;

        import com.mongodb.*;
        import com.mongodb.client.*;
        import com.mongodb.client.model.*;
        import java.time.*;
        import java.time.temporal.ChronoUnit;
        import java.util.*;
        import java.util.concurrent.TimeUnit;
        import migopy.Resumable;
        import org.bson.Document;
        import org.bson.conversions.Bson;
        import org.bson.types.ObjectId;

        """;

    private LintSources() {}

    /** Returns a source with these members, from line {@link #FIRST} on, or with this {@code @Resumable} class. */
    public static String source(String members) {
        return members.startsWith("@Resumable") ? HEAD + members : HEAD + "class Step {\n" + members + "\n}\n";
    }

    /** The line of the first member. */
    static final int FIRST = (int) HEAD.lines().count() + 2;

    /** Returns the findings that count in each of several migrations, which must compile: {@code M101} by name. */
    static Map<String, List<String>> rules(Map<String, String> members) {
        Project project = withoutServer();
        members.forEach((name, text) -> project.with(name + ".java", source(text)));
        Map<String, List<String>> rules = new TreeMap<>();
        members.keySet().forEach(name -> rules.put(name, List.of()));
        rules.putAll(rules(project.run("lint", "--json", "--target-version", "5.0")));
        return rules;
    }

    /** Returns the rules of the findings that count, by migration. */
    public static Map<String, List<String>> rules(Result result) {
        return findings(result).stream()
                .filter(finding -> !finding.containsKey("suppressed"))
                .collect(Collectors.groupingBy(
                        finding -> finding.getString("migration"),
                        Collectors.mapping(finding -> finding.getString("rule"), Collectors.toList())));
    }

    /** Returns the findings in one migration with these members. */
    static List<String> rules(String members) {
        return rules(Map.of("1_step", members)).get("1_step");
    }

    public static List<Document> findings(Result result) {
        if (!result.json().getList("problems", Document.class).isEmpty()) {
            throw new AssertionError(result.toString());
        }
        return result.json().getList("findings", Document.class);
    }
}
