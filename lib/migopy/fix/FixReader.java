package migopy.fix;

import java.io.InputStream;
import java.util.List;
import migopy.MigopyException;
import migopy.Problem;
import migopy.files.Compilation;
import migopy.files.MigrationFile;
import migopy.files.MigrationSource;
import migopy.files.SourceCompiler;
import migopy.journal.Fixes;
import migopy.run.Fix;
import migopy.settings.Settings;

/** Reads a fix and compiles it, all before anything is asked of a server. */
public final class FixReader {
    /** A fix, or what is wrong with it. */
    public sealed interface Reading {
        /** It compiles. */
        record Good(Fix fix) implements Reading {}

        /** It does not. */
        record Bad(Problem problem) implements Reading {}
    }

    private final Settings settings;

    public FixReader(Settings settings) {
        this.settings = settings;
    }

    /**
     * Reads and compiles.
     *
     * @param typed the file, or {@code -} for standard input
     * @param in standard input
     * @param java whether standard input is a class, and not JShell's lines
     * @throws MigopyException usage or refused, if there is nothing to compile
     */
    public Reading read(String typed, InputStream in, boolean java) {
        FixSource source = typed.equals(FixSource.STANDARD_INPUT)
                ? FixSource.ofStandardInput(in, java, settings.home())
                : FixSource.ofFile(typed, settings.home());
        return source.java() ? compiled(source) : SnippetFix.read(source);
    }

    private Reading compiled(FixSource source) {
        String name = source.name();
        String bare = name.substring(0, name.length() - MigrationFile.SUFFIX.length());
        MigrationSource text = MigrationSource.of(new MigrationFile(0, bare, source.path()), source.text());
        Compilation compilation =
                SourceCompiler.compileOnce(settings.home(), settings.cacheDirectory(), System.getenv(), List.of(text));
        if (!compilation.problems().isEmpty()) {
            Problem problem = compilation.problems().get(0);
            return new Reading.Bad(new Problem(
                    problem.kind(),
                    problem.name(),
                    problem.message(),
                    problem.hint().contains("{migopy} validate") ? "Mend it, then start again" : problem.hint(),
                    problem.details()));
        }
        Fixes.Code code = new Fixes.Code(Fixes.Kind.JAVA, source.typed(), text.text(), text.checksum());
        return new Reading.Good(new JavaFix(code, compilation.migrations().get(0)));
    }
}
