package migopy.command;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import migopy.adopt.Peer;
import migopy.command.CommandLineParser.GlobalOption;
import migopy.files.Templates;
import migopy.settings.Settings;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * The completion scripts. Their common part is a program for {@code sh} that contains all commands and options, as help shows
 * them, and lists the candidates for a command line. The rest is a function of the shell that shows them. It is {@code sh} that
 * runs the common part, because the options of an interactive shell change what its own code means.
 */
final class CompletionScript {
    /**
     * Prints a line per candidate: the candidate, a tab, its description. Or {@code :files} or {@code :folders}, where the
     * shell's own completion is asked for. The words of the command line up to the
     * cursor are its {@code $0} and its arguments.
     *
     * <p>An option's line in {@code options} and {@code shared} is its name, the kind of its value, and its description. The
     * kind is {@code -} for an option without a value.
     */
    private static final String PROGRAM = """
        option_kind() { # OPTION: sets kind; to nothing if there is no such option
            kind=
            while read -r name value text; do
                if [ "$name" = "$1" ]; then
                    kind=$value
                    return
                fi
            done <<END
        $options
        $shared
        END
        }
        candidate() { # TEXT DESCRIPTION
            printf "%s%s\\t%s\\n" "$prefix" "$1" "$2"
        }
        option_candidates() {
            seen=" "
            printf "%s\\n" "$options" "$shared" | while read -r name value text; do
                case $seen in *" $name "*) continue ;; esac
                seen="$seen$name "
                [ -z "$name" ] || candidate "$name" "$text"
            done
        }
        find_home() { # sets home to the folder of the migopy.java that the typed command runs
            case $0 in
                "~/"*) home=$HOME${0#"~"} home=${home%/*} ;;
                */*) home=${0%/*} ;;
                *) home=$PWD ;;
            esac
            [ ! -f "$home/migopy.java" ] || return
            home=$PWD
            while [ -n "$home" ] && [ ! -f "$home/migopy.java" ]; do home=${home%/*}; done
        }
        migration_candidates() {
            case $directory in /*) ;; *) directory=$home/$directory ;; esac
            for file in "$directory"/*.java; do
                [ ! -f "$file" ] || printf "%s\\n" "${file##*/}"
            done | LC_ALL=C sort -n | while read -r name; do candidate "${name%.java}" ""; done
        }
        dump_candidates() { # those that start as typed; otherwise another folder is meant
            case $dumps in /*) ;; *) dumps=$home/$dumps ;; esac
            dumps=${dumps#"$PWD/"} found=
            for folder in "${dumps#./}"/*/; do
                case $folder in
                    "$current"*) [ ! -d "$folder" ] || { candidate "${folder%/}" "" && found=yes; } ;;
                esac
            done
            [ -n "$found" ] || echo :folders
        }

        command= option= prefix= position=0
        describe status
        while [ $# -gt 1 ]; do
            if [ -n "$option" ]; then
                [ "$option" != --directory ] || directory=$1
                option=
            else
                case $1 in
                    --directory=*) directory=${1#*=} ;;
                    -*)
                        option_kind "$1"
                        case $kind in - | "") ;; *) option=$1 ;; esac
                        ;;
                    *)
                        if [ -n "$command" ]; then
                            position=$((position + 1))
                        else
                            command=$1
                            describe "$command"
                        fi
                        ;;
                esac
            fi
            shift
        done
        current=$1
        case $option$current in
            --*=*) option=${current%%=*} prefix=$option= current=${current#*=} ;;
        esac
        case $option:$command:$current in
            -*) option_kind "$option" ;;
            :*:-*) kind=options ;;
            ::*) kind=commands ;;
            *)
                set -- $arguments
                while [ "$position" -gt 0 ] && [ $# -gt 0 ] && [ "${2-}" != ... ]; do
                    position=$((position - 1))
                    shift
                done
                kind=${1:-options}
                ;;
        esac
        find_home
        case $kind in
            commands) printf "%s\\n" "$commands" | while read -r name text; do candidate "$name" "$text"; done ;;
            options) option_candidates ;;
            names) migration_candidates ;;
            dumps) dump_candidates ;;
            files | folders) echo ":$kind" ;;
            *"|"*)
                IFS="|"
                for name in $kind; do candidate "$name" ""; done
                ;;
        esac
        """;

