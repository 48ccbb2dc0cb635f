package migopy.command;

import java.util.List;
import migopy.console.Answer;
import migopy.console.Words;
import org.bson.Document;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code help [COMMAND]}. */
@Command(name = "help", description = "Shows all commands and options, or those of one command.")
final class Help implements Action {
    @Parameters(arity = "0..1", paramLabel = "COMMAND", description = "only of this command")
    private String command;

    @Override
    public int run(Session session) {
        session.console().answer(HelpText.of(session, command));
        return 0;
    }

    /** A help text. */
    record HelpAnswer(List<String> lines) implements Answer {
        HelpAnswer {
            lines = List.copyOf(lines);
        }

        @Override
        public void words(Words out) {
            lines.forEach(out::line);
        }

        @Override
        public Document json() {
            return new Document("help", String.join("\n", lines));
        }
    }
}
