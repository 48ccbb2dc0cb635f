package migopy.settings;

import java.nio.charset.StandardCharsets;

/** The rules for names of databases and collections. */
public final class MongoNames {
    /** The server's limit for a database's name, in bytes. */
    private static final int LONGEST_DATABASE = 63;

    /** The server's limit for database and collection together is 255 bytes, and a suffix is added, as "_fixes". */
    private static final int LONGEST_COLLECTION = 255 - LONGEST_DATABASE - 1 - "_fixes".length();

    private MongoNames() {}

    /** Returns what is wrong with a database's name, to follow the name in a message, or null. */
    public static String problemWithDatabase(String name) {
        if (name.isBlank()) {
            return "is empty";
        }
        if (name.matches("(?s).*[/\\\\. \"$\\x00].*")) {
            return "contains one of / \\ . \" $ or a space";
        }
        return longerThan(name, LONGEST_DATABASE);
    }

    /** Returns what is wrong with a collection's name, or null. */
    static String problemWithCollection(String name) {
        if (name.isBlank()) {
            return "is empty";
        }
        if (name.matches("(?s).*[$\\x00].*")) {
            return "contains $ or NUL";
        }
        if (name.startsWith("system.") || name.startsWith(".") || name.endsWith(".")) {
            return "starts with system., or starts or ends with a dot";
        }
        return longerThan(name, LONGEST_COLLECTION);
    }

    private static String longerThan(String name, int limit) {
        boolean longer = name.getBytes(StandardCharsets.UTF_8).length > limit;
        return longer ? "is longer than " + limit + " bytes" : null;
    }
}
