package migopy.files;

import java.util.ArrayList;
import java.util.List;
import javax.tools.Diagnostic;
import javax.tools.JavaFileObject;
import migopy.Problem;
import migopy.console.Wording;

/**
 * Puts javac's errors into a problem: the first as its message, with the line it is about; the rest
 * as details.
 */
final class CompilerMessages {
    /** More errors of one file than this are counted, not shown. */
    static final int ERROR_LIMIT = 10;

    /** Further lines that javac may add to one error. */
    private static final int REMARK_LIMIT = 6;

    /** A longer source line is cut around the place. */
    private static final int WIDTH = 160;

    private static final int TAB = 4;

    private CompilerMessages() {}

    static Problem problem(Unit unit, Javac.Result result) {
        List<Diagnostic<? extends JavaFileObject>> errors = result.errors().getOrDefault(unit, List.of());
        String hint = CompilerHint.of(unit, errors);
        if (errors.isEmpty()) {
            return of(unit, unit.fileName() + ": " + firstLine(result.stray()), hint, List.of());
        }
        List<String> details = new ArrayList<>();
        String text = unit.source().text();
        describe(errors.get(0), text, details);
        for (int i = 1; i < Math.min(errors.size(), ERROR_LIMIT); i++) {
            details.add(headline(unit, errors.get(i)));
            describe(errors.get(i), text, details);
        }
        if (errors.size() > ERROR_LIMIT) {
            details.add("and %d more".formatted(errors.size() - ERROR_LIMIT));
        }
        return of(unit, headline(unit, errors.get(0)), hint, details);
    }

    static Problem of(Unit unit, String message, String hint, List<String> details) {
        return new Problem(
                Problem.Kind.NOT_COMPILABLE,
                unit.name(),
                Wording.visible(message),
                hint,
                details.stream()
                        .map(line -> Wording.visible(
                                Credentials.masked(line, unit.source().text())))
                        .toList());
    }

    /** {@code 9_x.java:5: ';' expected}. */
    private static String headline(Unit unit, Diagnostic<?> error) {
        String line = error.getLineNumber() < 1 ? "" : ":" + error.getLineNumber();
        return unit.fileName() + line + ": " + firstLine(error.getMessage(Javac.ENGLISH));
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
}
