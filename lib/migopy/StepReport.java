package migopy;

import java.util.List;
import java.util.Locale;
import org.bson.Document;

/**
 * One step of a run, as it is shown and in {@code --json}.
 *
 * @param name the migration's name, without {@code .java}
 * @param durationMs how long it took in milliseconds, or null while it is only planned
 * @param error why it failed, or null
 * @param reason why it was skipped, or null
 */
public record StepReport(
        String name, Direction direction, Outcome outcome, Long durationMs, StepError error, String reason) {

    /** One that was not skipped. */
    public StepReport(String name, Direction direction, Outcome outcome, Long durationMs, StepError error) {
        this(name, direction, outcome, durationMs, error, null);
    }

    /** A step that a {@code --dry-run} would do. */
    public static StepReport planned(String name, Direction direction) {
        return new StepReport(name, direction, Outcome.PLANNED, null, null);
    }

    /** Which way a step of a run goes. */
    public enum Direction {
        UP,
        DOWN,
        IGNORE;

        /** Returns the word in journal and JSON: {@code up}. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** How a step of a run ended, or that it is only planned. */
    public enum Outcome {
        PLANNED,
        APPLIED,
        ROLLED_BACK,
        IGNORED,
        SKIPPED,
        UNVERIFIED,
        FAILED,
        ROLLBACK_FAILED,
        INTERRUPTED,
        UNKNOWN;

        /** Returns the word in journal and JSON: {@code rolled_back}. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * Why a step failed.
     *
     * @param type the exception's class name, or {@code interrupted} or {@code timeout}
     * @param message the exception's message, or the type if there is none; at most 4 kB
     * @param frames the stack frames in the migration's own file, innermost first, as {@code file:line}; at most 20
     * @param causes the exception's cause, the cause of that, and so on; at most 5
     * @param hint what to do about it, if the exception has a hint; else null
     */
    public record StepError(String type, String message, List<String> frames, List<Cause> causes, String hint) {
        /** The type of an error that kept a step from being called, although it was recorded as started. */
        public static final String NOT_STARTED = "not_started";

        /** In the hint of a rollback that has undone nothing. */
        public static final String STILL_APPLIED = "so it is still applied. ";

        /** Whether a rollback that failed has undone nothing, which its hint then says. */
        public boolean nothingUndone() {
            return hint != null && hint.contains(STILL_APPLIED);
        }

        /**
         * An exception that led to another.
         *
         * @param message at most 1 kB
         * @param frames its own in the migration's file
         */
        public record Cause(String type, String message, List<String> frames) {
            public Cause {
                frames = List.copyOf(frames);
            }

            /** Returns it as in the journal and in {@code --json}. */
            public Document document() {
                return new Document("type", type).append("message", message).append("frames", frames);
            }

            /** Returns {@code IOException: no such file}. */
            public String shown() {
                return type.equals(message) ? simple(type) : simple(type) + ": " + message;
            }
        }

        public StepError {
            frames = List.copyOf(frames);
            causes = List.copyOf(causes);
        }

        /** Returns it as in the journal and in {@code --json}, without the hint. */
        public Document document() {
            Document document = new Cause(type, message, frames).document();
            if (!causes.isEmpty()) {
                document.append("causes", causes.stream().map(Cause::document).toList());
            }
            return document;
        }

        /** Without causes, and without a hint of its own. */
        public StepError(String type, String message, List<String> frames) {
            this(type, message, frames, List.of(), null);
        }

        /**
         * Returns the message, with the exception's class if the message alone is unclear: the name of a class or of a file,
         * or the message of an {@link Error}.
         */
        public String shown() {
            boolean thrown = type.indexOf('.') >= 0;
            boolean cryptic =
                    message.strip().indexOf(' ') < 0 || type.endsWith("Error") || type.startsWith("java.nio.file.");
            return thrown && cryptic && !message.equals(type) ? simple(type) + ": " + message : message;
        }

        private static String simple(String type) {
            return type.substring(Math.max(type.lastIndexOf('.'), type.lastIndexOf('$')) + 1);
        }
    }
}
