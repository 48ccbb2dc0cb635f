package unit.lint;

import static org.assertj.core.api.Assertions.assertThat;
import static support.Project.withoutServer;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import migopy.lint.LintRule;
import org.junit.jupiter.api.Test;
import support.Checkout;

/** The examples of {@code lint --explain} are what their rules find, and what they do not. */
class RuleExamplesTest {
    private static final String HEADING = "| rule | severity | finds | why |";

    private static Map<String, String> examples(Function<LintRule, String> example) {
        return LintRule.all().stream()
                .collect(Collectors.toMap(
                        rule -> rule.code().substring(1) + "_example", example, (a, b) -> a, TreeMap::new));
    }

    @Test
    void eachRuleFindsItsBadExample() {
        Map<String, List<String>> found = LintSources.rules(examples(LintRule::bad));
        LintRule.all().stream()
                .filter(rule -> !rule.needsDatabase()) // mongo.command.LintDatabaseTest
                .filter(rule -> !rule.needsRehearsal()) // mongo.command.RehearseCopyTest
                .map(LintRule::code)
                .forEach(code -> assertThat(found.get(code.substring(1) + "_example"))
                        .as(code)
                        .contains(code));
    }

    @Test
    void noRuleFindsAnythingInAGoodExample() {
        Map<String, List<String>> found = LintSources.rules(examples(LintRule::good));
        assertThat(found).hasSameSizeAs(LintRule.all());
        assertThat(found.values()).allSatisfy(rules -> assertThat(rules).isEmpty());
    }

    @Test
    void eachRuleIsExplainedAndItsCodeIsUsedOnce() {
        assertThat(LintRule.all().stream().map(LintRule::code))
                .doesNotHaveDuplicates()
                .allMatch(code -> code.matches("M[0-9]{3}"));
        LintRule.all()
                .forEach(rule -> withoutServer()
                        .run("lint", "--explain", rule.code())
                        .exits(0)
                        .says(rule.why())
                        .says("// migopy:allow " + rule.code() + " REASON"));
    }

    @Test
    void theManualHasTheSameRules() throws IOException {
        List<String> rows = LintRule.all().stream()
                .map(rule -> "| `%s` | %s | %s | %s |"
                        .formatted(rule.code(), rule.severity().word(), rule.finds(), rule.why()))
                .toList();
        List<String> manual = Files.readAllLines(Checkout.root().resolve("docs/lint.md"));
        int start = manual.indexOf(HEADING) + 2;
        assertThat(manual.subList(start, start + rows.size()))
                .as("the table should be:\n" + String.join("\n", rows))
                .isEqualTo(rows);
        String needing = LintRule.all().stream()
                .filter(LintRule::needsDatabase)
                .map(LintRule::code)
                .collect(Collectors.joining(", "));
        assertThat(String.join("\n", manual)).contains("- Only the database can find " + needing + ". ");
        Collection<String> codes = LintRule.all().stream().map(LintRule::code).toList();
        assertThat(codes).hasSizeGreaterThan(20);
    }
}
