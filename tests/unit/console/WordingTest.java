package unit.console;

import static org.assertj.core.api.Assertions.assertThat;

import migopy.console.Wording;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WordingTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0 ms",
        "999, 999 ms",
        "1000, 1.0 s",
        "3499, 3.4 s",
        "59999, 59.9 s",
        "60000, 1 min",
        "125000, 2 min 5 s",
        "3599999, 59 min 59 s",
        "7425000, 2 h 3 min",
        "176400000, 2 d 1 h"
    })
    void aDurationHasTheTwoUnitsThatMatter(long ms, String words) {
        assertThat(Wording.duration(ms)).isEqualTo(words);
    }

    @Test
    void oneIsSingularAndThousandsAreSeparatedByCommas() {
        assertThat(Wording.count(1, "problem")).isEqualTo("1 problem");
        assertThat(Wording.count(3000, "problem")).isEqualTo("3,000 problems");
    }

    @Test
    void charactersThatCouldMoveTheCursorAreEscaped() {
        assertThat(Wording.visible("3_é_\u001b[2J\n\t\r\u202e\u0085\u2028"))
                .isEqualTo("3_é_\\u001b[2J\\n\\t\\r\\u202e\\u0085\\u2028");
    }

    @Test
    void aShownPathCanBePastedIntoAShell() {
        assertThat(Wording.word("/home/ada/dumps/20261120T101231Z-app"))
                .isEqualTo("/home/ada/dumps/20261120T101231Z-app");
        assertThat(Wording.word("Ada's dumps")).isEqualTo("'Ada'\\''s dumps'");
        assertThat(Wording.word("")).isEqualTo("''");
    }

    @Test
    void theDriversWrappingIsRemoved() {
        assertThat(Wording.shortened("Command failed with error 14031 (OutOfDiskSpace): 'no space left'"
                        + " on server localhost:27017. The full response is {\"ok\":"
                        + " 0.0}"))
                .isEqualTo("no space left (OutOfDiskSpace)");
        assertThat(Wording.shortened("Command execution failed on MongoDB server with error 86"
                        + " (IndexKeySpecsConflict): 'Index with name: a_1' on server"
                        + " localhost:27017. The full response is {\"ok\": 0.0}"))
                .isEqualTo("Index with name: a_1 (IndexKeySpecsConflict)");
        assertThat(Wording.shortened("Bulk write operation error on server localhost:27017. Write"
                        + " errors: [BulkWriteError{index=0, code=11000,"
                        + " message='E11000 duplicate key', details={}}]. "))
                .isEqualTo("E11000 duplicate key");
        assertThat(Wording.shortened("plain")).isEqualTo("plain");
    }

    @Test
    void aLongMessageIsCut() {
        assertThat(Wording.shortened("x".repeat(5000))).hasSize(604).endsWith(" ...");
    }
}
