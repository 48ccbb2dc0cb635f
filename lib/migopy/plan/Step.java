package migopy.plan;

import migopy.StepReport.Direction;
import migopy.files.MigrationFile;
import migopy.journal.JournalEntry;

/** One thing that a run will do. */
public sealed interface Step {
    /** The migration's name, without {@code .java}. */
    String name();

    Direction direction();

    /** What the journal knew when the plan was made; null for nothing. */
    JournalEntry entry();

    /**
     * Calls {@code up()}.
     *
     * @param again whether the step before this one rolls it back
     */
    record Execute(MigrationFile file, JournalEntry entry, boolean again) implements Step {
        /** One that no other step of the plan is about. */
        public Execute(MigrationFile file, JournalEntry entry) {
            this(file, entry, false);
        }

        @Override
        public String name() {
            return file.name();
        }

        @Override
        public Direction direction() {
            return Direction.UP;
        }
    }

    /**
     * Calls {@code down()}.
     *
     * @param file null where the source in the journal is used
     */
    record Rollback(JournalEntry entry, MigrationFile file) implements Step {
        @Override
        public String name() {
            return entry.name();
        }

        @Override
        public Direction direction() {
            return Direction.DOWN;
        }
    }

    /** Registers it as ignored. */
    record Ignore(MigrationFile file, JournalEntry entry) implements Step {
        @Override
        public String name() {
            return file.name();
        }

        @Override
        public Direction direction() {
            return Direction.IGNORE;
        }
    }
}
