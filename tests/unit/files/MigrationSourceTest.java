package unit.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import migopy.MigopyException;
import migopy.Problem;
import migopy.files.MigrationFile;
import migopy.files.MigrationSource;
import org.junit.jupiter.api.Test;

class MigrationSourceTest {
    private final Sandbox sandbox = new Sandbox();

    private MigrationSource read() {
        return MigrationSource.read(sandbox.scan().files().get(0));
    }

    private Problem refused() {
        MigrationSource.Sources sources = MigrationSource.readAll(sandbox.scan().files());
        assertThat(sources.sources()).isEmpty();
        return sources.problems().get(0);
    }

    @Test
    void theChecksumDependsOnTheTextAlone() {
        assertThat(MigrationSource.checksum("abc"))
                .isEqualTo("sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    @Test
    void lineEndingsDoNotCount() {
        String checksum = MigrationSource.checksum("a\nb\n\nc");
        assertThat(MigrationSource.checksum("a\r\nb\r\n\r\nc")).isEqualTo(checksum);
        assertThat(MigrationSource.checksum("a\rb\r\rc")).isEqualTo(checksum);
        assertThat(MigrationSource.checksum("a\nb\nc")).isNotEqualTo(checksum);
    }

    @Test
    void blanksAtTheEndOfALineDoNotCount() {
        String checksum = MigrationSource.checksum("a b\n\n  c");
        assertThat(MigrationSource.checksum("a b \t\n  \n  c  ")).isEqualTo(checksum);
        assertThat(MigrationSource.checksum("a  b\n\n  c")).isNotEqualTo(checksum);
        assertThat(MigrationSource.checksum("a b\n\nc")).isNotEqualTo(checksum);
    }

    @Test
    void lineBreaksAtTheEndAndAByteOrderMarkDoNotCount() {
        String checksum = MigrationSource.checksum("a");
        assertThat(MigrationSource.checksum("a\n")).isEqualTo(checksum);
        assertThat(MigrationSource.checksum("a \r\n \n\t\n")).isEqualTo(checksum);
        assertThat(MigrationSource.checksum("\ufeffa")).isEqualTo(checksum);
        assertThat(MigrationSource.checksum("\na")).isNotEqualTo(checksum);
        assertThat(MigrationSource.checksum("")).isEqualTo(MigrationSource.checksum("\r\n  \n"));
    }

    @Test
    void aByteOrderMarkIsAcceptedAndRemoved() {
        sandbox.with("1_a.java", "\ufeffclass Ä {}\n");
        assertThat(read().text()).isEqualTo("class Ä {}\n");
        assertThat(read().checksum()).isEqualTo(MigrationSource.checksum("class Ä {}"));
    }

    @Test
    void theTextIsNotChanged() {
        sandbox.with("1_a.java", "a \r\n\r\n");
        assertThat(read().text()).isEqualTo("a \r\n\r\n");
    }

    @Test
    void aSourceThatIsNotUtf8IsNotCompilable() {
        sandbox.with("1_a.java", "class Ä {}".getBytes(StandardCharsets.ISO_8859_1));
        assertThat(refused().kind()).isEqualTo(Problem.ProblemKind.NOT_COMPILABLE);
        assertThat(refused().name()).isEqualTo("1_a");
        assertThat(refused().message()).isEqualTo("1_a.java is not UTF-8");
        assertThatThrownBy(this::read)
                .isInstanceOfSatisfying(
                        MigopyException.class, e -> assertThat(e.kind()).isEqualTo(MigopyException.Kind.REFUSED));
    }

    @Test
    void aSourceLongerThanOneMegabyteIsRefused() {
        byte[] text = new byte[MigrationSource.LIMIT];
        Arrays.fill(text, (byte) 'a');
        sandbox.with("1_a.java", text);
        assertThat(read().text()).hasSize(MigrationSource.LIMIT);

        sandbox.with("1_a.java", Arrays.copyOf(text, text.length + 1));
        assertThat(refused().message()).startsWith("1_a.java is longer than 1 MB");
    }

    @Test
    void aDeletedFileIsAProblem() {
        sandbox.with("2_b.java", "b");
        MigrationFile gone = new MigrationFile(1, "1_a", Path.of("/nowhere/1_a.java"));
        MigrationSource.Sources sources =
                MigrationSource.readAll(List.of(gone, sandbox.scan().files().get(0)));
        assertThat(sources.sources()).extracting(MigrationSource::text).containsExactly("b");
        assertThat(sources.problems()).extracting(Problem::message).containsExactly("1_a.java no longer exists");
    }
}
