package migopy.fix;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import migopy.MigopyException;
import migopy.Problem;
import migopy.StepReport.Direction;
import migopy.files.MigrationFile;
import migopy.files.MigrationSource;
import migopy.files.NewMigration;
import migopy.files.SourceCompiler;
import migopy.files.SourceCompiler.Compilation;
import migopy.fix.FixLines.MigrationText;
import migopy.journal.Fixes;
import migopy.settings.Settings;

/**
 * Converts a recorded fix to a migration, for other environments. The result is compiled before it
 * is written.
 */
public final class FixMigration implements NewMigration.Template {
    /** The header of the fix's file, whose path to {@code migopy.java} differs from a migration's. */
    private static final Pattern OWN_HEADER =
            Pattern.compile("(?m)^(///usr/bin/env jbang .*|//DEPS\\s+\\S+\\.java\\s*)\\R");

    /** {@code fix.java:12: cannot find symbol}. */
    private static final Pattern PLACE = Pattern.compile("fix\\.java:(\\d+): (.*)");

    private static final String NAME = "fix";

    private final FixRecord fix;
    private final Settings settings;
    private boolean transactional;

    /**
     * @param fix with its source
     * @throws MigopyException refused, if the record has no source
     */
    public FixMigration(FixRecord fix, Settings settings) {
        if (fix.source() == null || fix.source().isBlank()) {
            throw MigopyException.refused(
                    "The record of %s contains no source".formatted(fix.run()),
                    "Write the migration by hand: {migopy} create WORDS");
        }
        this.fix = fix;
        this.settings = settings;
    }

    /** Whether the migration runs in a transaction; known after {@link #of}. */
    public boolean transactional() {
        return transactional;
    }

    /**
     * Returns the text.
     *
     * @throws MigopyException refused, if the fix cannot be converted
     */
    @Override
    public String of(String header, String className) {
        return Fixes.FixKind.JAVA.word().equals(fix.kind()) ? ofClass(header) : ofLines(header, className);
    }

    private String ofClass(String header) {
        String text = header + OWN_HEADER.matcher(fix.source()).replaceAll("").stripLeading();
        List<Problem> problems = compile(text);
        if (!problems.isEmpty()) {
            throw refused(problems.get(0).message());
        }
        return text;
    }

    /** With local variables, or with fields if those do not compile. */
    private String ofLines(String header, String className) {
        FixLines lines = FixLines.of(fix);
        MigrationText plain = lines.text(header, className, false);
        if (compile(plain.text()).isEmpty()) {
            return plain.text();
        }
        MigrationText fields = lines.text(header, className, true);
        List<Problem> problems = compile(fields.text());
        if (!problems.isEmpty()) {
            throw refused(placed(problems.get(0).message(), fields));
        }
        return fields.text();
    }

    private List<Problem> compile(String text) {
        MigrationFile file =
                new MigrationFile(0, NAME, settings.migrationsDirectory().resolve("fix.java"));
        Compilation compilation = SourceCompiler.compileOnce(
                settings.home(), settings.cacheDirectory(), System.getenv(), List.of(MigrationSource.of(file, text)));
        transactional = compilation.migrations().stream().anyMatch(one -> one.transactional(Direction.UP));
        return compilation.allProblems();
    }

    /** Returns the message with the line in the fix instead of the one in the migration. */
    private String placed(String message, MigrationText text) {
        Matcher place = PLACE.matcher(message);
        if (!place.matches()) {
            return message;
        }
        int line = text.lineInFix(Integer.parseInt(place.group(1)));
        String shown = line == 0 ? fix.file() : fix.file() + ":" + line;
        return shown + ": " + place.group(2);
    }

    private MigopyException refused(String why) {
        return refused(why, fix.run());
    }

    static MigopyException refused(String why, String run) {
        return MigopyException.refused(
                "This fix cannot be converted to a migration: " + why,
                "Show its source: {migopy} history %s; write the migration by hand: {migopy} create WORDS"
                        .formatted(run));
    }
}
