package migopy.files;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.Diagnostic;
import javax.tools.JavaFileObject;
import migopy.Problem;
import migopy.console.Wording;
import migopy.files.Javac.Unit;
import migopy.files.MigrationSource.Credentials;

/** Makes a problem of javac's errors: the first is its message, with the line of code; the others are details. */
final class CompilerMessages {
    /** The number of errors of one file that are shown; the others are counted. */
    static final int ERROR_LIMIT = 10;

    /** The number of further lines of one error that are shown. */
    private static final int REMARK_LIMIT = 6;

    /** A longer line of code is cut around the error. */
    private static final int WIDTH = 160;

    private static final int TAB = 4;

    private CompilerMessages() {}

    static Problem problem(Unit unit, Javac.CompilerResult result) {
        List<Diagnostic<? extends JavaFileObject>> errors = result.errors().getOrDefault(unit, List.of());
        String hint = CompilerHint.of(unit, errors);
        if (errors.isEmpty()) {
            return of(Problem.ProblemKind.NOT_COMPILABLE, unit, ": " + firstLine(result.stray()), hint, List.of());
        }
        List<String> details = new ArrayList<>();
        String text = unit.source().text();
        describe(errors.get(0), text, details);
        for (int i = 1; i < Math.min(errors.size(), ERROR_LIMIT); i++) {
            details.add(unit.fileName() + headline(errors.get(i)));
            describe(errors.get(i), text, details);
        }
        if (errors.size() > ERROR_LIMIT) {
            details.add("and %d more".formatted(errors.size() - ERROR_LIMIT));
        }
        return of(Problem.ProblemKind.NOT_COMPILABLE, unit, headline(errors.get(0)), hint, details);
    }

    /** Returns a problem with a file, masked and printable; the message follows the file's name. */
    static Problem of(Problem.ProblemKind kind, Unit unit, String what, String hint, List<String> details) {
        return new Problem(
                kind,
                unit.name(),
                Wording.visible(unit.fileName() + what),
                hint,
                details.stream()
                        .map(line -> Wording.visible(
                                Credentials.masked(line, unit.source().text())))
                        .toList());
    }

    /** {@code :5: ';' expected}. */
    private static String headline(Diagnostic<?> error) {
        String line = error.getLineNumber() < 1 ? "" : ":" + error.getLineNumber();
        return line + ": " + firstLine(error.getMessage(Javac.ENGLISH));
    }

    private static String firstLine(String message) {
        return message.lines().findFirst().orElse(message).strip();
    }

    private static void describe(Diagnostic<?> error, String text, List<String> details) {
        error.getMessage(Javac.ENGLISH)
                .lines()
                .skip(1)
                .limit(REMARK_LIMIT)
                .forEach(line -> details.add("    " + cut(line.strip(), 0, WIDTH)));
        if (error.getPosition() == Diagnostic.NOPOS || error.getPosition() > text.length()) {
            return;
        }
        int position = (int) error.getPosition();
        int start = position;
        while (start > 0 && !isBreak(text.charAt(start - 1))) {
            start--;
        }
        int end = position;
        while (end < text.length() && !isBreak(text.charAt(end))) {
            end++;
        }
        int from = Math.max(0, spread(text.substring(start, position)).length() - WIDTH * 3 / 4);
        int caret = spread(text.substring(start, position)).length() - from;
        details.add("    " + cut(spread(text.substring(start, end)), from, WIDTH));
        details.add("    " + " ".repeat(caret) + "^");
    }

    private static boolean isBreak(char c) {
        return c == '\n' || c == '\r';
    }

    private static String spread(String line) {
        return line.replace("\t", " ".repeat(TAB));
    }

    private static String cut(String line, int from, int width) {
        return line.substring(Math.min(from, line.length()), Math.min(from + width, line.length()));
    }

    /** Hints for common errors. */
    static final class CompilerHint {
        private static final String THEN = ", then run: {migopy} validate";

        /** After a line of Java. */
        private static final String AND_THEN = "; then run: {migopy} validate";

        private static final String PREFIX = "compiler.err.";

        private static final String IN_A_CLASS =
                "A migration needs a class. Put its methods into one, for example class AddUsers { ... }" + THEN;

        /** What a migration calls through a static import. */
        private static final Set<String> CALLS =
                Set.of("db", "client", "home", "file", "log", "backfill", "skip", "transaction");

