package golden;

import java.util.List;
import java.util.Map;
import migopy.StepReport.StepError;
import migopy.command.Verify.VerifyAnswer;
import migopy.console.Answer;
import migopy.run.VerifyRun.VerifyOutcome;

/** Typical answers of {@code verify}, by the names of their golden files. */
final class VerifySamples {
    private static final StepError BROKEN = new StepError(
            "java.lang.IllegalStateException",
            "plans has 14 documents that match {\"users\": 0}, for example _id 7",
            List.of("3_add_plans.java:12    Check.none(\"plans\", eq(\"users\", 0));"));

    private static final List<VerifyOutcome> OUTCOMES = List.of(
            new VerifyOutcome("3_add_plans", 14L, null, BROKEN),
            new VerifyOutcome("5_add_lowercase_emails", 1_200L, null, null),
            new VerifyOutcome("2_open_accounts", null, "9_close_accounts", null));

    private VerifySamples() {}

    static Map<String, Answer> all() {
        return Map.of(
                "verify", answer(OUTCOMES.subList(1, 3)),
                "verify_broken", answer(OUTCOMES),
                "verify_nothing", answer(List.of()));
    }

    private static Answer answer(List<VerifyOutcome> outcomes) {
        return new VerifyAnswer("app", "localhost:27017", outcomes);
    }
}
