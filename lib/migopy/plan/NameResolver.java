package migopy.plan;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import migopy.MigopyException;
import migopy.console.Nearest;

/** Finds the migrations that a user's arguments name. */
public final class NameResolver {
    /** How many similar names an error lists. */
    private static final int OFFERED = 3;

    private NameResolver() {}

    /**
     * Returns the migration with that name, with or without {@code .java}, with that number, or the only one
     * whose name starts with it.
     *
     * @throws MigopyException usage, if none matches, or several do
     */
    public static Situation resolve(String typed, List<Situation> migrations) {
        String wanted = typed.endsWith(".java") ? typed.substring(0, typed.length() - 5) : typed;
        List<Situation> beginning = new ArrayList<>();
        List<Situation> numbered = new ArrayList<>();
        Long number = number(wanted);
        for (Situation one : migrations) {
            if (one.name().equals(wanted)) {
                return one;
            }
            if (number != null && number.equals(one.number())) {
                numbered.add(one);
            } else if (!wanted.isEmpty() && one.name().startsWith(wanted)) {
                beginning.add(one);
            }
        }
        List<Situation> meant = numbered.isEmpty() ? beginning : numbered;
        if (meant.size() == 1) {
            return meant.get(0);
        }
        throw meant.isEmpty() ? unknown(typed, wanted, migrations) : ambiguous(typed, meant);
    }

    /**
     * Returns the migrations of several arguments in their order, by full name. The name is the key because a
     * record's first hash code takes 20 ms.
     *
     * @throws MigopyException usage, as above
     */
    public static Map<String, Situation> resolve(List<String> typed, List<Situation> migrations) {
        Map<String, Situation> named = new LinkedHashMap<>();
        for (String name : typed) {
            Situation one = resolve(name, migrations);
            named.put(one.name(), one);
        }
        return named;
    }

    private static Long number(String text) {
        try {
            return text.matches("[0-9]{1,19}") ? Long.valueOf(text) : null;
        } catch (NumberFormatException e) {
            return null; // above 2^63 - 1, which no migration's number is
        }
    }

    private static MigopyException ambiguous(String typed, List<Situation> meant) {
        return MigopyException.usage("%s matches %s".formatted(typed, listed(meant)), "Type more of the name");
    }

    private static MigopyException unknown(String typed, String wanted, List<Situation> migrations) {
        List<Situation> nearest = migrations.stream()
                .sorted(Comparator.comparingInt(one -> Nearest.distanceToStart(wanted, one.name())))
                .limit(OFFERED)
                .toList();
        return MigopyException.usage(
                "There is no migration %s".formatted(typed),
                nearest.isEmpty()
                        ? "List the migrations: " + MigopyException.COMMAND + " status --all"
                        : "Did you mean: " + listed(nearest));
    }

    private static String listed(List<Situation> some) {
        String names = some.stream().limit(OFFERED).map(Situation::name).collect(Collectors.joining(", "));
        return some.size() > OFFERED ? names + ", ..." : names;
    }
}
