package migopy.command;

import java.util.List;
import migopy.console.Answer;
import migopy.console.Words;
import migopy.lint.LintRule;
import org.bson.Document;

/** The answer of {@code lint --rules}. */
public record RulesAnswer(List<LintRule> rules) implements Answer {
    public RulesAnswer {
        rules = List.copyOf(rules);
    }

    @Override
    public void words(Words out) {
        for (LintRule rule : rules) {
            String severity = rule.severity().word();
            out.line(rule.code() + "  " + severity + " ".repeat(9 - severity.length())
                    + rule.finds().replace("`", "")
                    + (rule.needsDatabase() ? " (lint --database)" : ""));
        }
        out.gap();
        out.line("Why, with examples: {migopy} lint --explain " + rules.get(0).code());
    }

    @Override
    public Document json() {
        return new Document("rules", rules.stream().map(RulesAnswer::json).toList());
    }

    private static Document json(LintRule rule) {
        return new Document("rule", rule.code())
                .append("severity", rule.severity().word())
                .append("finds", rule.finds())
                .append("why", rule.why());
    }

    /** The answer of {@code lint --explain}. */
    public record RuleAnswer(LintRule rule) implements Answer {
        @Override
        public void words(Words out) {
            out.line(rule.code() + "  " + rule.severity().word() + ": "
                    + rule.finds().replace("`", ""));
            out.gap();
            out.line(rule.why());
            out.gap();
            out.line("Instead of:");
            out.gap();
            rule.bad().lines().forEach(line -> out.line("    " + line));
            out.gap();
            out.line("write:");
            out.gap();
            rule.good().lines().forEach(line -> out.line("    " + line));
            out.gap();
            if (rule.needsDatabase()) {
                out.line("Only the database knows: {migopy} lint --database");
                out.gap();
            }
            if (rule.needsRehearsal()) {
                out.line("Only a rehearsal knows: {migopy} help rehearse");
                out.gap();
            }
            out.line("To allow it in one place, in the line above or in the same line:");
            out.gap();
            out.line("    // migopy:allow " + rule.code() + " REASON");
        }

        @Override
        public Document json() {
            return RulesAnswer.json(rule).append("bad", rule.bad()).append("good", rule.good());
        }
    }
}