    /** Bash splits words at = and : too, which is undone before the program is asked, and respected in its answers. */
    private static final String BASH = """
        _migopy() {
            local line=${COMP_LINE:0:COMP_POINT} words=() word i last candidate text
            for ((i = 0; i <= COMP_CWORD; i++)); do
                word=${line%%[![:space:]]*}
                line=${line#"$word"}
                last=${line:0:${#COMP_WORDS[i]}}
                line=${line#"$last"}
                if [ -n "$word" ] || [ $i -eq 0 ]; then
                    words+=("$last")
                else
                    words[${#words[@]} - 1]+=$last
                fi
            done
            words=("${words[@]//[\\"\\'\\\\]/}")
            case $last in [=:]) last= ;; esac
            word=${words[${#words[@]} - 1]}
            local replaced=${word%"$last"}
            COMPREPLY=()
            while IFS=$'\\t' read -r candidate text; do
                case $candidate in
                    :files | :folders)
                        compopt -o filenames 2>/dev/null
                        [ "$candidate" = :files ] && i=-f || i=-d
                        while IFS= read -r candidate; do COMPREPLY+=("$candidate"); done < <(compgen $i -- "$last")
                        ;;
                    "$word"*) COMPREPLY+=("${candidate#"$replaced"}") ;;
                esac
            done < <(sh -c "$_migopy_program" "${words[@]}")
        }
        complete -o nosort -F _migopy migopy 2>/dev/null || complete -F _migopy migopy
        """;

    private static final String ZSH = """
        _migopy() {
            local -a lines
            local line
            for line in "${(@f)$(sh -c "$_migopy_program" "${(@Q)words[1,CURRENT-1]}" "${(Q)PREFIX}")}"; do
                case $line in
                    :files) _files ;;
                    :folders) _files -/ ;;
                    ?*) lines+=("${${${line%$'\\t'}//:/\\\\:}/$'\\t'/:}") ;; # NAME:DESCRIPTION
                esac
            done
            (( $#lines == 0 )) || _describe -V argument lines
        }
        if [[ ${funcstack[1]} == _migopy ]]; then
            _migopy "$@"
        else
            compdef _migopy migopy
        fi
        """;

    private static final String FISH = """
        function __migopy
            for line in (sh -c $__migopy_program (commandline -opc) (commandline -ct))
                switch $line
                    case :files
                        __fish_complete_path (commandline -ct)
                    case :folders
                        __fish_complete_directories (commandline -ct)
                    case '*'
                        echo $line
                end
            end
        end
        complete -c migopy -e
        complete -c migopy -f -k -a '(__migopy)'
        """;

    private final Tasks tasks;
    private final Settings settings;

    CompletionScript(Tasks tasks, Settings settings) {
        this.tasks = tasks;
        this.settings = settings;
    }

    /**
     * Returns the script for a shell.
     *
     * @param shell {@code bash}, {@code zsh} or {@code fish}
     */
    String of(String shell) {
        String program = data() + PROGRAM;
        String title = "# Completes the arguments of migopy. Made by: migopy completion " + shell + "\n";
        return switch (shell) {
            case "bash" -> title + "_migopy_program=" + quoted(program) + "\n" + BASH;
            case "zsh" -> "#compdef migopy\n" + title + "typeset -g _migopy_program=" + quoted(program) + "\n" + ZSH;
            // In quotes of fish, a backslash may escape another one.
            default -> title + "set -g __migopy_program " + quoted(program.replace("\\", "\\\\")) + "\n" + FISH;
        };
    }

    private static String quoted(String text) {
        return "'" + text.replace("'", "'\\''") + "'";
    }

