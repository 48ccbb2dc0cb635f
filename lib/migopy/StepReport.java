package migopy;

import java.util.List;
import java.util.Locale;
import org.bson.Document;

/**
 * One step of a run, as it is told to a person and to {@code --json}.
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

        /** The word in journal and JSON: {@code up}. */
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
        FAILED,
        ROLLBACK_FAILED,
        INTERRUPTED,
        UNKNOWN;

        /** The word in journal and JSON: {@code rolled_back}. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * Why a step failed.
     *
     * @param type the exception's class name, or {@code interrupted} or {@code timeout}
     * @param message the exception's message, or the type where there is none; at most 4 kB
     * @param frames the stack frames that lie in the migration's own file, innermost first, as {@code
     *     file:line}; at most 20
     * @param causes the exception's cause, that one's cause and so on; at most 5
     * @param hint what to do about it, where what was thrown knows that; else null
     */
    public record StepError(String type, String message, List<String> frames, List<Cause> causes, String hint) {
        /** The type of an error that kept a step from being called, although it was recorded as started. */
        public static final String NOT_STARTED = "not_started";

        /**
         * An exception that led to another.
         *
         * @param message at most 1 kB
         * @param frames its own that lie in the migration's file
         */
        public record Cause(String type, String message, List<String> frames) {
            public Cause {
                frames = List.copyOf(frames);
            }

            private Document document() {
                return new Document("type", type).append("message", message).append("frames", frames);
            }

            /** {@code java.io.IOException: no such file}, with the class's simple name. */
            public String shown() {
                return type.equals(message) ? simple(type) : simple(type) + ": " + message;
            }
        }

        public StepError {
            frames = List.copyOf(frames);
            causes = List.copyOf(causes);
        }

        /** As the journal and {@code --json} have it, without the hint. */
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
         * The message, after the exception's class where it says too little alone: the name of a class
         * or a file, or what an {@link Error} says.
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
