package migopy.command;

import java.util.Set;
import migopy.MigopyException;
import migopy.console.Answer;
import migopy.console.Words;
import org.bson.Document;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code completion bash|zsh|fish}. */
@Command(
        name = "completion",
        description = "Prints a script for the shell that completes commands, options and names of migrations at TAB.")
final class Completion implements Action {
    private static final Set<String> SHELLS = Set.of("bash", "zsh", "fish");

    @Parameters(arity = "0..1", paramLabel = "bash|zsh|fish", description = "the shell")
    private String shell;

    @Override
    public int run(Session session) {
        if (shell == null || !SHELLS.contains(shell)) {
            throw MigopyException.usage(
                    shell == null ? "completion needs the name of a shell" : "There is no completion for " + shell,
                    "Name one of bash, zsh and fish: {migopy} completion bash");
        }
        CompletionScript script =
                new CompletionScript(new Tasks(session.project().tasks()), session.settings());
        session.console().answer(new CompletionAnswer(shell, script.of(shell)));
        return 0;
    }

    /** A shell's completion script. */
    private record CompletionAnswer(String shell, String script) implements Answer {
        @Override
        public void words(Words out) {
            script.lines().forEach(out::line);
        }

        @Override
        public Document json() {
            return new Document("shell", shell).append("script", script);
        }
    }
}
