package migopy.lint;

import com.mongodb.MongoException;
import com.mongodb.client.MongoDatabase;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.util.JavacTask;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.lang.model.element.TypeElement;
import migopy.MigopyException;
import migopy.Problem;
import migopy.files.MigrationSource;
import migopy.files.SourceAnalysis;
import migopy.files.SourceCompiler;
import migopy.files.SourceCompiler.Compilation;
import migopy.lint.DatabaseQuestions.DatabaseAnswer;
import migopy.lint.RuleReport.PlacedFinding;
import migopy.report.Finding;

/** Applies the rules to sources while they are compiled. */
public final class Linter implements SourceAnalysis {
    private final LintRules rules;

    /** What was found in each source, by its classes. */
    private final Map<MigrationSource, Map<String, List<PlacedFinding>>> found = new IdentityHashMap<>();

    /** What each source will do to the database, by its classes. */
    private final Map<MigrationSource, Map<String, List<PlannedCall>>> planned = new IdentityHashMap<>();

    private final Map<MigrationSource, List<DatabaseAnswer>> answers = new IdentityHashMap<>();

    private RuntimeException failure;

    /** Makes one for sources that something else compiles; {@link #lint} does both. */
    public Linter(LintRules rules) {
        this.rules = rules;
    }

    /**
     * The result.
     *
     * @param problems what does not compile
     */
    public record LintResult(List<Finding> findings, List<Problem> problems) {}

    /**
     * Compiles sources and returns what the rules find in them, in their order.
     *
     * @param database what the rules that need one ask, in the order of the sources, or null
     * @throws MigopyException usage: this Java has no compiler
     * @throws MongoException the database does not respond
     */
    public static LintResult lint(
            SourceCompiler compiler, List<MigrationSource> sources, LintRules rules, MongoDatabase database) {
        Linter linter = new Linter(rules);
        Compilation compilation = compiler.analyze(sources, linter);
        if (database != null) {
            linter.ask(sources, database);
        }
        List<Finding> findings = new ArrayList<>();
        sources.forEach(source -> findings.addAll(linter.findings(source)));
        return new LintResult(findings, compilation.allProblems());
    }

    @Override
    public void analyzed(MigrationSource source, JavacTask task, CompilationUnitTree file, TypeElement type) {
        try {
            SourceFacts facts = new SourceFacts(source, task, file, type);
            String name = type.getQualifiedName().toString();
            found.computeIfAbsent(source, one -> new LinkedHashMap<>()).put(name, found(facts));
            planned.computeIfAbsent(source, one -> new LinkedHashMap<>()).put(name, PlannedCall.of(facts));
        } catch (RuntimeException e) {
            failure = e; // javac would report it as its own
        }
    }

    private void ask(List<MigrationSource> sources, MongoDatabase database) {
        DatabaseQuestions questions = new DatabaseQuestions(database, rules);
        for (MigrationSource source : sources) {
            List<PlannedCall> calls = new ArrayList<>();
            planned.getOrDefault(source, Map.of()).values().forEach(calls::addAll);
            answers.put(source, questions.ask(calls));
        }
    }

    private List<PlacedFinding> found(SourceFacts facts) {
        RuleReport report = new RuleReport(facts);
        DestructiveRules.check(facts, report);
        BulkRules.check(facts, report);
        IndexRules.check(facts, report);
        TransactionRules.check(facts, report);
        SafetyRules.check(facts, report);
        ValueRules.check(facts, report);
        FormRules.check(facts, report);
        VersionRules.check(facts, report, rules);
        for (LintRules.OwnRule own : rules.own()) {
            for (SourceCall call : facts.calls) {
                if (breaks(own, call)) {
                    report.add(
                            own.rule(), call, own.rule().finds(), "A rule of this project: lint(...) in migopy.java");
                }
            }
        }
        return report.found();
    }

    private static boolean breaks(LintRules.OwnRule own, SourceCall call) {
        try {
            return own.found().test(call);
        } catch (RuntimeException e) { // the user's own code
            throw new MigopyException(
                    MigopyException.Kind.USAGE,
                    "The rule " + own.rule().code() + " of lint(...) in migopy.java failed: " + e,
                    "Fix it, then run the command again",
                    e);
        }
    }

    /** Returns what was found in a source, sorted by its lines. */
    public List<Finding> findings(MigrationSource source) {
        if (failure != null) {
            throw failure;
        }
        List<PlacedFinding> all = new ArrayList<>();
        found.getOrDefault(source, Map.of()).values().forEach(all::addAll);
        all.addAll(FormRules.text(source));
        for (DatabaseAnswer answer : answers.getOrDefault(source, List.of())) {
            all.removeIf(answer::replaces);
            if (answer.finding() != null) {
                all.add(answer.finding());
            }
        }
        Suppressions suppressions = new Suppressions(source);
        List<Finding> findings = new ArrayList<>();
        for (PlacedFinding placed : all) {
            if (!rules.isOff(placed.finding().rule())) {
                findings.add(suppressions.applied(placed));
            }
        }
        if (!rules.isOff(FormRules.SUPPRESSION.code())) {
            findings.addAll(suppressions.unused(rules, !answers.isEmpty()));
        }
        findings.replaceAll(one -> one.as(rules.severity(one.rule(), one.severity())));
        findings.sort(Comparator.comparing((Finding one) -> one.line() == null ? 0 : one.line())
                .thenComparing(Finding::rule));
        return findings;
    }
}
