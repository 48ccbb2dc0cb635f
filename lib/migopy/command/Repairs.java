package migopy.command;

import migopy.run.Survey;

import migopy.run.Operation;


import migopy.run.RunContext;

import migopy.run.JournalView;


import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import migopy.MigopyException;
import migopy.Problem;
import migopy.command.RepairAnswer.Repaired;
import migopy.files.MigrationSource;
import migopy.journal.Attempt;
import migopy.journal.Entry;
import migopy.journal.Entry.JournalEntry;
import migopy.journal.Journal;
import migopy.journal.Writes.Precondition;
import migopy.journal.Writes.Renaming;
import migopy.journal.Writes.Settlement;
import migopy.plan.NameResolver;
import migopy.plan.Overview;
import migopy.plan.Situation;

/** Writes down what a person has decided: the one way on that no program may choose. */
public final class Repairs {
    /** As long as an error's message may be; a document keeps twenty of them. */
    private static final int REASON_LIMIT = 4 * 1024;

    private final Order order;
    private final Operation operation;

    /**
     * What is to be settled, and how.
     *
     * @param names these; empty with one of the next two
     * @param edited all whose file was edited
     * @param missing all whose file is gone
     * @param as {@code applied}, {@code pending} or {@code unchanged}; or {@link #RENAMED}
     * @param renamedFrom the name that the only one had before, or null
     * @param reason why; the journal keeps it
     */
    public record Order(
            List<String> names, boolean edited, boolean missing, String as, String renamedFrom, String reason) {
        static final String RENAMED = "renamed";

        public Order {
            names = List.copyOf(names);
        }

        /**
         * That a file was renamed, which needs no other reason.
         *
         * @param reason null for none
         */
        public static Order renamed(String name, String from, String reason) {
            return new Order(List.of(name), false, false, RENAMED, from, reason);
        }
    }

    private Repairs(Order order, Operation operation) {
        this.order = order;
        this.operation = operation;
    }

    /**
     * Settles, under the lock; either all that is named or, where one of them has nothing to
     * settle, none.
     *
     * @throws MigopyException usage, for an unknown name or a word that does not fit; refused,
     *     where there is nothing to settle; locked, while another run holds the lock; unknown, if
     *     what was interrupted still runs in the server; of a signal's kind, where one came before
     *     anything was settled
     */
    public static RepairAnswer run(RunContext context, Order order) {
        refuseWhatCannotBeMeant(order);
        Survey survey = Survey.of(context.settings());
        String what = "Repairing %s.%s"
                .formatted(context.settings().database(), context.settings().migrationsCollection());
        return context.guarded(what, ledger -> {
            // A wrong name is reported before anything is touched.
            check(order, overview(survey, ledger.journal().entries()));
            try (Operation operation = Operation.open(context, ledger, Duration.ZERO)) {
                Overview overview = overview(survey, operation.journalAlone());
                Repairs repairs = new Repairs(order, operation);
                return order.renamedFrom() == null
                        ? repairs.settle(overview)
                        : repairs.rename(Rename.of(order, overview));
            }
        });
    }

    private static void check(Order order, Overview overview) {
        if (order.renamedFrom() == null) {
            chosen(order, overview);
        } else {
            Rename.of(order, overview);
        }
    }

    private static Overview overview(Survey survey, List<Entry> entries) {
        return survey.with(new JournalView(entries, Set.of()));
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
        if (order.reason() != null && order.reason().getBytes(StandardCharsets.UTF_8).length > REASON_LIMIT) {
            throw MigopyException.usage("The reason is longer than 4 kB", "Say it shorter, or where it is written");
        }
    }

    private RepairAnswer settle(Overview overview) {
        List<Verdict> verdicts = new ArrayList<>();
        for (Situation one : chosen(order, overview)) {
            verdicts.add(Verdict.of(one, order.as()));
        }
        List<Settlement> settlements = new ArrayList<>();
        for (Verdict verdict : verdicts) {
            operation.takeover().clear(verdict.about().entry());
            settlements.add(settlement(verdict));
        }
        uninterrupted(() -> {
            for (Settlement one : settlements) {
                operation.lease().ensureHeld();
                journal().settle(one.expected(), one.update());
            }
        });
        return answer(verdicts);
    }

    private RepairAnswer rename(Rename rename) {
        if (rename.isDone()) {
            return new RepairAnswer(operation.runId(), List.of(), List.of());
        }
        JournalEntry old = rename.old().entry();
        String name = rename.now().name();
        uninterrupted(() -> {
            operation.lease().ensureHeld();
            if (rename.isHalfDone()) {
                journal().remove(Precondition.of(old));
                return;
            }
            JournalEntry earlier = rename.now().entry();
            String why = order.reason() == null ? "" : ": " + order.reason();
            journal()
                    .rename(new Renaming(
                            Precondition.of(old),
                            earlier == null ? Precondition.absent(name) : Precondition.of(earlier),
                            old.name(),
                            rename.now().file().fileName(),
                            rename.now().file().number(),
                            operation.lease().token(),
                            repair(Order.RENAMED, "renamed from " + old.name() + why)));
        });
        return new RepairAnswer(operation.runId(), List.of(new Repaired(name, old.name(), Order.RENAMED)), List.of());
    }

    private Journal journal() {
        return operation.ledger().journal();
    }

    /** A signal waits for the end of these few writes: all of them are made, or none. */
    private void uninterrupted(Runnable writes) {
        operation.watchdog().inStep(true);
        try {
            if (operation.watchdog().stopped().isPresent()) {
                throw operation.watchdog().endedEarly(null);
            }
            writes.run();
        } finally {
            operation.watchdog().inStep(false);
        }
    }

    /** Those that are meant, in the order in which they run. */
    private static List<Situation> chosen(Order order, Overview overview) {
        Map<String, Situation> named = NameResolver.resolve(order.names(), overview.migrations());
        return overview.migrations().stream()
                .filter(one -> named.containsKey(one.name())
                        || order.edited() && has(one, Problem.Kind.EDITED)
                        || order.missing() && has(one, Problem.Kind.MISSING))
                .toList();
    }

    private static boolean has(Situation one, Problem.Kind kind) {
        return one.problem() != null && one.problem().kind() == kind;
    }

    private Settlement settlement(Verdict verdict) {
        JournalEntry entry = verdict.about().entry();
        Instant now = operation.lease().serverTime();
        List<Attempt> attempts = new ArrayList<>();
        if (entry.state().underWay()) {
            attempts.add(Attempt.interrupted(entry));
        }
        attempts.add(
                repair(verdict.state() == null ? order.as() : verdict.state().word(), order.reason()));
        return new Settlement(
                Precondition.of(entry),
                verdict.state(),
                operation.lease().token(),
                verdict.ended() ? now : null,
                verdict.takesText() ? text(verdict.about()) : null,
                verdict.fileGone(),
                attempts);
    }

    private Attempt repair(String outcome, String reason) {
        Instant now = operation.lease().serverTime();
        return new Attempt(
                "repair",
                outcome,
                operation.runId(),
                now,
                now,
                null,
                operation.by(),
                null,
                new Attempt.Note("reason", reason));
    }

    private static Settlement.AcceptedText text(Situation one) {
        MigrationSource source = MigrationSource.read(one.file());
        return new Settlement.AcceptedText(source.text(), source.checksum());
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
        return new RepairAnswer(operation.runId(), repaired, notices);
    }
}
