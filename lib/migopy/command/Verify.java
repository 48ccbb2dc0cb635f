package migopy.command;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import migopy.MigopyException;
import migopy.Problem;
import migopy.console.Answer;
import migopy.console.ErrorAnswer;
import migopy.console.Json;
import migopy.console.Table;
import migopy.console.Words;
import migopy.plan.Plan;
import migopy.report.Finding;
import migopy.report.Findings;
import migopy.report.ReportFormat;
import migopy.run.RunContext;
import migopy.run.VerifyRun;
import migopy.run.VerifyRun.VerifyOutcome;
import migopy.run.VerifyRun.VerifyRequest;
import migopy.run.VerifyRun.VerifyResult;
import org.bson.Document;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code verify [NAME...]}. */
@Command(
        name = "verify",
        description = "Calls verify() of applied migrations that have one. Exits 7 if a condition does not hold.")
public final class Verify implements Action {
    @Parameters(arity = "0..*", paramLabel = "NAME", description = "only these")
    private List<String> names = new ArrayList<>();

    @Option(names = "--since", paramLabel = "NAME", description = "only those with higher numbers")
    private String since;

    @Option(names = "--stored", description = "use the source in the journal of migrations whose file is missing")
    private boolean stored;

    @Mixin
    private final FormatOption format = new FormatOption();

    @Override
    public int run(Session session) {
        ReportFormat chosen = format.chosen(session);
        return session.watched(context -> {
            VerifyResult result = VerifyRun.run(context, new VerifyRequest(names, since, stored));
            if (!result.problems().isEmpty()) {
                MigopyException refusal = Plan.refusal(result.problems());
                FormatOption.answer(
                        session,
                        chosen,
                        ErrorAnswer.of(refusal, result.problems()),
                        findings(context, List.of(), result.problems()));
                return refusal.kind().exitCode();
            }
            VerifyAnswer answer = new VerifyAnswer(
                    context.settings().database(), context.connection().server(), result.outcomes());
            FormatOption.answer(session, chosen, answer, findings(context, result.outcomes(), List.of()));
            return answer.exitCode();
        });
    }

    private static Findings findings(RunContext context, List<VerifyOutcome> outcomes, List<Problem> problems) {
        Map<String, Long> durations = new HashMap<>();
        List<Finding> findings = new ArrayList<>();
        for (VerifyOutcome one : outcomes) {
            if (one.durationMs() != null) {
                durations.put(one.name(), one.durationMs());
            }
            if (one.error() != null) {
                findings.add(Finding.failure(
                        "verify_failed",
                        one.name(),
                        "verify() failed",
                        one.error(),
                        "The application may rely on what does not hold any more.",
                        VerifyAnswer.fix(one)));
            }
        }
        return new Findings(
                "verify",
                context.settings().shown(context.settings().migrationsDirectory()),
                outcomes.stream().map(VerifyOutcome::name).toList(),
                durations,
                findings,
                problems,
                false);
    }

    /**
     * What came of the conditions.
     *
     * @param server host and port
     * @param outcomes one for each migration with a {@code verify()}, in their order
     */
    public record VerifyAnswer(String database, String server, List<VerifyOutcome> outcomes) implements Answer {
        public VerifyAnswer {
            outcomes = List.copyOf(outcomes);
        }

        int exitCode() {
            return isError() ? MigopyException.Kind.FINDINGS.exitCode() : 0;
        }

        private List<VerifyOutcome> broken() {
            return outcomes.stream().filter(one -> one.error() != null).toList();
        }

        @Override
        public boolean isError() {
            return !broken().isEmpty();
        }

        @Override
        public void words(Words out) {
            out.line(database + " on " + server);
            out.gap();
            if (outcomes.isEmpty()) {
                out.line("No applied migration has a verify().");
                return;
            }
            Table table = new Table(out, Table.Align.LEFT, Table.Align.LEFT);
            outcomes.forEach(one -> table.row(
                    one.word(), one.name(), one.by() == null ? out.duration(one.durationMs()) : "by " + one.by()));
            table.print();
            for (VerifyOutcome one : broken()) {
                out.gap();
                out.failure(one.name(), one.error());
            }
            if (isError()) {
                out.line(fix(broken().get(0)));
            }
        }

        private static String fix(VerifyOutcome broken) {
            return "Fix the data. If a later migration changed it on purpose, add to that file: //RETIRES "
                    + broken.name();
        }

        @Override
        public Document json() {
            return new Document("database", database)
                    .append(
                            "verified",
                            outcomes.stream().map(VerifyAnswer::json).toList())
                    .append("exitCode", exitCode());
        }

        private static Document json(VerifyOutcome one) {
            Document json = new Document("name", one.name()).append("outcome", one.word());
            Json.put(json, "durationMs", one.durationMs());
            Json.put(json, "by", one.by());
            return Json.put(json, "error", one.error() == null ? null : Json.failure(one.error()));
        }
    }
}
