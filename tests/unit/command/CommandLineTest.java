package unit.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import migopy.MigopyException;
import migopy.MigrationsManager;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import support.Scratch;

/** The command line, without a database. */
class CommandLineTest {
    private final Map<String, String> environment = new TreeMap<>(Map.of("MIGOPY_COMMAND", "./migopy"));
    private String out;
    private String err;

    private class Entry extends MigrationsManager {
        {
            mongoDatabase = "app";
        }

        @Override
        protected Map<String, String> environment() {
            return environment;
        }

        @Command(description = "Archive the last dump")
        int archive(@Option(names = "--loud") boolean loud, @Parameters(arity = "0..1") String where) {
            System.out.println("archived to " + where + (loud ? ", loudly" : ""));
            return loud ? 9 : 0;
        }

        @Command(description = "Throws a MigopyException")
        void refuse() {
            throw MigopyException.refused("not today", "Tomorrow: {migopy} refuse");
        }

        @Command(description = "Fails with two commands to type")
        void retry() {
            throw MigopyException.refused(
                    "not here", "Here: {migopy} retry --directory e, or: {migopy} retry --embedded");
        }

        @Command(description = "Has an option with the name of a setting")
        void copy(@Option(names = "--database") String other) {
            System.out.println("copied to " + other);
        }

        @Command(description = "Runs a command")
        int twice() {
            return run("help") + run("--version");
        }
    }

    private int run(String... arguments) {
        ByteArrayOutputStream outBytes = new ByteArrayOutputStream();
        ByteArrayOutputStream errBytes = new ByteArrayOutputStream();
        int exitCode = new Entry().run(new PrintStream(outBytes), new PrintStream(errBytes), arguments);
        out = outBytes.toString(StandardCharsets.UTF_8);
        err = errBytes.toString(StandardCharsets.UTF_8);
        return exitCode;
    }