    /** Returns the program's start, with everything that depends on the project. */
    private String data() {
        StringBuilder commands = new StringBuilder();
        StringBuilder cases = new StringBuilder();
        for (Commands.HelpLine line : Commands.ALL) {
            commands.append(line(line.name(), line.summary()));
            cases.append(described(line.name(), Picocli.of(Commands.create(line.name())), true));
        }
        for (Map.Entry<String, CommandLine> task : tasks.byName().entrySet()) {
            String[] description =
                    task.getValue().getCommandSpec().usageMessage().description();
            commands.append(line(task.getKey(), first(description)));
            cases.append(described(task.getKey(), task.getValue(), false));
        }
        StringBuilder shared = new StringBuilder();
        for (GlobalOption option : GlobalOption.ALL) {
            shared.append(line(option.name(), kind(option.valueLabel()), option.summary()));
        }
        return "directory=${MIGRATIONS_DIRECTORY:-" + escaped(settings.shown(settings.migrationsDirectory())) + "}\n"
                + "dumps=${MONGO_DUMP_DIRECTORY:-" + escaped(settings.shown(settings.dumpDirectory())) + "}\n"
                + "commands=\"" + commands + "\"\n"
                + "shared=\"" + shared + "\"\n"
                + "describe() { # COMMAND: sets its options, and the kinds of its arguments\n"
                + "options= arguments=text\n"
                + "case $1 in\n" + cases + "esac\n}\n";
    }

    private String described(String name, CommandLine command, boolean builtIn) {
        CommandSpec spec = command.getCommandSpec();
        StringBuilder options = new StringBuilder();
        for (OptionSpec option : spec.options()) {
            boolean flag = option.arity().max() == 0;
            for (String each : option.hidden() ? new String[0] : option.names()) {
                options.append(line(each, flag ? "-" : kind(option, builtIn), first(option.description())));
            }
        }
        List<String> arguments = new ArrayList<>();
        for (PositionalParamSpec argument : spec.positionalParameters()) {
            arguments.add(kind(argument, builtIn));
            if (argument.arity().max() > 1) {
                arguments.add("...");
            }
        }
        return "\"%s\")\narguments=\"%s\"\noptions=\"%s\"\n;;\n"
                .formatted(escaped(name), escaped(String.join(" ", arguments)), options);
    }

    /** Returns the kind of an argument's value. */
    private String kind(ArgSpec argument, boolean builtIn) {
        if (argument.completionCandidates() != null) {
            return oneOf(argument.completionCandidates());
        }
        String label = argument.paramLabel();
        if (builtIn) {
            return switch (label) {
                case "NAME" -> "names";
                case "COMMAND" -> "commands";
                case "DIR" -> "dumps";
                case "TEMPLATE" -> oneOf(Templates.names(settings.migrationsDirectory()));
                case "TOOL" -> oneOf(Stream.of(Peer.values()).map(Peer::word).toList());
                default -> kind(label);
            };
        }
        boolean file = argument.type() == Path.class || argument.type() == File.class;
        return file ? "files" : kind(label);
    }

    private static String oneOf(Iterable<String> words) {
        return String.join("|", words) + "|"; // also where there is only one
    }

    /** Returns the kind of a value with this label in help, which lists the possible values itself if they are few. */
    private static String kind(String label) {
        if (label == null) {
            return "-";
        }
        return switch (label) {
            case "FILE" -> "files";
            case "DIR", "FOLDER" -> "folders";
            default -> label.contains("|") ? label : "text";
        };
    }

    private static String first(String[] description) {
        return description.length == 0 ? "" : description[0];
    }

    /** Returns a line of words that the program reads, of which only the last may contain blanks. */
    private static String line(String... words) {
        return escaped(String.join(" ", words).replaceAll("\\s+", " ").strip()) + "\n";
    }

    /** Escapes text within double quotes of {@code sh}. */
    private static String escaped(String text) {
        return text.replaceAll("[\\\\\"$`]", "\\\\$0");
    }
}
