package migopy.fix;

import com.mongodb.client.ClientSession;
import com.mongodb.client.MongoDatabase;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import migopy.MigopyException;
import migopy.Problem;
import migopy.StepReport.Direction;
import migopy.files.CompiledMigration;
import migopy.files.MigrationFile;
import migopy.files.MigrationSource;
import migopy.files.SourceCompiler;
import migopy.files.SourceCompiler.Compilation;
import migopy.journal.Fixes;
import migopy.run.FixRunner.Fix;
import migopy.settings.Settings;

/** Reads and compiles a fix before the server is contacted. */
public final class FixReader {
    /** What is typed instead of a file to read standard input. */
    private static final String STANDARD_INPUT = "-";

    private static final String JAVA = MigrationFile.SUFFIX;
    private static final String JSHELL = ".jsh";

    private final Settings settings;

    public FixReader(Settings settings) {
        this.settings = settings;
    }

    /** Thrown for a fix that does not compile. */
    public static final class InvalidFix extends Exception {
        private static final long serialVersionUID = 1L;

        private final transient Problem problem;

        InvalidFix(Problem problem) {
            super(problem.message(), null, false, false);
            this.problem = problem;
        }

        /** Returns what is wrong with it. */
        public Problem problem() {
            return problem;
        }
    }

    /**
     * The text of a fix.
     *
     * @param typed what was typed for it: a file, or {@code -}
     * @param name what messages call it: {@code totals.jsh}
     * @param path its file; for standard input, a file of that name in the project's folder
     */
    record FixSource(String typed, String name, Path path, String text) {}

    /** A class with {@code up()}, as in a migration. */
    private record JavaFix(Fixes.Code code, CompiledMigration compiled) implements Fix {
        @Override
        public String name() {
            return compiled.source().file().fileName();
        }

        @Override
        public boolean transactional() {
            return compiled.transactional(Direction.UP);
        }

        @Override
        public void call(MongoDatabase database, ClientSession session) throws Throwable {
            compiled.call(Direction.UP, database, session);
        }

        @Override
        public List<String> framesOf(Throwable thrown) {
            return compiled.framesOf(thrown);
        }
    }

    /**
     * Reads and compiles a fix.
     *
     * @param typed the file, or {@code -} for standard input
     * @param in standard input
     * @param java whether standard input is a class instead of JShell lines
     * @throws MigopyException usage or refused, if there is nothing to compile
     * @throws InvalidFix if it does not compile
     */
    public Fix read(String typed, InputStream in, boolean java) throws InvalidFix {
        FixSource source = typed.equals(STANDARD_INPUT) ? ofStandardInput(in, java) : ofFile(typed);
        return source.name().endsWith(JAVA) ? compiled(source) : SnippetFix.compiled(source);
    }

    /** Searches the current folder, then the project's. */
    private FixSource ofFile(String typed) {
        if (!typed.endsWith(JAVA) && !typed.endsWith(JSHELL)) {
            throw MigopyException.usage(
                    typed + " is neither a .java file nor a .jsh file",
                    "Write a class with static up() into a .java file, or JShell lines into a .jsh file");
        }
        Path path = find(typed);
        return new FixSource(typed, path.getFileName().toString(), path, MigrationSource.text(path, typed));
    }

    private FixSource ofStandardInput(InputStream in, boolean java) {
        String name = "stdin" + (java ? JAVA : JSHELL);
        try {
            String text = MigrationSource.text(in, "Standard input");
            if (text.isBlank()) {
                throw MigopyException.usage("Standard input is empty", "For example: {migopy} run - <<'END'");
            }
            return new FixSource(STANDARD_INPUT, name, settings.home().resolve(name), text);
        } catch (IOException e) {
            throw MigopyException.refused("Standard input cannot be read: " + e.getMessage(), "Run the command again");
        }
    }

    private Path find(String typed) {
        try {
            return Stream.of(Path.of("").toAbsolutePath(), settings.home())
                    .map(folder -> folder.resolve(typed))
                    .filter(Files::isRegularFile)
                    .findFirst()
                    .orElseThrow(() -> missing(typed));
        } catch (InvalidPathException e) {
            throw missing(typed); // not a possible file name
        }
    }

    private static MigopyException missing(String typed) {
        return MigopyException.usage("The file %s does not exist".formatted(typed), "Check its name and folder");
    }

    private Fix compiled(FixSource source) throws InvalidFix {
        String name = source.name();
        String bare = name.substring(0, name.length() - JAVA.length());
        MigrationSource text = MigrationSource.of(new MigrationFile(0, bare, source.path()), source.text());
        Compilation compilation =
                SourceCompiler.compileOnce(settings.home(), settings.cacheDirectory(), System.getenv(), List.of(text));
        for (Problem problem : compilation.allProblems()) {
            String hint = problem.hint()
                    .replace("then run: {migopy} validate", "then run the command again; nothing was executed");
            throw new InvalidFix(
                    new Problem(problem.kind(), problem.name(), problem.message(), hint, problem.details()));
        }
        Fixes.Code code = new Fixes.Code(Fixes.FixKind.JAVA, source.typed(), text.text(), text.checksum());
        return new JavaFix(code, compilation.migrations().get(0));
    }
}
