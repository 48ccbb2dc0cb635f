package mongo.command;

import static org.assertj.core.api.Assertions.assertThat;
import static support.Project.withoutServer;

import java.util.List;
import org.junit.jupiter.api.Test;
import support.Result;

class HelpTest {
    private static final List<String> COMMANDS = List.of(
            "status",
            "execute",
            "rollback",
            "ignore",
            "create",
            "edit",
            "validate",
            "history",
            "repair",
            "unlock",
            "run",
            "shell",
            "dbdump",
            "dbrestore",
            "help");

    @Test
    void helpNamesEveryCommand() {
        Result result = withoutServer().run("help").exits(0);
        assertThat(result.out()).contains(COMMANDS);
        assertThat(withoutServer().run("--help").exits(0).out()).isEqualTo(result.out());
    }

    @Test
    void helpOfACommandEqualsItsHelpOption() {
        for (String command : COMMANDS) {
            Result help = withoutServer().run("help", command).exits(0);
            assertThat(help.out()).isNotBlank();
            assertThat(withoutServer().run(command, "--help").exits(0).out())
                    .as(command)
                    .isEqualTo(help.out());
        }
    }

    @Test
    void theHelpOfACommandNamesEachOfItsOptions() {
        names("status", "--all", "--check");
        names(
                "execute",
                "--to",
                "--steps",
                "--dry-run",
                "--out-of-order",
                "--retry",
                "--wait",
                "--timeout",
                "--dump",
                "--dump-touched",
                "--estimate");
        names("rollback", "--last", "--to", "--run", "--stored", "--dry-run", "--wait", "--timeout");
        names("ignore", "--to");
        names("create", "--from", "--timestamp", "--number");
        names("edit", "--no-open");
        names("validate", "--database");
        names("repair", "--as", "--reason", "--edited", "--missing");
        names("unlock", "--owner");
        names("run", "--reason", "--java", "--timeout", "--wait");
        names("dbdump", "--collection", "--gzip");
        names("dbrestore", "--collection", "--gzip", "--drop");
    }

    private static void names(String command, String... options) {
        assertThat(withoutServer().run("help", command).exits(0).out()).contains(options);
    }

    @Test
    void everySummaryStartsInTheSameColumn() {
        String help = withoutServer().run("help").exits(0).out();
        assertThat(help.lines().filter(line -> line.startsWith("  ")))
                .allSatisfy(line -> assertThat(line).matches("  \\S.{0,34} \\S.*|  \\S.{35,}|  \\S+| {38}\\S.*"));
        assertThat(help).containsPattern("continue NAME\n {38}Control a running backfill");
    }

    @Test
    void helpOfAnUnknownCommandExits2() {
        withoutServer().run("help", "nothing").exits(2).complainsBriefly();
    }

    @Test
    void theVersionIsThatInTheJournal() {
        withoutServer().run("--version").exits(0).says("0.1.0");
    }
}
