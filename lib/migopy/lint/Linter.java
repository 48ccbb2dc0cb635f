package migopy.lint;

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
import migopy.lint.RuleReport.PlacedFinding;
import migopy.report.Finding;

/** Applies the rules to sources while they are compiled. */
public final class Linter implements SourceAnalysis {
    private final LintRules rules;

    /** What was found in each source, by its classes. */
    private final Map<MigrationSource, Map<String, List<PlacedFinding>>> found = new IdentityHashMap<>();

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
     * @throws migopy.MigopyException usage: this Java has no compiler
     */
    public static LintResult lint(SourceCompiler compiler, List<MigrationSource> sources, LintRules rules) {
        Linter linter = new Linter(rules);
        Compilation compilation = compiler.analyze(sources, linter);
        List<Finding> findings = new ArrayList<>();
        sources.forEach(source -> findings.addAll(linter.findings(source)));
        return new LintResult(findings, compilation.allProblems());
    }

    @Override
    public void analyzed(MigrationSource source, JavacTask task, CompilationUnitTree file, TypeElement type) {
        try {
            found.computeIfAbsent(source, one -> new LinkedHashMap<>())
                    .put(type.getQualifiedName().toString(), found(source, task, file, type));
        } catch (RuntimeException e) {
            failure = e; // javac would report it as its own
        }
    }

    private List<PlacedFinding> found(
            MigrationSource source, JavacTask task, CompilationUnitTree file, TypeElement type) {
        SourceFacts facts = new SourceFacts(source, task, file, type);
        RuleReport report = new RuleReport(facts);
        DestructiveRules.check(facts, report);
        BulkRules.check(facts, report);
        IndexRules.check(facts, report);
        TransactionRules.check(facts, report);
        SafetyRules.check(facts, report);
        ValueRules.check(facts, report);
        FormRules.check(facts, report);
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
        Suppressions suppressions = new Suppressions(source);
        List<Finding> findings = new ArrayList<>();
        for (PlacedFinding placed : all) {
            if (!rules.isOff(placed.finding().rule())) {
                findings.add(suppressions.applied(placed));
            }
        }
        if (!rules.isOff(FormRules.SUPPRESSION.code())) {
            findings.addAll(suppressions.unused(rules));
        }
        findings.replaceAll(one -> one.as(rules.severity(one.rule(), one.severity())));
        findings.sort(Comparator.comparing((Finding one) -> one.line() == null ? 0 : one.line())
                .thenComparing(Finding::rule));
        return findings;
    }
}
