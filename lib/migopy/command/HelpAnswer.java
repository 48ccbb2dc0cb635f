package migopy.command;

import java.util.List;
import migopy.console.Answer;
import migopy.console.Words;
import org.bson.Document;

/** A text of help, line by line. */
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
