package migopy.plan;

import java.util.List;
import migopy.MigopyException;
import migopy.Problem;
import migopy.StepReport.Direction;
import migopy.files.MigrationFile;
import migopy.journal.Entry.JournalEntry;

/**
 * What a run will do, or why it is refused.
 *
 * @param steps in their order; empty if there is nothing to do, or if the run is refused
 * @param problems why the run is refused
 * @param notices what the user should know that refuses nothing
 */
public record Plan(List<Step> steps, List<Problem> problems, List<String> notices) {
    public Plan {
        steps = List.copyOf(steps);
        problems = List.copyOf(problems);
        notices = List.copyOf(notices);
    }

    /** The error for a plan with problems; null for a plan without. */
    public MigopyException refusal() {
        if (problems.isEmpty()) {
            return null;
        }
        return refusal(problems);
    }

    /**
     * Returns one error for one or more problems: of kind unknown if one of them is an interrupted migration,
     * else refused.
     */
    public static MigopyException refusal(List<Problem> problems) {
        Problem first = problems.get(0);
        for (Problem problem : problems) {
            if (problem.kind() == Problem.ProblemKind.INTERRUPTED) {
                return MigopyException.unknown(problem.message(), problem.hint());
            }
        }
        String more = problems.size() == 1 ? "" : " (and %d more)".formatted(problems.size() - 1);
        return MigopyException.refused(first.message() + more, first.hint());
    }

    /** One step of a run. */
    public sealed interface Step {
        /** The migration's name, without {@code .java}. */
        default String name() {
            return file() == null ? entry().name() : file().name();
        }

        /** The migration's file; null to use the source in the journal. */
        MigrationFile file();

        Direction direction();

        /** The journal's entry when the plan was made; null if there was none. */
        JournalEntry entry();

        /**
         * Calls {@code up()}.
         *
         * @param again whether the previous step rolls it back
         */
        record Up(MigrationFile file, JournalEntry entry, boolean again) implements Step {
            /** A step whose migration has no other step in the plan. */
            public Up(MigrationFile file, JournalEntry entry) {
                this(file, entry, false);
            }

            @Override
            public Direction direction() {
                return Direction.UP;
            }
        }

        /**
         * Calls {@code down()}.
         *
         * @param file null to use the source in the journal
         */
        record Down(JournalEntry entry, MigrationFile file) implements Step {
            @Override
            public Direction direction() {
                return Direction.DOWN;
            }
        }

        /** Records it as ignored. */
        record MarkIgnored(MigrationFile file, JournalEntry entry) implements Step {
            @Override
            public Direction direction() {
                return Direction.IGNORE;
            }
        }
    }
}
