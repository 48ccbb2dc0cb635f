package migopy.command;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import migopy.MigopyException;
import migopy.Problem;
import migopy.command.Repairs.RepairAnswer.Repaired;
import migopy.console.Answer;
import migopy.console.Table;
import migopy.console.Words;
import migopy.files.MigrationSource;
import migopy.journal.Attempt;
import migopy.journal.Entry;
import migopy.journal.Entry.JournalEntry;
import migopy.journal.Journal;
import migopy.journal.Writes.AcceptedText;
import migopy.journal.Writes.Precondition;
import migopy.journal.Writes.Renaming;
import migopy.journal.Writes.Settlement;
import migopy.plan.NameResolver;
import migopy.plan.Overview;
import migopy.plan.Situation;
import migopy.run.LockedRun;
import migopy.run.RunContext;
import migopy.run.Survey;
import migopy.run.Survey.JournalView;
import org.bson.Document;

/** Records manual decisions about migrations whose outcome no program can determine. */
public final class Repairs {
    private final Order order;
    private final LockedRun locked;

    /**
     * What to repair, and how.
     *
     * @param names the migrations; empty with one of the next two
     * @param edited all whose file was edited
     * @param missing all whose file is gone
     * @param as {@code applied}, {@code pending}, {@code unchanged} or {@code unverified}; or {@link #RENAMED}
     * @param renamedFrom the old name of the only one, or null
     * @param reason why; kept in the journal
     */
    public record Order(
            List<String> names, boolean edited, boolean missing, String as, String renamedFrom, String reason) {
        static final String RENAMED = "renamed";

        public Order {
            names = List.copyOf(names);
        }

        /**
         * Returns the order for a renamed file, which needs no reason.
         *
         * @param reason or null
         */
        public static Order renamed(String name, String from, String reason) {
            return new Order(List.of(name), false, false, RENAMED, from, reason);
        }
    }

    private Repairs(Order order, LockedRun locked) {
        this.order = order;
        this.locked = locked;
    }

