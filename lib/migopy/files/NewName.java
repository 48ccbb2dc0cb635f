package migopy.files;

import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import migopy.MigopyException;
import migopy.console.Wording;

/** Finds a file name for a number and some words that matches the user's own pattern. */
final class NewName {
    /** The longest file name that common file systems take, in bytes. */
    private static final int LENGTH_LIMIT = 255;

    /** What may stand before the number, and between number and words. */
    private static final List<String> PREFIXES = List.of("", "V", "v", "m", "M", "migration_");

    private static final List<String> SEPARATORS = List.of("_", "__", "-", ".", "");

    private static final Pattern NUMBERED = Pattern.compile("([0-9]+)_+([^0-9].*)");

    private final Pattern pattern;
    private final List<MigrationFile> files;

    NewName(Pattern pattern, List<MigrationFile> files) {
        this.pattern = pattern;
        this.files = files;
    }

    /**
     * What was typed as a name.
     *
     * @param number the number in front of it, as in {@code 5_add_users}, or null
     */
    record Typed(String number, List<String> words) {}

    /**
     * Reads a name as somebody types it who has the file's name in mind: {@code 5_add_users.java}.
     *
     * @param mayHaveNumber whether a number in front is the migration's
     */
    static Typed typed(List<String> typed, boolean mayHaveNumber) {
        String text = String.join(" ", typed).strip();
        if (text.endsWith(MigrationFile.SUFFIX)) {
            text = text.substring(0, text.length() - MigrationFile.SUFFIX.length());
        }
        Matcher numbered = NUMBERED.matcher(text);
        return mayHaveNumber && numbered.matches()
                ? new Typed(numbered.group(1), words(List.of(numbered.group(2))))
                : new Typed(null, words(List.of(text)));
    }

    /**
     * The words in lower case, of ASCII letters and digits only: {@code Añadir E-Mails} becomes
     * anadir, e, mails.
     */
    static List<String> words(List<String> typed) {
        String text = Normalizer.normalize(String.join(" ", typed), Normalizer.Form.NFD);
        String plain = text.replaceAll("\\p{M}+", "").toLowerCase(Locale.ROOT);
        List<String> words = new ArrayList<>();
        for (String word : plain.split("[^a-z0-9]+")) {
            if (!word.isEmpty()) {
                words.add(word);
            }
        }
        return words;
    }

    /** A name for the class: {@code AddUsers}. */
    static String className(List<String> words) {
        String name = words.stream().map(NewName::capital).collect(Collectors.joining());
        if (Character.isDigit(name.charAt(0))) {
            return "Migration" + name;
        }
        return isTaken(name) ? name + "Migration" : name;
    }

    /** Whether a class of that name would hide one that the template uses. */
    private static boolean isTaken(String name) {
        if (name.equals("Document") || name.equals("Migration")) {
            return true;
        }
        try {
            Class.forName("java.lang." + name, false, null);
            return true;
        } catch (ClassNotFoundException | LinkageError e) {
            return false;
        }
    }

    private static String capital(String word) {
        return word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1);
    }

    /**
     * The first name that fits.
     *
     * @param numbers ways to write the number, best first
     * @throws MigopyException usage: none fits the pattern
     */
    String of(List<String> numbers, List<String> words) {
        List<String[]> frames = frames();
        for (String number : numbers) {
            for (String[] frame : frames) {
                for (String text : joined(words)) {
                    String name = frame[0] + number + frame[1] + text + MigrationFile.SUFFIX;
                    if (MigrationDirectory.numberIn(name, pattern) == Long.parseLong(number)) {
                        return checked(name);
                    }
                }
            }
        }
        throw MigopyException.usage(
                "No name made of %s and \"%s\" matches the pattern %s"
                        .formatted(numbers.get(0), String.join(" ", words), Wording.visible(pattern.pattern())),
                "Write the file by hand, or take other words or another migrationsFilePattern");
    }

    private static String checked(String name) {
        if (name.getBytes(StandardCharsets.UTF_8).length > LENGTH_LIMIT) {
            throw MigopyException.usage(
                    "The name would be longer than %d bytes".formatted(LENGTH_LIMIT), "Take fewer words");
        }
        return name;
    }

    private static List<String> joined(List<String> words) {
        String camel = words.stream().map(NewName::capital).collect(Collectors.joining());
        return List.of(
                String.join("_", words),
                String.join("-", words),
                camel,
                camel.substring(0, 1).toLowerCase(Locale.ROOT) + camel.substring(1),
                String.join("", words),
                String.join("_", words).toUpperCase(Locale.ROOT));
    }

    /**
     * What may stand around a number, best first: as in the newest file, then as the pattern spells
     * it.
     */
    private List<String[]> frames() {
        Set<String> prefixes = new LinkedHashSet<>();
        Set<String> separators = new LinkedHashSet<>();
        if (!files.isEmpty()) {
            String newest = files.get(files.size() - 1).fileName();
            Matcher matcher = pattern.matcher(newest);
            if (matcher.matches()) {
                prefixes.add(newest.substring(0, matcher.start(MigrationDirectory.NUMBER)));
                separators.add(separatorAt(newest, matcher.end(MigrationDirectory.NUMBER)));
            }
        }
        String group = "(?<" + MigrationDirectory.NUMBER + ">";
        String spelled = pattern.pattern();
        int start = spelled.indexOf(group);
        String before = start < 0 ? "" : spelled.substring(0, start).replace("\\", "");
        if (before.matches("[\\w.-]*")) {
            prefixes.add(before);
        }
        prefixes.addAll(PREFIXES);
        separators.addAll(SEPARATORS);
        List<String[]> frames = new ArrayList<>();
        for (String prefix : prefixes) {
            for (String separator : separators) {
                frames.add(new String[] {prefix, separator});
            }
        }
        return frames;
    }

    private static String separatorAt(String name, int start) {
        int end = start;
        while (end < name.length() && !Character.isLetterOrDigit(name.charAt(end))) {
            end++;
        }
        return name.substring(start, end);
    }
}
