package migopy.command;

import migopy.console.Answer;
import migopy.console.Words;
import org.bson.Document;

/** The version. */
record VersionAnswer(String version) implements Answer {
    @Override
    public void words(Words out) {
        out.line("migopy " + version);
    }

    @Override
    public Document json() {
        return new Document("version", version);
    }
}
