package migopy.run;

import com.mongodb.MongoException;

import migopy.MigopyException;
import migopy.Problem;
import migopy.console.RepairAnswer;
import migopy.console.RepairAnswer.Repaired;
import migopy.files.MigrationSource;
import migopy.journal.Attempt;
import migopy.journal.By;
import migopy.journal.Expected;
import migopy.journal.JournalEntry;
import migopy.journal.Settlement;
import migopy.journal.State;
import migopy.lock.Lease;
import migopy.lock.LockStore;
import migopy.mongo.Connection;
import migopy.mongo.MongoErrors;
import migopy.mongo.ServerOperations;
import migopy.plan.Names;
import migopy.plan.Overview;
import migopy.plan.Situation;
import migopy.settings.Settings;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Writes down what a person has decided: the one way on that no program may choose. */
public final class Repairs {
    /** As long as an error's message may be; a document keeps twenty of them. */
    private static final int REASON_LIMIT = 4 * 1024;

    private final Settings settings;
    private final Order order;
    private final String runId;
    private final By by = By.thisProcess();

    /**
     * What is to be settled, and how.
     *
     * @param names these; empty with one of the next two
     * @param edited all whose file was edited
     * @param missing all whose file is gone
     * @param as {@code applied}, {@code pending} or {@code unchanged}
     * @param reason why; the journal keeps it
     */
    public record Order(
            List<String> names, boolean edited, boolean missing, String as, String reason) {
        public Order {
            names = List.copyOf(names);
        }
    }

    private Repairs(Settings settings, Order order, String runId) {
        this.settings = settings;
        this.order = order;
        this.runId = runId;
    }

    /**
     * Settles, under the lock; either all that is named or, where one of them has nothing to
     * settle, none.
     *
     * @throws MigopyException usage, for an unknown name or a word that does not fit; refused,
     *     where there is nothing to settle; locked, while another run holds the lock; unknown, if
     *     what was interrupted still runs in the server
     * @throws InterruptedException if this thread is interrupted
     */
    public static RepairAnswer run(
            Settings settings, Connection connection, String runId, Order order)
            throws InterruptedException {
        refuseWhatCannotBeMeant(order);
        Survey survey = Survey.of(settings);
        Ledger ledger = Ledger.open(settings, connection);
        try {
            Repairs repairs = new Repairs(settings, order, runId);
            // A wrong name is told before anything is touched.
            repairs.chosen(survey.with(new JournalView(ledger.journal().entries(), Set.of())));
            return repairs.underLock(survey, ledger, connection);
        } catch (MongoException e) {
            throw MongoErrors.translate(
                    e,
                    "Repairing %s.%s"
                            .formatted(settings.database(), settings.migrationsCollection()));
        }
    }

    private static void refuseWhatCannotBeMeant(Order order) {
        if (order.edited() && !order.as().equals(Verdict.UNCHANGED)) {
            throw MigopyException.usage(
                    "--edited accepts edits, so it goes with --as unchanged only",
                    "To take an edited one back: " + MigopyException.COMMAND + " rollback NAME");
        }
        if (order.missing() && order.as().equals(Verdict.UNCHANGED)) {
            throw MigopyException.usage(
                    "--missing goes with --as applied or --as pending",
                    "To do without the files: --missing --as applied");
        }
        if (order.reason().getBytes(StandardCharsets.UTF_8).length > REASON_LIMIT) {
            throw MigopyException.usage(
                    "The reason is longer than 4 kB", "Say it shorter, or where it is written");
        }
    }

    private RepairAnswer underLock(Survey survey, Ledger ledger, Connection connection)
            throws InterruptedException {
        String owner = "%s@%s/%d/%s".formatted(by.user(), by.host(), by.pid(), runId);
        try (Lease lease =
                Lease.acquire(
                        ledger.locks(),
                        new LockStore.Owner(owner, runId, by.host(), by.pid()),
                        settings.lease(),
                        Duration.ZERO,
                        event -> {})) {
            Takeover takeover =
                    new Takeover(
                            new ServerOperations(connection, Ledger.namespaces(settings)), ledger);
            takeover.raiseFence(lease.token());
            Overview overview = survey.with(new JournalView(ledger.journal().entries(), Set.of()));
            List<Verdict> verdicts = new ArrayList<>();
            for (Situation one : chosen(overview)) {
                verdicts.add(Verdict.of(one, order.as()));
            }
            List<Settlement> settlements = new ArrayList<>();
            for (Verdict verdict : verdicts) {
                takeover.clear(verdict.about().entry());
                settlements.add(settlement(verdict, lease));
            }
            for (Settlement settlement : settlements) {
                lease.ensureHeld();
                ledger.journal().settle(settlement.expected(), settlement.update());
            }
            return answer(verdicts);
        }
    }

    /** Those that are meant, in the order in which they run. */
    private List<Situation> chosen(Overview overview) {
        Set<Situation> named = new HashSet<>();
        for (String name : order.names()) {
            named.add(Names.resolve(name, overview.migrations()));
        }
        return overview.migrations().stream()
                .filter(
                        one ->
                                named.contains(one)
                                        || order.edited() && has(one, Problem.Kind.EDITED)
                                        || order.missing() && has(one, Problem.Kind.MISSING))
                .toList();
    }

    private static boolean has(Situation one, Problem.Kind kind) {
        return one.problem() != null && one.problem().kind() == kind;
    }

    private Settlement settlement(Verdict verdict, Lease lease) {
        JournalEntry entry = verdict.about().entry();
        Instant now = lease.serverTime();
        List<Attempt> attempts = new ArrayList<>();
        if (entry.state().underWay()) {
            attempts.add(interrupted(entry));
        }
        String outcome = verdict.state() == null ? order.as() : verdict.state().word();
        attempts.add(
                new Attempt(
                        "repair",
                        outcome,
                        runId,
                        now,
                        now,
                        null,
                        by,
                        null,
                        new Attempt.Note("reason", order.reason())));
        return new Settlement(
                Expected.of(entry),
                verdict.state(),
                lease.token(),
                verdict.ended() ? now : null,
                verdict.takesText() ? text(verdict.about()) : null,
                verdict.fileGone(),
                attempts);
    }

    private static Settlement.Text text(Situation one) {
        MigrationSource source = MigrationSource.read(one.file());
        return new Settlement.Text(source.text(), source.checksum());
    }

    private static Attempt interrupted(JournalEntry entry) {
        return new Attempt(
                entry.state() == State.ROLLING_BACK ? "down" : "up",
                "interrupted",
                entry.run(),
                entry.startedAt(),
                null,
                null,
                entry.by(),
                null,
                null);
    }

    private RepairAnswer answer(List<Verdict> verdicts) {
        List<Repaired> repaired = new ArrayList<>();
        List<String> notices = new ArrayList<>();
        for (Verdict verdict : verdicts) {
            Situation one = verdict.about();
            repaired.add(new Repaired(one.name(), verdict.was(), order.as()));
            if (verdict.takesText() && verdict.state() != null) {
                notices.add(one.name() + " is recorded with the text that its file has now.");
            }
        }
        return new RepairAnswer(runId, repaired, notices);
    }
}
