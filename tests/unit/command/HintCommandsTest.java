package unit.command;

import static org.assertj.core.api.Assertions.assertThat;
import static support.Project.withoutServer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import support.Checkout;

/** Every command of every hint in the library's sources exists, with the options that the hint names. */
class HintCommandsTest {
    private static final Pattern LITERALS = Pattern.compile("\"\\s*\\+\\s*\"");

    /** {@code {migopy} repair NAME --as pending}, up to the end of the literal or the next command. */
    private static final Pattern TEXT =
            Pattern.compile("\\{migopy} ([a-z][a-z-]*)((?:(?!\\{migopy})[^\"\\n]|\\\\\")*)");

    private static final Pattern CALL = Pattern.compile("Wording\\.command\\(\\s*\"([a-z-]+)\"((?:[^()]|\\(\\))*)\\)");

    private static final Pattern OPTION = Pattern.compile("(?<![\\w-])--[a-z][a-z-]*");

    @TestFactory
    Stream<DynamicTest> commandsOfHintsExistWithTheirOptions() throws IOException {
        String common = withoutServer().run("help").exits(0).out();
        return named().entrySet().stream()
                .map(command ->
                        DynamicTest.dynamicTest(command.getKey() + " " + String.join(" ", command.getValue()), () -> {
                            String help = withoutServer()
                                    .run("help", command.getKey())
                                    .exits(0)
                                    .out();
                            assertThat(command.getValue())
                                    .allSatisfy(option -> assertThat(help + common)
                                            .containsPattern(Pattern.quote(option) + "(?![\\w-])"));
                        }));
    }

    @Test
    void everyKindOfHintIsFound() throws IOException {
        assertThat(named()).containsKeys("execute", "rollback", "repair", "status", "unlock", "dbrestore", "history");
        assertThat(named().get("repair")).contains("--as", "--reason", "--renamed-from");
        assertThat(named().get("execute")).contains("--retry", "--out-of-order");
    }

    private static Map<String, Set<String>> named() throws IOException {
        Map<String, Set<String>> commands = new TreeMap<>();
        try (Stream<Path> files = Files.walk(Checkout.root().resolve("lib"))) {
            for (Path source :
                    files.filter(file -> file.toString().endsWith(".java")).toList()) {
                String text = LITERALS.matcher(Files.readString(source)).replaceAll("");
                text = text.replace("\" + MigopyException.COMMAND + \"", "{migopy}")
                        .replace("MigopyException.COMMAND + \"", "\"{migopy}")
                        .replace("%s execute\".formatted(MigopyException.COMMAND", "{migopy} execute\"");
                for (Pattern pattern : new Pattern[] {TEXT, CALL}) {
                    Matcher hint = pattern.matcher(text);
                    while (hint.find()) {
                        Set<String> options = commands.computeIfAbsent(hint.group(1), name -> new TreeSet<>());
                        OPTION.matcher(hint.group(2)).results().forEach(option -> options.add(option.group()));
                    }
                }
            }
        }
        return commands;
    }
}
