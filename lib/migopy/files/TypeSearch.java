package migopy.files;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Searches the class files of a migration, and of the project's classes that it uses, for types of
 * the driver. Reads bytes, and loads nothing.
 */
final class TypeSearch {
    /** Of a project that has more, the answer is yes: it may be so. */
    private static final int MOST = 200;

    /** The JDK's, the library's and its dependencies': none of them gets what a migration makes. */
    private static final List<String> KNOWN =
            List.of("java/", "javax/", "jdk/", "sun/", "com/mongodb/", "org/bson/", "migopy/");

    private static final int UTF8 = 1;
    private static final int LONG = 5;
    private static final int DOUBLE = 6;
    private static final int CLASS = 7;

    private final MigrationLoader loader;
    private final List<String> types;

    TypeSearch(MigrationLoader loader, List<String> types) {
        this.loader = loader;
        this.types = types;
    }

    boolean found() {
        Deque<String> next = new ArrayDeque<>(loader.names());
        Set<String> seen = new HashSet<>(next);
        try {
            while (!next.isEmpty()) {
                byte[] file = loader.classFile(next.pop());
                if (file == null) {
                    continue; // an array, or a class that is not there and so is never called
                }
                if (names(file)) {
                    return true;
                }
                for (String used : classesOf(file)) {
                    if (seen.add(used)) {
                        next.add(used);
                    }
                }
                if (seen.size() > MOST) {
                    return true;
                }
            }
            return false;
        } catch (IOException e) {
            return true; // what cannot be read may name them
        }
    }

    private boolean names(byte[] file) {
        String text = new String(file, StandardCharsets.ISO_8859_1);
        for (String type : types) {
            if (text.contains(type)) {
                return true;
            }
        }
        return false;
    }

    /** The classes in its constant pool that are the project's or its dependencies'. */
    private static List<String> classesOf(byte[] file) throws IOException {
        List<String> names = new ArrayList<>();
        try (var in = new DataInputStream(new ByteArrayInputStream(file))) {
            in.skipBytes(8); // magic number and version
            int size = in.readUnsignedShort();
            String[] texts = new String[size];
            int[] classes = new int[size];
            for (int i = 1; i < size; i++) {
                int tag = in.readUnsignedByte();
                switch (tag) {
                    case UTF8 -> texts[i] = in.readUTF();
                    case CLASS -> classes[i] = in.readUnsignedShort();
                    case 8, 16, 19, 20 -> in.skipBytes(2);
                    case 15 -> in.skipBytes(3);
                    case LONG, DOUBLE -> {
                        in.skipBytes(8);
                        i++; // such a constant takes two places
                    }
                    default -> in.skipBytes(4);
                }
            }
            for (int index : classes) {
                if (index != 0 && isUnknown(texts[index])) {
                    names.add(texts[index].replace('/', '.'));
                }
            }
        }
        return names;
    }

    private static boolean isUnknown(String name) {
        for (String known : KNOWN) {
            if (name.startsWith(known)) {
                return false;
            }
        }
        return !name.startsWith("[");
    }
}
