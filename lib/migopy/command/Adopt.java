package migopy.command;

import java.util.ArrayList;
import java.util.List;
import migopy.MigopyException;
import migopy.adopt.Adoptions;
import migopy.adopt.Adoptions.AdoptionRequest;
import migopy.console.Wording;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code adopt [--from TOOL] [--collection COLLECTION] [--files] [--as WORD NAME...] [--apply]}. */
@Command(
        name = "adopt",
        description = "Registers the migrations that another tool has applied, from its journal, which is only read."
                + " Shows them first; registers them with --apply.")
final class Adopt implements Action {
    private static final String APPLIED = "applied";
    private static final String PENDING = "pending";

    @Option(names = "--from", paramLabel = "TOOL", description = "the other tool; recognized by its journal if omitted")
    private String from;

    @Option(
            names = "--collection",
            paramLabel = "COLLECTION",
            description = "its journal, if it is not in the default one")
    private String collection;

    @Option(names = "--files", description = "register those that have a file here with the file's text")
    private boolean files;

    @Option(
            names = "--as",
            arity = "2..*",
            paramLabel = "WORD NAME",
            hideParamSyntax = true,
            description = "decide what is in doubt: applied or pending, followed by names")
    private List<String> as = new ArrayList<>();

    @Option(names = "--apply", description = "register them")
    private boolean apply;

    @Override
    public int run(Session session) throws Exception {
        AdoptionRequest request = request();
        String again = again(session);
        if (!apply) {
            AdoptAnswer answer = new AdoptAnswer(
                    session.connection().describe(),
                    Adoptions.preview(session.settings(), session.connection(), request),
                    again);
            session.console().answer(answer);
            return answer.exitCode();
        }
        return session.watched(context -> {
            AdoptAnswer answer =
                    new AdoptAnswer(context.connection().describe(), Adoptions.apply(context, request), again);
            session.console().answer(answer);
            return answer.exitCode();
        });
    }

    private AdoptionRequest request() {
        List<String> applied = new ArrayList<>();
        List<String> pending = new ArrayList<>();
        List<String> names = null;
        for (String word : as) {
            if (word.equals(APPLIED) || word.equals(PENDING)) {
                names = word.equals(APPLIED) ? applied : pending;
            } else if (names == null) {
                throw MigopyException.usage(
                        "--as needs applied or pending, followed by names",
                        "For example: {migopy} adopt --as applied 3_add_users");
            } else {
                names.add(word);
            }
        }
        return new AdoptionRequest(from, collection, files, applied, pending);
    }

    /** Returns the command that registers what this one shows. */
    private static String again(Session session) {
        List<String> words = new ArrayList<>(List.of("adopt"));
        words.addAll(session.typed().rest());
        words.add("--apply");
        return Wording.command(words.toArray(String[]::new));
    }
}
