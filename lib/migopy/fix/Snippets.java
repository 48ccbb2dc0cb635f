package migopy.fix;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import jdk.jshell.SourceCodeAnalysis;
import jdk.jshell.SourceCodeAnalysis.CompletionInfo;
import migopy.Problem;
import migopy.fix.FixReader.InvalidFix;

/**
 * Splits a text into JShell snippets, line by line: a snippet ends with the line that completes it.
 * In addition to JShell's own rules, a line that can only continue the previous one does so.
 */
final class Snippets {
    private static final Pattern CONTINUATION = Pattern.compile("\\s*(\\.|(else|catch|finally)\\b).*");

    /** {@code /exit}, and not a comment. */
    private static final Pattern COMMAND = Pattern.compile("\\s*/(?![/*]).*");

    /** JBang's directives that would need JBang. */
    private static final Pattern DIRECTIVE = Pattern.compile("//(DEPS|SOURCES)\\s.*");

    private final String name;
    private final SourceCodeAnalysis analysis;
    private final boolean skipsCommands;
    private final List<Snippet> found = new ArrayList<>();
    private String pending = "";
    private int line;

    /**
     * One JShell snippet.
     *
     * @param source its text, from its first character that is not a blank
     * @param line the line of that character in the file, from 1
     */
    record Snippet(String source, int line) {
        /** Returns the line in the file of a line of this snippet, which JShell may place after its end. */
        int lineInFile(int within) {
            long last = source.lines().count();
            return line + (int) Math.max(0, Math.min(within, last) - 1);
        }

        /** Returns the line in the file of a character of this snippet. */
        int lineAt(long position) {
            int end = (int) Math.max(0, Math.min(position, source.length()));
            return line + breaks(source.substring(0, end));
        }

        /** Returns the text of that line. */
        String textOf(int lineInFile) {
            return source.lines().skip(lineInFile - line).findFirst().orElse("");
        }
    }

    private Snippets(String name, SourceCodeAnalysis analysis, boolean skipsCommands) {
        this.name = name;
        this.analysis = analysis;
        this.skipsCommands = skipsCommands;
    }

    /**
     * Splits a text.
     *
     * @param name what messages call the text
     * @param prompt whether the lines were typed at a prompt, whose commands are skipped
     * @throws InvalidFix if a snippet is incomplete, or a line is a command or a directive
     */
    static List<Snippet> of(String name, String text, boolean prompt, SourceCodeAnalysis analysis) throws InvalidFix {
        return new Snippets(name, analysis, prompt).read(text.lines().toList());
    }

    private List<Snippet> read(List<String> lines) throws InvalidFix {
        for (int i = 0; i < lines.size(); i++) {
            String text = lines.get(i);
            if (pending.isBlank()) {
                pending = "";
                line = i + 1;
                if (COMMAND.matcher(text).matches()) {
                    if (skipsCommands) {
                        continue;
                    }
                    throw invalid("JShell commands are not supported", "Remove it, or use: {migopy} shell", text);
                }
                if (DIRECTIVE.matcher(text).matches()) {
                    throw invalid(
                            "JBang directives are not supported in a .jsh file",
                            "Write a .java file with static up(), which can have //DEPS",
                            text);
                }
            }
            pending += text + "\n";
            takeComplete(i + 1 < lines.size() ? lines.get(i + 1) : "");
        }
        if (!pending.isBlank()) {
            takeRest();
        }
        if (!pending.isBlank()) {
            throw invalid(
                    "incomplete statement",
                    "Complete it, then run the command again; nothing was executed",
                    pending.lines().findFirst().orElse(""));
        }
        return found;
    }

    private void takeComplete(String next) {
        while (!pending.isBlank()) {
            CompletionInfo info = analysis.analyzeCompletion(pending);
            switch (info.completeness()) {
                case EMPTY -> pending = "";
                // UNKNOWN is a syntax error, which the compiler reports.
                case COMPLETE, COMPLETE_WITH_SEMI, UNKNOWN -> {
                    if (info.remaining().isBlank() && CONTINUATION.matcher(next).matches()) {
                        return;
                    }
                    take(info);
                }
                default -> {
                    return;
                }
            }
        }
    }

    /** At the end of the text, a snippet that could continue but need not is complete. */
    private void takeRest() {
        CompletionInfo info = analysis.analyzeCompletion(pending);
        if (info.completeness() == SourceCodeAnalysis.Completeness.CONSIDERED_INCOMPLETE) {
            take(info);
        }
    }

    private void take(CompletionInfo info) {
        String taken = pending.substring(0, pending.length() - info.remaining().length());
        String leading =
                taken.substring(0, taken.length() - taken.stripLeading().length());
        found.add(new Snippet(info.source().strip(), line + breaks(leading)));
        line += breaks(taken);
        pending = info.remaining();
    }

    private static int breaks(String text) {
        return (int) text.chars().filter(c -> c == '\n').count();
    }

    private InvalidFix invalid(String what, String hint, String text) {
        return new InvalidFix(new Problem(
                Problem.ProblemKind.NOT_COMPILABLE,
                name,
                "%s:%d: %s".formatted(name, line, what),
                hint,
                List.of(text.strip())));
    }
}
