package migopy.command;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import migopy.MigopyException;
import migopy.console.Wording;
import migopy.settings.Redactor;
import migopy.settings.Setting;

/**
 * Splits a command line into the command, the options that every command has, and the command's own
 * arguments, which keep their order. From {@code --} on, all arguments are the command's own.
 */
final class CommandLineParser {
    /**
     * An option that every command has.
     *
     * @param name with its dashes
     * @param valueLabel the name of its value in help, or null for an option without a value
     * @param setting what it sets, or null
     * @param summary its help
     */
    record GlobalOption(String name, String valueLabel, Setting setting, String summary) {
        /** In the order of the help text. */
        static final List<GlobalOption> ALL = all();

        private static List<GlobalOption> all() {
            List<GlobalOption> all = new ArrayList<>();
            for (Setting setting : Setting.values()) {
                if (setting.option() != null) {
                    all.add(new GlobalOption(setting.option(), setting.valueLabel(), setting, summary(setting)));
                }
            }
            all.add(flag("--json", "answer with one JSON document"));
            all.add(flag("--progress", "with --json: report progress as JSON lines on standard error"));
            all.add(flag("--verbose", "print stack traces and timings"));
            all.add(flag("--version", "print the version"));
            all.add(flag("--help", "print this text, or the help of the command"));
            return List.copyOf(all);
        }

        private static GlobalOption flag(String name, String summary) {
            return new GlobalOption(name, null, null, summary);
        }

        private static String summary(Setting setting) {
            String text = setting.help();
            if (setting.defaultText() != null && setting.valueLabel() != null) {
                text += "; default " + setting.defaultText();
            }
            return setting.environment() == null ? text : text + " (" + setting.environment() + ")";
        }

        /** Returns the option of this name, or null. */
        static GlobalOption named(String name) {
            for (GlobalOption option : ALL) {
                if (option.name().equals(name)) {
                    return option;
                }
            }
            return null;
        }
    }

    /**
     * A command line.
     *
     * @param command its name, or null if none was typed
     * @param rest the command's own arguments
     * @param settings the settings that were typed; {@code true} for an option without a value
     * @param flags the other options of every command, with their dashes: {@code --json}
     */
    record Typed(String command, List<String> rest, Map<Setting, String> settings, Set<String> flags) {
        /** A URI of hosts and, at most, a user's name and harmless options. */
        private static final String WITHOUT_SECRET = "embedded|mongodb(\\+srv)?://([^:@/?#]*@)?[^:@/?#]+(:[0-9]+)?"
                + "(,[^:@/?#]+(:[0-9]+)?)*(/(?!.*(?i:properties|password))[^@]*)?";

        boolean has(String flag) {
            return flags.contains(flag);
        }

        /**
         * Returns the typed options that the command of a hint needs as well, each with its value,
         * quoted for a shell. A URI that contains a secret is masked.
         */
        List<String> repeated() {
            if (settings.isEmpty() || has("--help") || "help".equals(command) || "init".equals(command)) {
                return List.of();
            }
            List<String> repeated = new ArrayList<>();
            for (GlobalOption option : GlobalOption.ALL) {
                String value = option.setting() == null ? null : settings.get(option.setting());
                if (value == null || option.setting() == Setting.DUMP) {
                    continue;
                }
                boolean masked = option.setting() == Setting.URI && !value.matches(WITHOUT_SECRET);
                repeated.add(
                        option.valueLabel() == null
                                ? option.name()
                                : option.name() + " " + Wording.word(masked ? Redactor.MASK : value));
            }
            return repeated;
        }
    }

    private final Function<String, Set<String>> ownOptions;
    private final List<String> rest = new ArrayList<>();
    private final Map<Setting, String> settings = new HashMap<>();
    private final Set<String> flags = new HashSet<>();
    private String command;

    /**
     * @param ownOptions returns a command's own options that have the name of an option of every
     *     command
     */
    CommandLineParser(Function<String, Set<String>> ownOptions) {
        this.ownOptions = ownOptions;
    }

    /**
     * Parses the arguments; to be called once.
     *
     * @throws MigopyException usage, if an option lacks its value, or has a value that it does not
     *     take. Messages never contain values, which may be secrets.
     */
    Typed parse(String... arguments) {
        Set<String> own = Set.of();
        for (int i = 0; i < arguments.length; i++) {
            String argument = arguments[i];
            if (argument.equals("--")) {
                rest.addAll(List.of(arguments).subList(i, arguments.length));
                break;
            }
            int equals = argument.indexOf('=');
            String name = equals < 0 ? argument : argument.substring(0, equals);
            GlobalOption option = own.contains(name) ? null : GlobalOption.named(name.equals("-h") ? "--help" : name);
            if (option == null) {
                if (command == null && !argument.startsWith("-")) {
                    command = argument;
                    own = ownOptions.apply(argument);
                } else {
                    rest.add(argument);
                }
            } else if (option.valueLabel() == null) {
                flag(option, equals >= 0);
            } else if (equals >= 0) {
                value(option, argument.substring(equals + 1));
            } else if (i + 1 < arguments.length) {
                value(option, arguments[++i]);
            } else {
                throw usage(option.name() + " needs a value: " + option.name() + " " + option.valueLabel());
            }
        }
        return new Typed(command, List.copyOf(rest), Map.copyOf(settings), Set.copyOf(flags));
    }

    private void flag(GlobalOption option, boolean withValue) {
        if (withValue) {
            throw usage(option.name()
                    + " does not take a value"
                    + (option.setting() == Setting.PASSWORD ? ", it prompts for the password" : ""));
        }
        if (option.setting() == null) {
            flags.add(option.name());
        } else {
            settings.put(option.setting(), "true");
        }
    }

    private void value(GlobalOption option, String value) {
        if (settings.put(option.setting(), value) != null) {
            throw usage(option.name() + " is given twice");
        }
    }

    private static MigopyException usage(String message) {
        return MigopyException.usage(message, "All options: {migopy} help");
    }
}