    @Test
    void helpNamesEveryCommandAndThoseOfTheProject() {
        assertThat(run("help")).isZero();
        assertThat(out)
                .contains("execute [NAME...]", "rollback NAME...", "archive", "Archive the last dump", "--uri URI");
        assertThat(err).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"execute", "rollback", "archive"})
    void helpOfACommandIsTheSameTextAsItsHelpOption(String command) {
        assertThat(run("help", command)).isZero();
        String help = out;
        assertThat(run(command, "--help")).isZero();
        assertThat(out).isEqualTo(help).startsWith("./migopy " + command);
        run("--help", command);
        assertThat(out).isEqualTo(help);
    }

    @Test
    void helpOfAnUnknownCommandIsRefused() {
        assertThat(run("help", "exceute")).isEqualTo(2);
        assertThat(err).contains("Unknown command: exceute", "Did you mean ./migopy execute?");
    }

    @Test
    void anUnknownCommandIsRefusedWithTheNearestOne() {
        assertThat(run("staus")).isEqualTo(2);
        assertThat(out).isEmpty();
        assertThat(err)
                .isEqualTo("Unknown command: staus\nDid you mean ./migopy status? List all commands: ./migopy help\n");
    }

    @Test
    void anUnknownCommandIsComparedWithCustomTasksToo() {
        assertThat(run("archiv")).isEqualTo(2);
        assertThat(err).contains("Did you mean ./migopy archive?");
    }

    @Test
    void anUnknownOptionIsRefusedWithoutItsValue() {
        assertThat(run("execute", "--pasword=hunter2")).isEqualTo(2);
        assertThat(err)
                .contains("execute does not take --pasword", "Did you mean --password?")
                .doesNotContain("hunter2");
    }

    @Test
    void anOptionWithoutItsValueIsRefused() {
        assertThat(run("execute", "--steps")).isEqualTo(2);
        assertThat(err).contains("execute needs N after --steps");
        assertThat(run("--uri")).isEqualTo(2);
        assertThat(err).contains("--uri needs a value");
    }

    @Test
    void anOptionThatTakesNoValueIsRefusedWithOneAndAPasswordIsNotShown() {
        assertThat(run("--password=hunter2")).isEqualTo(2);
        assertThat(err)
                .contains("--password does not take a value, it prompts for the password")
                .doesNotContain("hunter2");
    }

    @Test
    void anOptionGivenTwiceIsRefused() {
        assertThat(run("--host", "a", "--host", "b")).isEqualTo(2);
        assertThat(err).contains("--host is given twice");
    }

    @Test
    void withoutATerminalThereIsNoPasswordPrompt() {
        environment.put("MIGOPY_HOME", Scratch.folder("command").toString());
        assertThat(run("status", "--password")).isEqualTo(2);
        assertThat(err).contains("requires a terminal");
    }

    @Test
    void rollbackNeedsExactlyOneSelection() {
        assertThat(run("rollback")).isEqualTo(2);
        assertThat(run("rollback", "3", "--last", "1")).isEqualTo(2);
        assertThat(err).contains("cannot be combined");
    }

    @Test
    void anErrorIsOneJsonDocumentWithJson() {
        assertThat(run("--json", "staus")).isEqualTo(2);
        assertThat(err).isEmpty();
        Document answer = Document.parse(out);
        assertThat(answer.getInteger("exitCode")).isEqualTo(2);
        assertThat(answer.get("error", Document.class))
                .containsEntry("kind", "usage")
                .containsEntry("hint", "Did you mean ./migopy status? List all commands: ./migopy help");
    }

    @Test
    void invalidArgumentsAreAnsweredWithJsonToo() {
        assertThat(run("status", "--json", "--uri")).isEqualTo(2);
        assertThat(Document.parse(out).get("error", Document.class)).containsEntry("kind", "usage");
    }

    @Test
    void theVersionIsShown() {
        assertThat(run("--version")).isZero();
        assertThat(out).isEqualTo("migopy " + migopy.journal.Actor.VERSION + "\n");
        assertThat(run("--version", "--json")).isZero();
        assertThat(Document.parse(out)).containsEntry("version", migopy.journal.Actor.VERSION);
    }

    @Test
    void aTaskHasOptionsAndItsResultIsTheExitCode() {
        assertThat(run("archive", "tape", "--loud")).isEqualTo(9);
        assertThat(out).isEqualTo("archived to tape, loudly\n");
    }

    @Test
    void withJsonATaskPrintsToStandardError() {
        assertThat(run("archive", "--json")).isZero();
        assertThat(err).isEqualTo("archived to null\n");
        assertThat(Document.parse(out)).containsEntry("task", "archive").containsEntry("exitCode", 0);
    }

    @Test
    void aTaskCanThrowAMigopyException() {
        assertThat(run("refuse")).isEqualTo(3);
        assertThat(err).isEqualTo("not today\nTomorrow: ./migopy refuse\n");
    }

    @Test
    void aHintRepeatsTheOptionsThatLeadToTheSameDatabase() {
        run("--tls", "refuse", "--database", "it's", "--directory=other folder", "--uri", "mongodb://h:27018/?w=1");
        assertThat(err)
                .endsWith("Tomorrow: ./migopy --uri 'mongodb://h:27018/?w=1' --database 'it'\\''s' --tls"
                        + " --directory 'other folder' refuse\n");
        run("refuse", "--embedded", "--verbose", "--dump");
        assertThat(err).contains("Tomorrow: ./migopy --embedded refuse\n");
        run("refuse", "--database", "other", "--json");
        assertThat(out).contains("Tomorrow: ./migopy --database other refuse");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "mongodb://ada:open-sesame@h/app",
                "mongodb://ada:open-sesame/h",
                "mongodb://h/open-sesame@x",
                "mongodb://h/?authMechanismProperties=AWS_SESSION_TOKEN:open-sesame",
                "mongodb://h/?proxyPassword=open-sesame",
                "open-sesame"
            })
    void aHintMasksAUriWithASecret(String uri) {
        run("refuse", "--uri", uri);
        assertThat(err).endsWith("Tomorrow: ./migopy --uri '****' refuse\n").doesNotContain("sesame");
    }

    @Test
    void aHintDoesNotRepeatAnOptionThatItNamesItself() {
        run("refuse", "--database", "other", "--directory", "d", "--uri", "mongodb://h");
        assertThat(err).contains("./migopy --uri mongodb://h --database other --directory d refuse\n");
        run("retry", "--database", "other", "--directory", "d", "--uri", "mongodb://h");
        assertThat(err)
                .contains(
                        "Here: ./migopy --uri mongodb://h --database other retry --directory e, or: ./migopy --database"
                                + " other --directory d retry --embedded\n");
    }

    @Test
    void afterTheNameOfATaskItsOwnOptionsComeFirst() {
        assertThat(run("copy", "--database", "other")).isZero();
        assertThat(out).isEqualTo("copied to other\n");
    }

    @Test
    void aTaskCanRunACommand() {
        assertThat(run("twice")).isZero();
    }

    @Test
    void aStackTraceIsOnlyPrintedWithVerbose() {
        run("refuse");
        assertThat(err).doesNotContain("\tat ");
        run("refuse", "--verbose");
        assertThat(err).contains("\tat ", " ms  ended");
    }
}
