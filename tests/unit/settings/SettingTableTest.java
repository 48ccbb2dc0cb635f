package unit.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static support.Project.withoutServer;

import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;
import migopy.MigrationsManager;
import migopy.settings.Durations;
import migopy.settings.Setting;
import org.junit.jupiter.api.Test;
import support.Checkout;

/** The table of settings: fields, options, help and the manual agree with it. */
class SettingTableTest {
    private static final String HEADING = "| field | environment | option | default | meaning |";

    private static final class Entry extends MigrationsManager {}

    @Test
    void theManualHasTheSameTable() throws IOException {
        List<String> rows = Stream.of(Setting.values())
                .map(setting -> "| %s | %s | %s | %s | %s |"
                        .formatted(
                                code(setting.field()),
                                code(setting.environment()),
                                code(setting.option()),
                                code(setting.defaultText()),
                                setting.help())
                        .replaceAll(" {2,}", " "))
                .toList();
        assertThat(tableInTheManual())
                .as("the table should be:\n" + String.join("\n", rows))
                .isEqualTo(rows);
    }

    @Test
    void eachFieldOfMigopyJavaIsASettingWithTheSameDefault() throws ReflectiveOperationException {
        assertThat(fields().map(Field::getName))
                .containsExactlyInAnyOrderElementsOf(
                        names(Setting::field).filter(Objects::nonNull).toList());
        Entry entry = new Entry();
        for (Field field : fields().toList()) {
            Object value = field.get(entry);
            String expected = setting(field).defaultText();
            if (value instanceof Duration duration) {
                assertThat(duration).as(field.getName()).isEqualTo(Durations.parse(expected, field.getName()));
            } else if (expected == null) {
                assertThat(value).as(field.getName()).isIn(null, false);
            } else {
                assertThat(value).as(field.getName()).hasToString(expected);
            }
        }
    }

    @Test
    void eachFieldOfMigopyJavaReachesItsSetting() throws ReflectiveOperationException {
        Method read = MigrationsManager.class.getDeclaredMethod("fields");
        read.setAccessible(true);
        for (Field field : fields().toList()) {
            Entry entry = new Entry();
            Object value = marker(field.getType());
            field.set(entry, value);
            String text = value instanceof Duration duration ? duration.toMillis() + "ms" : value.toString();
            assertThat(((Map<?, ?>) read.invoke(entry)).get(setting(field)))
                    .as(field.getName())
                    .isEqualTo(text);
        }
    }

    @Test
    void noTwoSettingsShareAName() {
        for (Function<Setting, String> column : List.<Function<Setting, String>>of(
                Setting::field, Setting::environment, Setting::option, Setting::help)) {
            assertThat(names(column).filter(Objects::nonNull)).doesNotHaveDuplicates();
        }
    }

    @Test
    void helpShowsEachOptionWithItsEnvironmentVariableAndDefault() {
        String help = withoutServer().run("help").exits(0).out().replaceAll("\\s+", " ");
        for (Setting setting : Setting.values()) {
            if (setting.option() == null) {
                continue;
            }
            String label = setting.valueLabel() == null ? "" : " " + setting.valueLabel();
            boolean hasDefault = setting.valueLabel() != null && setting.defaultText() != null;
            assertThat(help)
                    .contains(setting.option() + label + " " + setting.help())
                    .contains(hasDefault ? "; default " + setting.defaultText() : "")
                    .contains(setting.environment() == null ? "" : "(" + setting.environment() + ")");
        }
    }

    private static List<String> tableInTheManual() throws IOException {
        List<Path> pages = new ArrayList<>(List.of(Checkout.root().resolve("README.md")));
        try (Stream<Path> docs = Files.list(Checkout.root().resolve("docs"))) {
            docs.filter(page -> page.toString().endsWith(".md")).forEach(pages::add);
        }
        for (Path page : pages) {
            List<String> lines = Files.readAllLines(page);
            int heading = lines.indexOf(HEADING);
            if (heading >= 0) {
                return lines.stream()
                        .skip(heading + 2)
                        .takeWhile(line -> line.startsWith("|"))
                        .toList();
            }
        }
        throw new AssertionError("no page of the manual has the table " + HEADING);
    }

    private static String code(String cell) {
        return cell == null ? "" : "`" + cell + "`";
    }

    private static Stream<String> names(Function<Setting, String> column) {
        return Stream.of(Setting.values()).map(column);
    }

    private static Stream<Field> fields() {
        return Stream.of(MigrationsManager.class.getDeclaredFields())
                .filter(field -> Modifier.isProtected(field.getModifiers()))
                .peek(field -> field.setAccessible(true));
    }

    private static Setting setting(Field field) {
        return Stream.of(Setting.values())
                .filter(setting -> field.getName().equals(setting.field()))
                .findFirst()
                .orElseThrow();
    }

    private static Object marker(Class<?> type) {
        if (type == int.class) {
            return 12345;
        }
        if (type == boolean.class) {
            return true;
        }
        return type == Duration.class ? Duration.ofMillis(1234) : "marker";
    }
}
