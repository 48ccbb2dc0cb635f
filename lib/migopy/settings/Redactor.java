package migopy.settings;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Replaces every known secret by {@value #MASK}, in all forms in which it may be printed: as it is,
 * percent-encoded, and inside a JSON string.
 *
 * <p>A secret of fewer than {@value #SHORTEST} characters, or one that is also the name of the
 * database, the user or a host, is replaced only between {@code :} and {@code @}, as in a URI:
 * elsewhere it cannot be distinguished from an ordinary word.
 */
public final class Redactor {
    /** What is shown for a secret. */
    public static final String MASK = "****";

    private static final int SHORTEST = 4;

    private final Collection<String> secrets;
    private final Collection<String> openWords;
    private final Map<String, String> replacements = new LinkedHashMap<>();
    private final Pattern anyForm;
    private final ByteMatcher matcher;

    // Loops instead of streams, since this is part of every start.
    private Redactor(Collection<String> secrets, Collection<String> openWords) {
        this.secrets = secrets;
        this.openWords = openWords;
        Map<String, String> byForm = new HashMap<>();
        for (String secret : secrets) {
            boolean hideable = secret.length() >= SHORTEST && !openWords.contains(secret);
            for (String form : secret.isEmpty() ? Set.<String>of() : formsOf(secret)) {
                byForm.put(hideable ? form : ":" + form + "@", hideable ? MASK : ":" + MASK + "@");
            }
        }
        List<String> forms = new ArrayList<>(byForm.keySet());
        // Longest first: an alternation takes the first match.
        forms.sort(Comparator.comparingInt(String::length).reversed());
        StringBuilder alternation = new StringBuilder();
        for (String form : forms) {
            replacements.put(form, byForm.get(form));
            alternation.append(alternation.isEmpty() ? "" : "|").append(Pattern.quote(form));
        }
        anyForm = Pattern.compile(alternation.toString());
        matcher = new ByteMatcher(replacements);
    }

    /**
     * Returns a redactor that knows these secrets.
     *
     * @param openWords names that are shown anyway
     */
    public static Redactor of(Collection<String> secrets, Collection<String> openWords) {
        return secrets.isEmpty() ? none() : new Redactor(secrets, openWords);
    }

    /** Returns a redactor that knows these secrets too. */
    public Redactor and(Collection<String> more) {
        if (more.isEmpty()) {
            return this;
        }
        List<String> all = new ArrayList<>(secrets);
        all.addAll(more);
        return new Redactor(all, openWords);
    }

    /** Returns a redactor that knows no secret. */
    public static Redactor none() {
        return new Redactor(List.of(), List.of());
    }

    /**
     * Returns the text without secrets. Redact before shortening a text: half a secret is not
     * recognized.
     */
    public String redact(String text) {
        if (text == null || replacements.isEmpty()) {
            return text;
        }
        Matcher found = anyForm.matcher(text);
        return found.replaceAll(match -> Matcher.quoteReplacement(replacements.get(match.group())));
    }

    /**
     * Returns a stream that redacts what is written to it as UTF-8, wherever the chunks end.
     *
     * <p>The start of a possible secret is held back, at most one byte less than the longest form,
     * also when the stream is flushed. {@link OutputStream#close} writes it and closes the target;
     * {@link RedactingStream#finish} only writes it.
     */
    public RedactingStream over(OutputStream target) {
        return new RedactingStream(target, matcher);
    }

    /** Returns {@link #over} as a UTF-8 PrintStream that flushes at the end of each line. */
    public PrintStream printing(OutputStream target) {
        return new PrintStream(over(target), true, StandardCharsets.UTF_8);
    }

    private static Set<String> formsOf(String secret) {
        String percent = MongoUri.encode(secret);
        String plus = percent.replace("%20", "+");
        // encodeURIComponent does not encode these.
        String sparing = percent.replace("%21", "!")
                .replace("%27", "'")
                .replace("%28", "(")
                .replace("%29", ")")
                .replace("%7E", "~");
        String rfc3986 = percent.replace("%7E", "~").replace("*", "%2A");
        Set<String> forms = new HashSet<>(List.of(secret));
        for (String json : List.of(jsonEscaped(secret, false), jsonEscaped(secret, true))) {
            for (String form : List.of(json, upperHex(json))) {
                forms.add(form);
                forms.add(form.replace("/", "\\/"));
            }
        }
        for (String form : List.of(percent, plus, sparing, rfc3986)) {
            forms.add(form);
            forms.add(lowerHex(form));
        }
        return forms;
    }

    private static String lowerHex(String percentEncoded) {
        return Pattern.compile("%[0-9A-F]{2}")
                .matcher(percentEncoded)
                .replaceAll(match -> match.group().toLowerCase(Locale.ROOT));
    }

    private static String upperHex(String json) {
        return json.contains("\\u")
                ? Pattern.compile("(?<=\\\\u)[0-9a-f]{4}")
                        .matcher(json)
                        .replaceAll(match -> match.group().toUpperCase(Locale.ROOT))
                : json;
    }

    /**
     * @param ascii whether every other character is escaped, as many languages do; else those that
     *     the driver escapes
     */
    private static String jsonEscaped(String text, boolean ascii) {
        StringBuilder out = new StringBuilder();
        for (char c : text.toCharArray()) {
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\t' -> out.append("\\t");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\b' -> out.append("\\b");
                case '\f' -> out.append("\\f");
                default -> {
                    if (c < ' ' || c > '~' && (ascii || isEscapedByDriver(c))) {
                        out.append("\\u%04x".formatted((int) c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        return out.toString();
    }

    /** Combining marks, surrogates, format characters and the like. */
    private static boolean isEscapedByDriver(char c) {
        return switch (Character.getType(c)) {
            case Character.NON_SPACING_MARK,
                    Character.ENCLOSING_MARK,
                    Character.COMBINING_SPACING_MARK,
                    Character.MODIFIER_LETTER,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.CONTROL,
                    Character.FORMAT,
                    Character.PRIVATE_USE,
                    Character.SURROGATE,
                    Character.UNASSIGNED -> true;
            default -> false;
        };
    }

    /** The number of known forms, and none of them. */
    @Override
    public String toString() {
        return "Redactor of " + replacements.size() + " forms";
    }
}
