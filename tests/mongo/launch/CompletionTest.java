package mongo.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static support.Migrations.marking;
import static support.Project.withoutServer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import support.Project;
import support.PseudoTerminal;
import support.Result;
import support.Scratch;

/** {@code completion}: what a TAB offers in the real shells. */
class CompletionTest {
    private static final String TASK = """
        enum Colour { RED, GREEN }

        @picocli.CommandLine.Command(description = "Count Ada's `users`, $HOME and \\"more\\"")
        int count(
                @picocli.CommandLine.Option(names = "--at-least", description = "100%% \\\\o/") long atLeast,
                @picocli.CommandLine.Option(names = "--colour") Colour colour,
                @picocli.CommandLine.Option(names = "--report") java.nio.file.Path report,
                @picocli.CommandLine.Parameters(paramLabel = "NAME") String name) {
            return 0;
        }
        """;

    private final Project project = withoutServer()
            .entry(TASK)
            .with("2_add_users.java", marking("users"))
            .with("10_index_users.java", marking("index"))
            .write("mongomigrations/notes.txt", "not a migration")
            .write("mongodumps/2026-11-29_app/app/users.bson", "")
            .write("fixes/names.jsh", "")
            .write("sub/deep/file.txt", "");

    /** A shell, and how it lists what a TAB offers after a line. */
    enum Interpreter {
        BASH {
            /** Alt-* inserts all candidates, which echo then prints. */
            @Override
            List<String> offers(Project project, Path folder, String line) {
                String rc = "source '%s'; bind 'set enable-bracketed-paste off'; PS1='ready> '\n"
                        .formatted(script(project));
                Path file = project.write("bashrc", rc).folder().resolve("bashrc");
                List<String> typed = List.of("ready> ", line + "\033*\001echo ANSWER=\005\n", "\nANSWER=", "exit\n");
                String out = run(folder, PseudoTerminal.around(command("--rcfile", file), 2000, typed))
                        .out();
                String inserted = out.substring(
                        out.indexOf("\nANSWER=") + 8 + line.replace("\"", "").lastIndexOf(' ') + 1);
                return List.of(
                        inserted.substring(0, inserted.indexOf("\r\n")).strip().split(" "));
            }
        },
        ZSH {
            @Override
            List<String> offers(Project project, Path folder, String line) {
                Path answer = Scratch.folder("offered").resolve("lines");
                Path rc = project.write(".zshrc", """
                    autoload -Uz compinit && compinit -D -u
                    source '%s'
                    compadd() {
                        local -a hits
                        builtin compadd -O hits "$@"
                        (( $#hits == 0 )) || print -rl -- $hits >>'%s'
                        builtin compadd "$@"
                    }
                    PS1='ready> '
                    """.formatted(script(project), answer))
                        .folder();
                List<String> typed = List.of("ready> ", line + "\t\025exit\n");
                List<String> command = PseudoTerminal.around(command("-i"), 200, typed);
                Launched.start(folder, Map.of("ZDOTDIR", rc.toString()), "", command)
                        .ended()
                        .exits(0);
                return lines(answer).stream().distinct().toList();
            }
        },
        FISH {
            @Override
            List<String> offers(Project project, Path folder, String line) {
                String code = "source '%s'; complete -C '%s'".formatted(script(project), line);
                return run(folder, command("-N", "-c", code))
                        .out()
                        .lines()
                        .map(one -> one.split("\t")[0])
                        .toList();
            }
        };

        abstract List<String> offers(Project project, Path folder, String line);

        Path script(Project project) {
            Result printed = project.run("completion", shell()).exits(0);
            return project.write("completion." + shell(), printed.out())
                    .folder()
                    .resolve("completion." + shell());
        }

        String shell() {
            return name().toLowerCase(Locale.ROOT);
        }

        List<String> command(Object... arguments) {
            assumeTrue(isInstalled(shell()), shell() + " is not installed");
            return Stream.concat(Stream.of(shell()), Stream.of(arguments).map(Object::toString))
                    .toList();
        }

        Launched run(Path folder, List<String> command) {
            Path home = Scratch.folder("home");
            return Launched.start(folder, Map.of("HOME", home.toString()), "", command)
                    .ended()
                    .exits(0);
        }
    }

