package migopy.fix;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import jdk.jshell.SourceCodeAnalysis;
import jdk.jshell.SourceCodeAnalysis.CompletionInfo;
import migopy.Problem;

/**
 * Takes a text apart as JShell reads it, line by line: a snippet ends with the line that completes
 * it. Beyond JShell's own reading, a line that can only go on with the one before it does so.
 */
final class Snippets {
    private static final Pattern GOES_ON = Pattern.compile("\\s*(\\.|(else|catch|finally)\\b).*");

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

    /** All snippets, or why there are none. */
    sealed interface Reading {
        record Good(List<Snippet> snippets) implements Reading {}

        record Bad(Problem problem) implements Reading {}
    }

    private Snippets(String name, SourceCodeAnalysis analysis, boolean skipsCommands) {
        this.name = name;
        this.analysis = analysis;
        this.skipsCommands = skipsCommands;
    }

    /**
     * Reads all of it.
     *
     * @param name what messages call the text
     */
    static Reading of(String name, String text, SourceCodeAnalysis analysis) {
        return new Snippets(name, analysis, false).read(text.lines().toList());
    }

    /** As {@link #of}, of a prompt's lines: commands among them are nothing to run. */
    static Reading ofPrompt(String name, String text, SourceCodeAnalysis analysis) {
        return new Snippets(name, analysis, true).read(text.lines().toList());
    }

    private Reading read(List<String> lines) {
        for (int i = 0; i < lines.size(); i++) {
            String text = lines.get(i);
            if (pending.isBlank()) {
                pending = "";
                line = i + 1;
                if (COMMAND.matcher(text).matches()) {
                    if (skipsCommands) {
                        continue;
                    }
                    return bad(
                            line,
                            "JShell's own commands are not run here",
                            "Take it out; {migopy} shell knows them",
                            text);
                }
                if (DIRECTIVE.matcher(text).matches()) {
                    return bad(
                            line,
                            "JShell's lines take no directives",
                            "Write a .java file with static up(), which may have //DEPS",
                            text);
                }
            }
            pending += text + "\n";
            takeWhatIsComplete(i + 1 < lines.size() ? lines.get(i + 1) : "");
        }
        if (!pending.isBlank()) {
            takeTheRest();
        }
        return pending.isBlank()
                ? new Reading.Good(found)
                : bad(
                        line,
                        "what begins here does not end",
                        "Complete it, then start again",
                        pending.lines().findFirst().orElse(""));
    }

    private void takeWhatIsComplete(String next) {
        while (!pending.isBlank()) {
            CompletionInfo info = analysis.analyzeCompletion(pending);
            switch (info.completeness()) {
                case EMPTY -> pending = "";
                case COMPLETE, COMPLETE_WITH_SEMI, UNKNOWN -> {
                    if (info.remaining().isBlank() && GOES_ON.matcher(next).matches()) {
                        return;
                    }
                    take(info); // one that is not understood is refused by the compiler, with
                    // reasons
                }
                default -> {
                    return;
                }
            }
        }
    }

    /** At the end, what could go on but need not is complete. */
    private void takeTheRest() {
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

    private Reading bad(int at, String what, String hint, String text) {
        return new Reading.Bad(new Problem(
                Problem.Kind.NOT_COMPILABLE, name, "%s:%d: %s".formatted(name, at, what), hint, List.of(text.strip())));
    }
}
