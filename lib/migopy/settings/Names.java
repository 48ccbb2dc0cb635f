package migopy.settings;

import java.nio.charset.StandardCharsets;

/** What MongoDB accepts as the name of a database or a collection. */
public final class Names {
    /** The server's limit for a database's name, in bytes. */
    private static final int LONGEST_DATABASE = 63;

    /**
     * The server's limit for database and collection together is 255 bytes; the journal's
     * companions add "_fixes".
     */
    private static final int LONGEST_COLLECTION = 255 - LONGEST_DATABASE - 1 - "_fixes".length();

    private Names() {}

    /**
     * What is wrong with this name of a database, to follow the word that names it; null if
     * nothing.
     */
    public static String wrongWithDatabase(String name) {
        if (name.isBlank()) {
            return "is empty";
        }
        if (name.matches("(?s).*[/\\\\. \"$\\x00].*")) {
            return "contains one of / \\ . \" $ or a space";
        }
        return longerThan(name, LONGEST_DATABASE);
    }

    /** Likewise for a collection's. */
    static String wrongWithCollection(String name) {
        if (name.isBlank()) {
            return "is empty";
        }
        if (name.matches("(?s).*[$\\x00].*")) {
            return "contains $ or NUL";
        }
        if (name.startsWith("system.") || name.startsWith(".") || name.endsWith(".")) {
            return "begins with system. or begins or ends with a dot";
        }
        return longerThan(name, LONGEST_COLLECTION);
    }

    private static String longerThan(String name, int limit) {
        boolean longer = name.getBytes(StandardCharsets.UTF_8).length > limit;
        return longer ? "is longer than " + limit + " bytes" : null;
    }
}