    private static boolean isInstalled(String tool) {
        return Stream.of(System.getenv("PATH").split(":"))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, tool)));
    }

    private static List<String> lines(Path file) {
        try {
            return Files.exists(file) ? Files.readAllLines(file) : List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<String> offers(Interpreter shell, String line) {
        return shell.offers(project, project.folder(), line);
    }

    @ParameterizedTest
    @EnumSource
    void commandsAndTasksAreOfferedFirst(Interpreter shell) {
        assertThat(offers(shell, "./migopy "))
                .startsWith("status", "execute")
                .contains("dbrestore", "completion", "count")
                .doesNotContain("2_add_users", "--json");
        assertThat(offers(shell, "./migopy --database app exec")).containsExactly("execute");
        assertThat(offers(shell, "./migopy help comp")).containsExactly("completion");
    }

    @ParameterizedTest
    @EnumSource
    void migrationsAreOfferedByTheirNamesInTheirOrder(Interpreter shell) {
        assertThat(offers(shell, "./migopy execute ")).containsExactly("2_add_users", "10_index_users");
        assertThat(offers(shell, "./migopy execute 2_add_users 1")).containsExactly("10_index_users");
        assertThat(offers(shell, "./migopy rollback --to ")).containsExactly("2_add_users", "10_index_users");
        assertThat(offers(shell, "./migopy rollback --to=2"))
                .hasSize(1)
                .first()
                .asString()
                .endsWith("2_add_users");
        assertThat(offers(shell, "./migopy --uri mongodb://localhost:27017/app --json rollback 2"))
                .containsExactly("2_add_users");
        assertThat(offers(shell, "./migopy repair --reason \"by hand\" 2")).containsExactly("2_add_users");
        assertThat(offers(shell, "./migopy backfill pause 2")).containsExactly("2_add_users");
        assertThat(offers(shell, "./migopy create 2")).doesNotContain("2_add_users");
    }

    @ParameterizedTest
    @EnumSource
    void optionsAreThoseOfTheCommandAndThoseOfAll(Interpreter shell) {
        assertThat(offers(shell, "./migopy execute --")).contains("--to", "--timeout", "--json", "--uri");
        assertThat(offers(shell, "./migopy dbdump --coll")).containsExactly("--collection");
        assertThat(offers(shell, "./migopy rollback --st")).containsExactly("--stored");
        assertThat(offers(shell, "./migopy --al")).containsExactly("--all");
        assertThat(offers(shell, "./migopy count --at")).containsExactly("--at-least");
    }

    @ParameterizedTest
    @EnumSource
    void valuesThatAreFewAreOffered(Interpreter shell) {
        assertThat(offers(shell, "./migopy repair 2 --as ")).startsWith("applied", "pending", "unchanged");
        assertThat(offers(shell, "./migopy backfill ")).containsExactly("pause", "resume", "cancel", "continue");
        assertThat(offers(shell, "./migopy completion ")).containsExactly("bash", "zsh", "fish");
        assertThat(offers(shell, "./migopy count --colour ")).containsExactly("RED", "GREEN");
        assertThat(offers(shell, "./migopy create --from ba")).containsExactly("backfill");
        assertThat(offers(shell, "./migopy adopt --from migrate-")).containsExactly("migrate-mongo");
    }

    @ParameterizedTest
    @EnumSource
    void filesAndFoldersAreThoseOfTheShell(Interpreter shell) {
        assertThat(offers(shell, "./migopy dbrestore ")).containsExactly("mongodumps/2026-11-29_app");
        assertThat(lastOf(offers(shell, "./migopy dbrestore su"))).isEqualTo("sub");
        assertThat(lastOf(offers(shell, "./migopy dbdump --dump-directory mongod")))
                .isEqualTo("mongodumps");
        assertThat(lastOf(offers(shell, "./migopy run fixes/n"))).isEqualTo("names.jsh");
        assertThat(lastOf(offers(shell, "./migopy count --report fixes/n"))).isEqualTo("names.jsh");
    }

    @ParameterizedTest
    @EnumSource
    void theMigrationsAreThoseOfTheProjectThatTheCommandRuns(Interpreter shell) {
        Path deep = project.folder().resolve("sub/deep");
        assertThat(shell.offers(project, deep, "../../migopy execute 2")).containsExactly("2_add_users");
        assertThat(shell.offers(project, deep, "migopy execute 2")).containsExactly("2_add_users");
        project.write("old/1_first.java", "");
        assertThat(offers(shell, "./migopy execute --directory old ")).containsExactly("1_first");
        project.entry(TASK + "{ migrationsDirectory = \"old\"; }");
        assertThat(offers(shell, "./migopy execute ")).containsExactly("1_first");
    }

    /** Returns the last name of the last path: zsh offers each part of a path for itself, and not every shell adds a slash. */
    private static String lastOf(List<String> paths) {
        return Path.of(paths.get(paths.size() - 1)).getFileName().toString();
    }

    @Test
    void fishShowsDescriptions() {
        String code = "source '%s'; complete -C './migopy cou'".formatted(Interpreter.FISH.script(project));
        Launched run = Interpreter.FISH.run(project.folder(), Interpreter.FISH.command("-N", "-c", code));
        assertThat(run.out()).isEqualTo("count\tCount Ada's `users`, $HOME and \"more\"\n");
    }

    @Test
    void zshShowsDescriptions() {
        Path rc = project.write(
                        ".zshrc",
                        "autoload -Uz compinit && compinit -D -u\nsource '%s'\nPS1='ready> '\n"
                                .formatted(Interpreter.ZSH.script(project)))
                .folder();
        List<String> typed = List.of("ready> ", "./migopy re\t\t", "-- Resolve what", "\025exit\n");
        List<String> command = PseudoTerminal.around(Interpreter.ZSH.command("-i"), 200, typed);
        Launched run = Launched.start(project.folder(), Map.of("ZDOTDIR", rc.toString()), "", command)
                .ended();
        assertThat(run.exits(0).out()).containsPattern("redo +-- Roll back the newest");
    }

    @Test
    void itNeedsAShellThatItKnows() {
        project.run("completion").exits(2).complainsBriefly().says("completion bash");
        project.run("completion", "powershell").exits(2).complainsBriefly().says("no completion for powershell");
    }

    @Test
    void withJsonTheScriptIsInTheAnswer() {
        assertThat(project.run("completion", "fish", "--json").exits(0).json())
                .containsEntry("shell", "fish")
                .containsEntry("script", project.run("completion", "fish").out());
    }
}