    /**
     * Repairs under the lock: either all migrations or, if one of them has nothing to repair, none.
     *
     * @throws MigopyException usage, for an unknown name or a state that does not apply; refused, if there is
     * nothing to repair; locked, while another run holds the lock; unknown, if an interrupted operation is still
     * running on the server; of a signal's kind, if one arrived before anything was written
     */
    public static RepairAnswer run(RunContext context, Order order) {
        refuseWhatCannotBeMeant(order);
        Survey survey = Survey.of(context.settings());
        String what = "Repairing %s.%s"
                .formatted(context.settings().database(), context.settings().migrationsCollection());
        return context.guarded(what, ledger -> {
            // A wrong name is reported before anything is changed.
            check(order, overview(survey, ledger.journal().entries(), ledger.journal()));
            try (LockedRun locked = LockedRun.open(context, ledger, Duration.ZERO)) {
                Overview overview = overview(survey, locked.journalAlone(), ledger.journal());
                Repairs repairs = new Repairs(order, locked);
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

    private static Overview overview(Survey survey, List<Entry> entries, Journal journal) {
        return survey.with(new JournalView(entries, Set.of()), journal);
    }

    private static void refuseWhatCannotBeMeant(Order order) {
        if (order.edited() && !order.as().equals(Resolution.UNCHANGED)) {
            throw MigopyException.usage(
                    "--edited can only be combined with --as unchanged",
                    "To roll back an edited one: " + MigopyException.COMMAND + " rollback NAME");
        }
        if (order.missing() && order.as().equals(Resolution.UNCHANGED)) {
            throw MigopyException.usage(
                    "--missing can only be combined with --as applied or --as pending",
                    "To accept that the files are gone: --missing --as applied");
        }
        if (order.reason() != null) {
            Limits.refuseLong(order.reason());
        }
    }

    private RepairAnswer settle(Overview overview) {
        List<Resolution> resolutions = new ArrayList<>();
        for (Situation one : chosen(order, overview)) {
            resolutions.add(Resolution.of(one, order.as()));
        }
        List<Settlement> settlements = new ArrayList<>();
        for (Resolution resolution : resolutions) {
            locked.recovery().clear(resolution.about().entry());
            settlements.add(settlement(resolution));
        }
        uninterrupted(() -> {
            for (Settlement one : settlements) {
                locked.lease().ensureHeld();
                journal().settle(one.expected(), one.update());
            }
        });
        return answer(resolutions);
    }

    private RepairAnswer rename(Rename rename) {
        if (rename.isDone()) {
            return new RepairAnswer(locked.runId(), List.of(), List.of());
        }
        JournalEntry old = rename.old().entry();
        String name = rename.now().name();
        uninterrupted(() -> {
            locked.lease().ensureHeld();
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
                            locked.lease().token(),
                            repair(Order.RENAMED, "renamed from " + old.name() + why)));
        });
        return new RepairAnswer(locked.runId(), List.of(new Repaired(name, old.name(), Order.RENAMED)), List.of());
    }

    private Journal journal() {
        return locked.ledger().journal();
    }

    /** A signal waits until these few writes are complete: all of them are made, or none. */
    private void uninterrupted(Runnable writes) {
        locked.shutdown().inStep(true);
        try {
            locked.shutdown().throwIfStopped();
            writes.run();
        } finally {
            locked.shutdown().inStep(false);
        }
    }

    /** Returns the chosen migrations, in the order in which they run. */
    private static List<Situation> chosen(Order order, Overview overview) {
        Map<String, Situation> named = NameResolver.resolve(order.names(), overview.migrations());
        return overview.migrations().stream()
                .filter(one -> named.containsKey(one.name())
                        || order.edited() && has(one, Problem.ProblemKind.EDITED)
                        || order.missing() && has(one, Problem.ProblemKind.MISSING))
                .toList();
    }

    private static boolean has(Situation one, Problem.ProblemKind kind) {
        return one.problem() != null && one.problem().kind() == kind;
    }

    private Settlement settlement(Resolution resolution) {
        JournalEntry entry = resolution.about().entry();
        Instant now = locked.lease().serverTime();
        List<Attempt> attempts = new ArrayList<>();
        if (entry.state().underWay()) {
            attempts.add(Attempt.interrupted(entry));
        }
        attempts.add(repair(
                resolution.state() == null ? order.as() : resolution.state().word(), order.reason()));
        return new Settlement(
                Precondition.of(entry),
                resolution.state(),
                locked.lease().token(),
                resolution.ended() ? now : null,
                resolution.takesText() ? text(resolution.about()) : null,
                resolution.fileGone(),
                resolution.unverified() ? entry.verified().accepted(order.reason()) : null,
                attempts);
    }

    private Attempt repair(String outcome, String reason) {
        return locked.decision("repair", outcome, reason);
    }

    private static AcceptedText text(Situation one) {
        MigrationSource source = MigrationSource.read(one.file());
        return new AcceptedText(source.text(), source.checksum());
    }

    private RepairAnswer answer(List<Resolution> resolutions) {
        List<Repaired> repaired = new ArrayList<>();
        List<String> notices = new ArrayList<>();
        for (Resolution resolution : resolutions) {
            Situation one = resolution.about();
            repaired.add(new Repaired(one.name(), resolution.was(), order.as()));
            if (resolution.takesText() && resolution.state() != null) {
                notices.add(one.name() + " is recorded with the text that its file has now.");
            }
        }
        return new RepairAnswer(locked.runId(), repaired, notices);
    }

    /**
     * What was repaired.
     *
     * @param run the run's id
     * @param repaired one for each migration, in their order; empty if there was nothing to repair
     * @param notices information that is not a problem, one line each
     */
    public record RepairAnswer(String run, List<Repaired> repaired, List<String> notices) implements Answer {

        /**
         * @param name the migration, without {@code .java}
         * @param was the old state: {@code interrupted}, {@code missing}, {@code edited}, ...; for a renamed one its
         * old name
         * @param as the new state: {@code applied}, {@code pending}, {@code unchanged}, {@code unverified} or {@code renamed}
         */
        public record Repaired(String name, String was, String as) {}

        public RepairAnswer {
            repaired = List.copyOf(repaired);
            notices = List.copyOf(notices);
        }

        @Override
        public void words(Words out) {
            notices.forEach(out::line);
            if (repaired.isEmpty()) {
                out.line("Nothing to repair.");
                return;
            }
            Table table = new Table(out, Table.Align.LEFT, Table.Align.LEFT);
            repaired.forEach(one -> table.row(one.as(), one.name(), before(one.was())));
            table.print();
        }

        private static String before(String was) {
            return switch (was) {
                case "failed" -> "had failed";
                case "rollback_failed" -> "its rollback had failed";
                default -> "was " + was;
            };
        }

        @Override
        public Document json() {
            List<Document> all = repaired.stream()
                    .map(one -> new Document("name", one.name())
                            .append("was", one.was())
                            .append("as", one.as()))
                    .toList();
            return new Document("run", run).append("repaired", all).append("notices", notices);
        }
    }
}
