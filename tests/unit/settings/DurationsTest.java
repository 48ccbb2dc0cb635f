package unit.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import migopy.MigopyException;
import migopy.settings.Durations;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DurationsTest {
    @ParameterizedTest
    @CsvSource({"500ms,PT0.5S", "5s,PT5S", "10m,PT10M", "2h,PT2H", "999999999h,PT999999999H"})
    void aDurationIsANumberAndItsUnit(String text, String duration) {
        assertThat(Durations.parse(text, "--timeout")).hasToString(duration);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "5", "s", "5 s", " 5s", "5S", "5sec", "1d", "-1s", "1.5s", "1h30m", "0s"})
    void anythingElseIsRefusedWithItsName(String text) {
        assertThatThrownBy(() -> Durations.parse(text, "--timeout"))
                .isInstanceOf(MigopyException.class)
                .hasMessageContaining("--timeout");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0s", "0ms", "00h"})
    void zeroIsAcceptedWhereItMakesSense(String text) {
        assertThat(Durations.parseFromZero(text, "--wait")).isZero();
    }
}
