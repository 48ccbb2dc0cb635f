package migopy.files;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import migopy.files.Javac.Unit;

/**
 * Distributes sources to as few tasks of the compiler as possible. No file of a task may name a class
 * of another one. Files whose class names clash are compiled in packages of their own.
 */
final class Groups {
    /** More files in one task are not faster and need more memory. */
    static final int GROUP_LIMIT = 1_000;

    private final Set<String> elsewhere;
    private final Set<String> declaredByAny = new HashSet<>();
    private final List<Group> shared = new ArrayList<>();
    private final List<Group> alone = new ArrayList<>();
    private final List<Unit> packaged = new ArrayList<>();

    /** The first shared group without a class of this name. */
    private final Map<String, Integer> firstGroup = new HashMap<>();

    /** The units of one task, and the names with which another unit would clash. */
    static final class Group {
        private final List<Unit> units;
        private final boolean packages;
        private final Set<String> declared = new HashSet<>();
        private final Set<String> used = new HashSet<>();

        private Group(List<Unit> units, boolean packages) {
            this.units = units;
            this.packages = packages;
        }

        List<Unit> units() {
            return units;
        }

        /** Whether each unit is compiled in a package of its own. */
        boolean packages() {
            return packages;
        }

        private boolean isFull() {
            return units.size() >= GROUP_LIMIT;
        }

        private boolean takes(Set<String> declares, Set<String> uses) {
            return !isFull()
                    && Collections.disjoint(declares, declared)
                    && Collections.disjoint(declares, used)
                    && Collections.disjoint(uses, declared);
        }
    }

    private Groups(Set<String> elsewhere) {
        this.elsewhere = elsewhere;
    }

    /**
     * Returns the groups.
     *
     * @param elsewhere the classes on the class path that are in the unnamed package. A file that
     *     declares one of them is compiled alone, since the others refer to the one on the class path.
     */
    static List<Group> of(List<Unit> units, Set<String> elsewhere) {
        if (units.size() < 2) {
            return units.isEmpty() ? List.of() : List.of(new Group(units, false));
        }
        Groups groups = new Groups(elsewhere);
        Map<Unit, SourceOutline> outlines = new IdentityHashMap<>();
        for (Unit unit : units) {
            SourceOutline outline = SourceOutline.of(unit.source().text());
            outlines.put(unit, outline);
            groups.declaredByAny.addAll(outline.declared());
        }
        units.forEach(unit -> groups.add(unit, outlines.get(unit)));
        List<Group> all = groups.alone;
        all.addAll(groups.shared);
        for (int i = 0; i < groups.packaged.size(); i += GROUP_LIMIT) {
            int end = Math.min(i + GROUP_LIMIT, groups.packaged.size());
            all.add(new Group(groups.packaged.subList(i, end), true));
        }
        return all;
    }

    private void add(Unit unit, SourceOutline outline) {
        if (!outline.certain() || !Collections.disjoint(outline.declared(), elsewhere)) {
            alone.add(new Group(List.of(unit), false));
            return;
        }
        Set<String> uses = new HashSet<>(outline.names());
        uses.retainAll(declaredByAny);
        uses.removeAll(outline.declared());
        int index = 0;
        for (String name : outline.declared()) {
            index = Math.max(index, firstGroup.getOrDefault(name, 0));
        }
        while (index < shared.size() && !shared.get(index).takes(outline.declared(), uses)) {
            index++;
        }
        boolean clashes =
                index == shared.size() && index > 0 && !shared.get(index - 1).isFull();
        if (clashes && mayBePackaged(unit, outline)) {
            packaged.add(unit);
            return;
        }
        if (index == shared.size()) {
            shared.add(new Group(new ArrayList<>(), false));
        }
        Group group = shared.get(index);
        group.units.add(unit);
        group.declared.addAll(outline.declared());
        group.used.addAll(uses);
        for (String name : outline.declared()) {
            firstGroup.put(name, index + 1);
        }
    }

    /** A class in a package cannot use those of the unnamed package, and must not use others instead. */
    private boolean mayBePackaged(Unit unit, SourceOutline outline) {
        return !outline.names().contains("package")
                && Collections.disjoint(outline.body(), elsewhere)
                && !unit.source().text().contains(Javac.OWN_PACKAGE);
    }

    /**
     * The names that a source declares and uses: enough to decide whether two files can be compiled
     * together, in a tenth of the time that the compiler takes to parse them. May report a name that
     * is not a class, but never misses one.
     *
     * @param declared the names of top-level classes, interfaces, enums and records
     * @param names every name in the source
     * @param body the names outside of imports
     * @param certain false if the source has Unicode escapes, which may hide names
     */
    record SourceOutline(Set<String> declared, Set<String> names, Set<String> body, boolean certain) {
        private static final Set<String> KINDS = Set.of("class", "interface", "enum", "record");

        static SourceOutline of(String text) {
            return new Scanner(text).scan();
        }

        /** One pass over the characters. */
        private static final class Scanner {
            private final String text;
            private final Set<String> declared = new HashSet<>();
            private final Set<String> names = new HashSet<>();
            private final Set<String> body = new HashSet<>();
            private int at;
            private int depth;
            private boolean nameFollows;
            private boolean inImport;
            private char before = ' ';

            Scanner(String text) {
                this.text = text;
            }

            SourceOutline scan() {
                while (at < text.length()) {
                    step();
                }
                return new SourceOutline(declared, names, body, !text.contains("\\u"));
            }

            private void step() {
                char c = text.charAt(at);
                if (Character.isWhitespace(c)) {
                    at++;
                } else if (text.startsWith("//", at)) {
                    skipTo("\n");
                } else if (text.startsWith("/*", at)) {
                    at += 2;
                    skipTo("*/");
                } else if (Character.isJavaIdentifierStart(c) || Character.isSurrogate(c)) {
                    word();
                } else {
                    other(c);
                }
            }

            private void other(char c) {
                nameFollows = false;
                before = c;
                if (Character.isDigit(c)) {
                    end();
                } else if (text.startsWith("\"\"\"", at)) {
                    at += 3;
                    quoted("\"\"\"");
                } else if (c == '"' || c == '\'') {
                    at++;
                    quoted(String.valueOf(c));
                } else {
                    depth += c == '{' ? 1 : c == '}' ? -1 : 0;
                    inImport &= c != ';';
                    at++;
                }
            }

            private void word() {
                int start = at;
                end();
                String word = text.substring(start, at);
                names.add(word);
                inImport |= word.equals("import");
                if (!inImport) {
                    body.add(word);
                }
                if (nameFollows) {
                    declared.add(word);
                    nameFollows = false;
                } else {
                    // After a dot it is the class literal of an annotation.
                    nameFollows = depth == 0 && before != '.' && KINDS.contains(word);
                }
                before = 'a';
            }

            private void end() {
                do {
                    at++;
                } while (at < text.length()
                        && (Character.isJavaIdentifierPart(text.charAt(at)) || Character.isSurrogate(text.charAt(at))));
            }

            private void skipTo(String end) {
                int found = text.indexOf(end, at);
                at = found < 0 ? text.length() : found + end.length();
            }

            private void quoted(String end) {
                while (at < text.length()) {
                    if (text.charAt(at) == '\\') {
                        at += 2;
                    } else if (text.startsWith(end, at)) {
                        at += end.length();
                        return;
                    } else if (end.length() == 1 && text.charAt(at) == '\n') {
                        // Not closed, which the compiler reports; the rest is scanned as code.
                        return;
                    } else {
                        at++;
                    }
                }
            }
        }
    }
}
