package migopy.files;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.Diagnostic;

/** What to do about an error of javac's, where its reason is a common one. */
final class CompilerHint {
    private static final String THEN = ", then run: {migopy} validate";

    /** Behind a line of Java. */
    private static final String AND_THEN = "; then run: {migopy} validate";

    private static final String PREFIX = "compiler.err.";

    private static final String IN_A_CLASS =
            "A migration needs a class. Put its methods into one: class Step { ... }" + THEN;

    /** What a migration calls by a static import. */
    private static final Set<String> CALLS =
            Set.of("db", "client", "home", "file", "log", "backfill", "skip", "transaction");

    /** Where a class that is named without an import is looked for. */
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

    /** The hint that fits the first of the errors with a known reason. */
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
        if (code.startsWith(PREFIX + "preview.feature.disabled") || code.startsWith(PREFIX + "feature.not.supported")) {
            return Optional.of("This is Java %d: write it for that version, or set JAVA_HOME to a newer JDK%s"
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
            return "A directive starts its line, without a blank: write //DEPS instead of %s%s"
                    .formatted(spaced.group().strip(), THEN);
        }
        Matcher found = PACKAGE.matcher(message);
        String library = found.find() ? "the library of " + found.group(1) : "its library";
        return "Name %s at the top of the file, as in //DEPS group:artifact:version%s".formatted(library, THEN);
    }
}