        /** The packages in which a class without an import is searched. */
        private static final List<String> PACKAGES = List.of(
                "org.bson",
                "org.bson.types",
                "org.bson.conversions",
                "com.mongodb",
                "com.mongodb.client",
                "com.mongodb.client.model",
                "com.mongodb.client.result",
                "migopy",
                "java.util",
                "java.util.function",
                "java.util.stream",
                "java.util.concurrent",
                "java.util.regex",
                "java.time",
                "java.time.temporal",
                "java.io",
                "java.math",
                "java.nio.file",
                "java.nio.charset");

        private static final Pattern SYMBOL = Pattern.compile("symbol:\\s+(method|variable|class) ([\\w$]+)");

        private static final Pattern OF_ENTRY_CLASS = Pattern.compile("location:\\s+class migopy\\b");

        private static final Pattern PACKAGE = Pattern.compile("package ([\\w.]+) does not exist");

        private static final Pattern SPACED_DEPS =
                Pattern.compile("^(?:[ \\t]+//[ \\t]*|//[ \\t]+)DEPS\\s", Pattern.MULTILINE);

        private static final Pattern TYPE =
                Pattern.compile("\\b(?:class|interface|enum|record)\\s+[\\w$]+", Pattern.MULTILINE);

        private static final Pattern COMMENT =
                Pattern.compile("//[^\\n]*|/\\*.*?\\*/|\"(?:[^\"\\\\\\n]|\\\\.)*\"", Pattern.DOTALL);

        private CompilerHint() {}

        /** Returns the hint for the first error with a known reason. */
        static String of(Unit unit, List<? extends Diagnostic<?>> errors) {
            String text = unit.source().text();
            if (!TYPE.matcher(COMMENT.matcher(text).replaceAll(" ")).find()) {
                return IN_A_CLASS;
            }
            return errors.stream()
                    .map(error -> of(error, text))
                    .flatMap(Optional::stream)
                    .findFirst()
                    .orElse("Fix it" + THEN);
        }

        private static Optional<String> of(Diagnostic<?> error, String text) {
            String code = error.getCode() == null ? "" : error.getCode();
            String message = error.getMessage(Javac.ENGLISH);
            if (code.startsWith(PREFIX + "cant.resolve")) {
                return unresolved(message);
            }
            if (code.equals(PREFIX + "doesnt.exist")) {
                return Optional.of(missingPackage(message, text));
            }
            if (code.startsWith(PREFIX + "preview.feature.disabled")
                    || code.startsWith(PREFIX + "feature.not.supported")) {
                return Optional.of("This is Java %d: use only its features, or set JAVA_HOME to a newer JDK%s"
                        .formatted(Runtime.version().feature(), THEN));
            }
            if (code.equals(PREFIX + "bad.file.name") || code.contains("implicit.class")) {
                return Optional.of(IN_A_CLASS);
            }
            return Optional.empty();
        }

        private static Optional<String> unresolved(String message) {
            Matcher symbol = SYMBOL.matcher(message);
            if (!symbol.find()) {
                return Optional.empty();
            }
            String name = symbol.group(2);
            if (OF_ENTRY_CLASS.matcher(message).find()) {
                String imported = name.equals("Migration") ? "static migopy.Migration.db" : "migopy." + name;
                return Optional.of("The class migopy hides the package of that name. Use the simple name and add"
                        + " import "
                        + imported
                        + AND_THEN);
            }
            if (symbol.group(1).equals("method")) {
                return CALLS.contains(name)
                        ? Optional.of("Add import static migopy.Migration." + name + AND_THEN)
                        : Optional.empty();
            }
            return PACKAGES.stream()
                    .map(one -> one + "." + name)
                    .filter(CompilerHint::exists)
                    .findFirst()
                    .map(found -> "Add import " + found + AND_THEN);
        }

        private static boolean exists(String className) {
            try {
                Class.forName(className, false, CompilerHint.class.getClassLoader());
                return true;
            } catch (ClassNotFoundException | LinkageError e) {
                return false;
            }
        }

        private static String missingPackage(String message, String text) {
            Matcher spaced = SPACED_DEPS.matcher(text);
            if (spaced.find()) {
                return "A directive must be at the start of its line, without a blank: write //DEPS instead of %s%s"
                        .formatted(spaced.group().strip(), THEN);
            }
            Matcher found = PACKAGE.matcher(message);
            String library = found.find() ? "the library that contains " + found.group(1) : "its library";
            return "Add %s at the top of the file, for example //DEPS group:artifact:version%s"
                    .formatted(library, THEN);
        }
    }
}
