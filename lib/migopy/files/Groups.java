package migopy.files;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import migopy.files.Javac.Unit;

/**
 * Sorts sources into groups that the compiler may take at once: no file of a group names a class of
 * another.
 */
final class Groups {
    /** One task for more files than this gains nothing more and takes more memory. */
    static final int GROUP_LIMIT = 1_000;

    private final Set<String> elsewhere;
    private final List<Group> groups = new ArrayList<>();
    private final List<List<Unit>> alone = new ArrayList<>();

    /**
     * The first group worth trying for a file that declares a name: those before hold that name
     * already.
     */
    private final Map<String, Integer> firstGroup = new HashMap<>();

    /** The units of one task, and the names by which another unit would get in their way. */
    private static final class Group {
        private final List<Unit> units = new ArrayList<>();
        private final Set<String> declared = new HashSet<>();
        private final Set<String> used = new HashSet<>();

        boolean takes(Set<String> declares, Set<String> uses) {
            if (units.size() >= GROUP_LIMIT) {
                return false;
            }
            for (String name : declares) {
                if (declared.contains(name) || used.contains(name)) {
                    return false;
                }
            }
            for (String name : uses) {
                if (declared.contains(name)) {
                    return false;
                }
            }
            return true;
        }
    }

    private Groups(Set<String> elsewhere) {
        this.elsewhere = elsewhere;
    }

    /**
     * @param elsewhere the classes of the unnamed package that the class path has: a file that
     *     declares one as well is compiled alone, because others mean the one of the class path
     */
    static List<List<Unit>> of(List<Unit> units, Set<String> elsewhere) {
        if (units.size() < 2) {
            return units.isEmpty() ? List.of() : List.of(units);
        }
        Map<Unit, SourceOutline> outlines = new HashMap<>();
        Set<String> declared = new HashSet<>();
        for (Unit unit : units) {
            SourceOutline outline = SourceOutline.of(unit.source().text());
            outlines.put(unit, outline);
            declared.addAll(outline.declared());
        }
        Groups groups = new Groups(elsewhere);
        for (Unit unit : units) {
            groups.add(unit, outlines.get(unit), declared);
        }
        List<List<Unit>> all = groups.alone;
        groups.groups.forEach(group -> all.add(group.units));
        return all;
    }

    private void add(Unit unit, SourceOutline outline, Set<String> declaredByAny) {
        if (!outline.certain() || !Collections.disjoint(outline.declared(), elsewhere)) {
            alone.add(List.of(unit));
            return;
        }
        Set<String> uses = new HashSet<>(outline.names());
        uses.retainAll(declaredByAny);
        uses.removeAll(outline.declared());
        int index = 0;
        for (String name : outline.declared()) {
            index = Math.max(index, firstGroup.getOrDefault(name, 0));
        }
        while (index < groups.size() && !groups.get(index).takes(outline.declared(), uses)) {
            index++;
        }
        if (index == groups.size()) {
            groups.add(new Group());
        }
        Group group = groups.get(index);
        group.units.add(unit);
        group.declared.addAll(outline.declared());
        group.used.addAll(uses);
        for (String name : outline.declared()) {
            firstGroup.put(name, index + 1);
        }
    }

    /**
     * Which names a source declares at its top and which it uses: enough to tell whether two files may
     * be compiled together, in a tenth of the time that the compiler takes to parse them.
     *
     * <p>Errs on the safe side: what is no class may be taken for one, never the other way round.
     *
     * @param declared the names of the classes, interfaces, enums and records that are in no other
     * @param names every name in the source
     * @param certain false if the source has Unicode escapes, in which names can hide
     */
    record SourceOutline(Set<String> declared, Set<String> names, boolean certain) {
        private static final Set<String> KINDS = Set.of("class", "interface", "enum", "record");

        static SourceOutline of(String text) {
            return new Scanner(text).scan();
        }

        /** One pass over the characters. */
        private static final class Scanner {
            private final String text;
            private final Set<String> declared = new HashSet<>();
            private final Set<String> names = new HashSet<>();
            private int at;
            private int depth;
            private boolean nameFollows;
            private char before = ' ';

            Scanner(String text) {
                this.text = text;
            }

            SourceOutline scan() {
                while (at < text.length()) {
                    step();
                }
                return new SourceOutline(declared, names, !text.contains("\\u"));
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
                    at++;
                }
            }

            private void word() {
                int start = at;
                end();
                String word = text.substring(start, at);
                names.add(word);
                if (nameFollows) {
                    declared.add(word);
                    nameFollows = false;
                } else {
                    // After a dot it is a class literal in an annotation.
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
                        // Not closed: the compiler will say so, and the rest is scanned as code.
                        return;
                    } else {
                        at++;
                    }
                }
            }
        }
    }
}
