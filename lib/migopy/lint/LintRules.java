package migopy.lint;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import migopy.MigopyException;
import migopy.console.Nearest;
import migopy.report.Finding.Severity;

/**
 * The rules of a project, which {@code lint(LintRules)} in {@code migopy.java} changes:
 *
 * <pre>{@code
 * @Override
 * protected void lint(LintRules rules) {
 *     rules.startAfter("41_last_old_one").off("M311").error("M504");
 *     rules.check("S1", "no more indexes on users", call -> call.is("createIndex") && call.on("users"));
 * }
 * }</pre>
 */
public final class LintRules {
    /** A rule of the project's own. */
    record OwnRule(LintRule rule, Predicate<SourceCall> found) {}

    private final Set<String> off = new HashSet<>();
    private final Map<String, Severity> severities = new HashMap<>();
    private final List<OwnRule> own = new ArrayList<>();
    private String startAfter;
    private int many = 10_000;
    private String targetVersion;

    /**
     * Turns a rule off.
     *
     * @throws MigopyException usage: there is no such rule
     */
    public LintRules off(String code) {
        off.add(known(code));
        return this;
    }

    /** Makes what a rule finds an error. */
    public LintRules error(String code) {
        severities.put(known(code), Severity.ERROR);
        return this;
    }

    /** Makes what a rule finds a warning. */
    public LintRules warning(String code) {
        severities.put(known(code), Severity.WARNING);
        return this;
    }

    /** Makes what a rule finds information, which never fails. */
    public LintRules info(String code) {
        severities.put(known(code), Severity.INFO);
        return this;
    }

    /** Checks only migrations with higher numbers, unless they are named on the command line. */
    public LintRules startAfter(String name) {
        startAfter = name;
        return this;
    }

    /**
     * Adds a rule: an error for each call that it finds.
     *
     * @param code a short name without blanks, which comments can allow: {@code S1}
     * @param message what is wrong, in one line
     * @param found whether a call breaks the rule
     * @throws MigopyException usage: the code is taken, or has other characters than letters and digits
     */
    public LintRules check(String code, String message, Predicate<SourceCall> found) {
        if (!code.matches("\\w+") || isKnown(code)) {
            throw MigopyException.usage(
                    "lint(...) in migopy.java: " + code + " cannot be the code of another rule",
                    "Use letters and digits, and no code that is taken: S1");
        }
        own.add(new OwnRule(new LintRule(code, Severity.ERROR, message, "", "", ""), found));
        return this;
    }

    /**
     * Sets how many documents are too many for one operation, 10,000 if it is not called. With a database, an index is
     * expected to take long on 100 times as many.
     */
    public LintRules many(int documents) {
        if (documents < 1) {
            throw MigopyException.usage(
                    "lint(...) in migopy.java: many(" + documents + ") must be at least 1", "Use rules.many(10_000)");
        }
        many = documents;
        return this;
    }

    /**
     * Sets the oldest server that migrations run on, {@code 6.0}: what it does not know is an error.
     *
     * @throws MigopyException usage: that is not a version
     */
    public LintRules targetVersion(String version) {
        if (!version.matches("\\d{1,4}(\\.\\d{1,4}){0,2}")) {
            throw MigopyException.usage(version + " is not a version of MongoDB", "Examples: 6.0, 7.0.14");
        }
        targetVersion = version;
        return this;
    }

    /** Returns the oldest server that migrations run on, or null if it is unknown. */
    public String targetVersion() {
        return targetVersion;
    }

    int many() {
        return many;
    }

    /** Returns the migration after which to start, as it was given, or null. */
    public String startAfter() {
        return startAfter;
    }

    boolean isOff(String code) {
        return off.contains(code);
    }

    Severity severity(String code, Severity usual) {
        return severities.getOrDefault(code, usual);
    }

    List<OwnRule> own() {
        return own;
    }

    boolean isKnown(String code) {
        return LintRule.of(code) != null
                || own.stream().anyMatch(one -> one.rule().code().equals(code));
    }

    private String known(String code) {
        if (!isKnown(code)) {
            throw unknown("lint(...) in migopy.java: there is no rule " + code, code);
        }
        return code;
    }

    /** Returns the error for a code that no rule has. */
    public static MigopyException unknown(String message, String code) {
        List<String> codes = LintRule.all().stream().map(LintRule::code).toList();
        return MigopyException.usage(
                message,
                Nearest.of(code, codes)
                                .map(near -> "Did you mean " + near + "? ")
                                .orElse("") + "List the rules: {migopy} lint --rules");
    }
}
