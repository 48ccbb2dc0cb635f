package migopy.adopt;

import java.util.ArrayList;
import java.util.List;
import migopy.console.Wording;

/**
 * What to adopt, and how.
 *
 * @param from the tool, as {@link Peer#word}; null to recognize it
 * @param collection the tool's journal; null for its default collection
 * @param files whether to register migrations that have a file here with its text
 * @param asApplied those in doubt that are applied, as they were typed
 * @param asPending those in doubt that are not
 */
public record AdoptionRequest(
        String from, String collection, boolean files, List<String> asApplied, List<String> asPending) {
    public AdoptionRequest {
        asApplied = List.copyOf(asApplied);
        asPending = List.copyOf(asPending);
    }

    /** Returns the command of a hint that repeats this request, with more arguments. */
    String command(String... more) {
        List<String> words = new ArrayList<>(List.of("adopt"));
        option(words, "--from", from);
        option(words, "--collection", collection);
        if (files) {
            words.add("--files");
        }
        asApplied.forEach(name -> option(words, "--as", "applied", name));
        asPending.forEach(name -> option(words, "--as", "pending", name));
        words.addAll(List.of(more));
        return Wording.command(words.toArray(String[]::new));
    }

    private static void option(List<String> words, String option, String... values) {
        if (values[0] != null) {
            words.add(option);
            words.addAll(List.of(values));
        }
    }
}
