package golden;

import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import migopy.MigopyException;
import migopy.console.Answer;
import migopy.console.Words;
import migopy.dump.DumpAnswer;
import migopy.dump.DumpAnswer.OwnDumpAnswer;
import migopy.dump.RestoreAnswer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class DumpAnswersTest {
    private static final String FOLDER = "/home/ada/app/mongodumps/20261120T101231Z-app";

    private static final Map<String, Answer> SAMPLES = Map.of(
            "dump",
            new DumpAnswer(
                    "app",
                    FOLDER,
                    true,
                    List.of(
                            new DumpAnswer.CollectionSize("adults", "view", 0, 240),
                            new DumpAnswer.CollectionSize("users", "collection", 1_204_000, 250_480_120)),
                    Duration.ofMillis(12_345)),
            "dump_without_snapshot",
            new DumpAnswer(
                    "app",
                    FOLDER,
                    false,
                    List.of(new DumpAnswer.CollectionSize("users", "collection", 1, 999)),
                    Duration.ofMillis(31)),
            "dump_own",
            new OwnDumpAnswer("app", FOLDER),
            "restore",
            new RestoreAnswer(
                    "app",
                    FOLDER,
                    true,
                    List.of(restored("adults", "view", 0, 0, 0), restored("users", "collection", 1_204_000, 0, 3)),
                    List.of(),
                    List.of(),
                    "",
                    List.of(),
                    List.of(),
                    null,
                    Duration.ofMillis(123_456)),
            "restore_exact",
            new RestoreAnswer(
                    "app",
                    FOLDER,
                    true,
                    List.of(restored("users", "collection", 7, 0, 1)),
                    List.of("orders"),
                    List.of(),
                    "",
                    List.of(new RestoreAnswer.RefusedIndex(
                            "users", "a_true", "Values in v:2 index key pattern" + " cannot be of type bool.")),
                    List.of(),
                    null,
                    Duration.ofMillis(456)),
            "restore_kept",
            new RestoreAnswer(
                    "app",
                    FOLDER,
                    true,
                    List.of(restored("users", "collection", 7, 0, 1)),
                    List.of(),
                    List.of("orders", "prices"),
                    "To drop them too: {migopy} dbrestore DIR --drop --exact",
                    List.of(),
                    List.of(),
                    null,
                    Duration.ofMillis(456)),
            "restore_half",
            new RestoreAnswer(
                    "app",
                    FOLDER,
                    true,
                    List.of(
                            restored("orders", "collection", 1, 0, 0),
                            new RestoreAnswer.RestoredCollection(
                                    "users", "collection", RestoreAnswer.RestoreState.UNCHANGED, 0, 0, 0)),
                    List.of(),
                    List.of(),
                    "",
                    List.of(),
                    List.of(),
                    MigopyException.failed("Replacing users: not primary", "Finish it: {migopy} dbrestore --finish"),
                    Duration.ofMillis(456)),
            "restore_duplicates",
            new RestoreAnswer(
                    "app",
                    FOLDER,
                    false,
                    List.of(
                            restored("orders", "collection", 0, 1, 0),
                            restored("users", "collection", 7, 1_204_000, 1)),
                    List.of(),
                    List.of(),
                    "",
                    List.of(),
                    List.of(new RestoreAnswer.RejectedDocuments(
                            "users", 2, "E11000 duplicate key error collection: app.users index: email_1")),
                    null,
                    Duration.ofMillis(456)));

    private static RestoreAnswer.RestoredCollection restored(
            String name, String type, long documents, long duplicates, int indexes) {
        return new RestoreAnswer.RestoredCollection(
                name, type, RestoreAnswer.RestoreState.RESTORED, documents, duplicates, indexes);
    }

    static Stream<String> samples() {
        return SAMPLES.keySet().stream();
    }

    @ParameterizedTest
    @MethodSource("samples")
    void anAnswerIsShownAsTextAndJson(String sample) {
        Words words = new Words(new Words.Look(80, false, "./migopy", ZoneOffset.UTC));
        SAMPLES.get(sample).words(words);
        Golden.check(sample + ".80.txt", words.toString());
        Golden.check(sample + ".json", SAMPLES.get(sample).json().toJson() + "\n");
    }
}
