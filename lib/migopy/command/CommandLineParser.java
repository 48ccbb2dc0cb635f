package migopy.command;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import migopy.MigopyException;

/**
 * Takes the command and the options of every command out of what was typed. The rest is the
 * command's own and is left in its order, from {@code --} on untouched.
 */
final class CommandLineParser {
    /**
     * What was typed.
     *
     * @param command its name, or null if none was typed
     * @param rest names and options of the command's own
     * @param settings from a setting's name without dashes to its text
     * @param flags the others that were typed, with their dashes: {@code --json}
     */
    record Typed(String command, List<String> rest, Map<String, String> settings, Set<String> flags) {
        boolean has(String flag) {
            return flags.contains(flag);
        }
    }

    private final Function<String, Set<String>> ownOptions;
    private final List<String> rest = new ArrayList<>();
    private final Map<String, String> settings = new HashMap<>();
    private final Set<String> flags = new HashSet<>();
    private String command;

    /**
     * @param ownOptions from a command's name to its options that are called like one of every
     *     command
     */
    CommandLineParser(Function<String, Set<String>> ownOptions) {
        this.ownOptions = ownOptions;
    }

    /**
     * Reads the words once.
     *
     * @throws MigopyException usage, when an option lacks its value or has one too many; no value
     *     is ever repeated in it, because it may be a secret
     */
    Typed parse(String... words) {
        Set<String> own = Set.of();
        for (int i = 0; i < words.length; i++) {
            String word = words[i];
            if (word.equals("--")) {
                rest.addAll(List.of(words).subList(i, words.length));
                break;
            }
            int equals = word.indexOf('=');
            String name = equals < 0 ? word : word.substring(0, equals);
            GlobalOption option = own.contains(name) ? null : GlobalOption.named(name.equals("-h") ? "--help" : name);
            if (option == null) {
                if (command == null && !word.startsWith("-")) {
                    command = word;
                    own = ownOptions.apply(word);
                } else {
                    rest.add(word);
                }
            } else if (option.value() == null) {
                flag(option, equals >= 0);
            } else if (equals >= 0) {
                value(option, word.substring(equals + 1));
            } else if (i + 1 < words.length) {
                value(option, words[++i]);
            } else {
                throw usage(option.name() + " needs a value: " + option.name() + " " + option.value());
            }
        }
        return new Typed(command, List.copyOf(rest), Map.copyOf(settings), Set.copyOf(flags));
    }

    private void flag(GlobalOption option, boolean withValue) {
        if (withValue) {
            throw usage(option.name()
                    + " takes no value"
                    + (option.name().equals("--password") ? ": it asks for one" : ""));
        }
        flags.add(option.name());
        if (option.setting()) {
            settings.put(option.name().substring(2), "true");
        }
    }

    private void value(GlobalOption option, String value) {
        if (settings.put(option.name().substring(2), value) != null) {
            throw usage(option.name() + " is given twice");
        }
    }

    private static MigopyException usage(String message) {
        return MigopyException.usage(message, "All options: {migopy} help");
    }
}
