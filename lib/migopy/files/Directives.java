package migopy.files;

import java.util.ArrayList;
import java.util.List;

/**
 * What a source tells JBang in lines that begin with {@code //}, as far as it concerns a migration.
 *
 * @param dependencies what {@code //DEPS} names, without the {@code .java} files
 * @param repositoryLines the lines {@code //REPOS}, as they stand
 * @param sources what {@code //SOURCES} names
 */
record Directives(List<String> dependencies, List<String> repositoryLines, List<String> sources) {

    private static final Directives NONE = new Directives(List.of(), List.of(), List.of());

    static Directives of(String text) {
        List<String> dependencies = new ArrayList<>();
        List<String> repositories = new ArrayList<>();
        List<String> sources = new ArrayList<>();
        // JBang reads such a line wherever it stands, inside of a comment or a text block as well.
        for (int at = text.indexOf("//"); at >= 0; at = text.indexOf("//", at + 2)) {
            if (at > 0 && text.charAt(at - 1) != '\n' && text.charAt(at - 1) != '\r') {
                continue;
            }
            String line = lineAt(text, at);
            if (begins(line, "//DEPS")) {
                List<String> own = new ArrayList<>(words(line));
                own.removeIf(word -> word.endsWith(MigrationFile.SUFFIX));
                dependencies.addAll(own);
            } else if (begins(line, "//REPOS")) {
                repositories.add(line.strip());
            } else if (begins(line, "//SOURCES")) {
                sources.addAll(words(line));
            }
            at += line.length() - 2;
        }
        if (dependencies.isEmpty() && sources.isEmpty()) {
            return NONE;
        }
        return new Directives(dependencies, repositories, sources);
    }

    /** Whether it names nothing but itself. */
    boolean plain() {
        return this == NONE;
    }

    private static String lineAt(String text, int start) {
        int end = start;
        while (end < text.length() && text.charAt(end) != '\n' && text.charAt(end) != '\r') {
            end++;
        }
        return text.substring(start, end);
    }

    private static boolean begins(String line, String directive) {
        return line.startsWith(directive)
                && line.length() > directive.length()
                && Character.isWhitespace(line.charAt(directive.length()));
    }

    /**
     * The words behind a directive, as JBang takes them apart; a comment after them does not count.
     */
    private static List<String> words(String line) {
        String value = line.substring(2).replaceFirst("\\s//\\s.*", "");
        List<String> words = new ArrayList<>();
        for (String word : value.split("[\\s;,\"']+")) {
            if (!word.isEmpty()) {
                words.add(word);
            }
        }
        return words.isEmpty() ? words : words.subList(1, words.size());
    }
}
