package migopy.run;

import com.mongodb.MongoCommandException;
import com.mongodb.MongoException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import migopy.MigopyException;
import migopy.StepReport.StepError;
import migopy.backfill.BackfillContext;
import migopy.console.Wording;
import migopy.journal.Entry.JournalEntry;
import migopy.mongo.InDoubt;
import migopy.mongo.MongoErrors;
import migopy.mongo.ServerDetails;
import migopy.observe.Observation;
import migopy.settings.Redactor;

/**
 * The content of an exception of the user's code, short and without secrets.
 *
 * <p>The class of an exception may be the user's own, and its methods may throw, overflow the stack or never return. So
 * they are called only here, in a thread of their own and with a time limit.
 *
 * @param error what is recorded and shown
 * @param overtaken the exception that shows that this run lost its lock or its record, or null
 * @param inDoubt whether it leaves open what the server did
 */
public record Failure(StepError error, MigopyException overtaken, boolean inDoubt) {
    /** In bytes of UTF-8. */
    private static final int MESSAGE_LIMIT = 4 * 1024;

    /** In characters, before a text is redacted and shortened. */
    private static final int READ_LIMIT = 256 * 1024;

    /** How long each of an exception's own methods may take. */
    private static final Duration LIMIT = Duration.ofSeconds(2);

    /** Before the reason why the record of a transaction could not be read. */
    static final String NOT_ASKED = "It is unknown whether it was committed: ";

    /** In bytes of UTF-8. */
    private static final int CAUSE_MESSAGE_LIMIT = 1024;

    private static final int CAUSES_KEPT = 5;

    /** The driver supports records, but only public ones. */
    private static final Pattern CLOSED_RECORD =
            Pattern.compile("^Unable to (?:access value of component \\S+ for record|invoke canonical"
                    + " constructor of record class) (?:\\S*[.$])?(\\w+)$");

    /** How many causes are followed: they may form a circle. */
    private static final int CAUSE_LIMIT = 50;

    /**
     * Reads an exception.
     *
     * @param observation of the call that threw it
     * @param framesOf finds the user's lines that led to it
     */
    public static Failure of(
            Throwable thrown, Observation observation, Function<Throwable, List<String>> framesOf, Redactor redactor) {
        String type = thrown.getClass().getName();
        String message = orElse(within(() -> message(thrown, MESSAGE_LIMIT, observation, redactor)), type);
        List<String> frames = orElse(within(() -> redacted(framesOf.apply(thrown), redactor)), List.of());
        List<StepError.Cause> causes = orElse(within(() -> causes(thrown, observation, framesOf, redactor)), List.of());
        MongoException lost = orElse(within(() -> InDoubt.in(thrown)), inDoubt(observation.unanswered()));
        MigopyException overtaken = within(() -> overtaken(thrown));
        if (lost == null) {
            String hint = thrown instanceof MigopyException own ? own.hint() : hint(message);
            return new Failure(new StepError(type, message, frames, causes, hint), overtaken, false);
        }
        String summary = inDoubt(lost, thrown, message, redactor);
        StepError error = new StepError(JournalEntry.INTERRUPTED, summary, frames, causes, null);
        return new Failure(error, overtaken, true);
    }

    /**
     * Returns the exception to show for one that the user's code has thrown outside of a step.
     *
     * @param what failed: {@code "beforeRun() failed"}
     */
    public static MigopyException ofUserCode(
            MigopyException.Kind kind, String what, String hint, Throwable thrown, Redactor redactor) {
        List<StepError.Cause> causes =
                orElse(within(() -> causes(thrown, new Observation(), one -> List.of(), redactor)), List.of());
        return new MigopyException(kind, what + ": " + text(thrown), hint, thrown, causes);
    }

    /** Adds the hint for a rollback that has undone nothing. */
    static StepError stillApplied(StepError error, boolean called, String name) {
        String why = called ? "The transaction of down() was undone, " : "down() was not called, ";
        String hint = why + StepError.STILL_APPLIED + "Fix the cause, then run: " + Wording.command("rollback", name);
        String type = called ? error.type() : StepError.NOT_STARTED;
        return new StepError(type, error.message(), error.frames(), error.causes(), hint);
    }

    /** Returns an error before {@code up()} was called as one of the hook, unless that was not called either. */
    static StepError ofHook(StepError error, String name) {
        if (error.type().equals(StepError.NOT_STARTED)) {
            return error;
        }
        String hint = error.hint() == null
                ? name + " was not called. Fix beforeMigration() in migopy.java, then run: {migopy} execute"
                : error.hint();
        return new StepError(
                error.type(), "beforeMigration(): " + error.message(), error.frames(), error.causes(), hint);
    }

    private static String hint(String message) {
        Matcher closed = CLOSED_RECORD.matcher(message);
        return closed.find() ? "Make the record %s public".formatted(closed.group(1)) : null;
    }

    /** Returns the first of these failures that leaves open what the server did, or null. */
    static MongoException inDoubt(List<Throwable> unanswered) {
        for (Throwable one : unanswered) {
            MongoException open = InDoubt.in(one);
            if (open != null) {
                return open;
            }
        }
        return null;
    }

    private static <T> T orElse(T value, T other) {
        return value == null ? other : value;
    }

    private static String inDoubt(MongoException lost, Throwable thrown, String message, Redactor redactor) {
        String words = redactor.redact(MongoErrors.words(lost));
        String outer = lost == thrown
                ? ""
                : " (thrown as %s: %s)".formatted(thrown.getClass().getSimpleName(), message);
        String all = "what the server did is unknown: %s: %s%s"
                .formatted(lost.getClass().getSimpleName(), words, outer);
        return shortened(all, MESSAGE_LIMIT);
    }

    /** A frame holds a line of the source, which may hold a secret. */
    static List<String> redacted(List<String> frames, Redactor redactor) {
        return frames.stream().map(redactor::redact).toList();
    }

    /** Returns null if there is none. */
    private static String message(Throwable thrown, int limit, Observation observation, Redactor redactor) {
        String message = thrown instanceof MongoException e
                ? ServerDetails.in(e, observation).orElseGet(e::getMessage)
                : thrown.getMessage();
        boolean none = message == null || message.isBlank();
        String location = BackfillContext.locationOf(thrown);
        if (none && location.isEmpty()) {
            return null;
        }
        String said = none ? thrown.getClass().getSimpleName() : message;
        String read = redactor.redact(said.substring(0, Math.min(said.length(), READ_LIMIT)));
        if (location.isEmpty()) {
            return shortened(read, limit);
        }
        String at = " (%s)".formatted(redactor.redact(location));
        return shortened(shortened(read, Math.max(limit / 2, limit - at.length())) + at, limit);
    }

    private static List<StepError.Cause> causes(
            Throwable thrown, Observation observation, Function<Throwable, List<String>> framesOf, Redactor redactor) {
        List<StepError.Cause> causes = new ArrayList<>();
        Throwable next = thrown.getCause();
        for (int i = 0; next != null && next != thrown && i < CAUSES_KEPT; i++) {
            if (next instanceof MongoCommandException reply
                    && reply.getErrorMessage().isEmpty()) {
                next = next.getCause(); // only bears the reply, whose errors are in the message
                continue;
            }
            String type = next.getClass().getName();
            Throwable bearer = new Throwable(); // without what caused it, which has frames of its own
            bearer.setStackTrace(next.getStackTrace());
            causes.add(new StepError.Cause(
                    type,
                    orElse(message(next, CAUSE_MESSAGE_LIMIT, observation, redactor), type),
                    redacted(framesOf.apply(bearer), redactor)));
            next = next.getCause();
        }
        return causes;
    }

    /** A call of {@code System.exit}, with the lines of the migration that led to it. */
    static StepError exit(
            List<StackTraceElement> stack, Function<Throwable, List<String>> framesOf, Redactor redactor) {
        Throwable bearer = new Throwable();
        bearer.setStackTrace(stack.toArray(new StackTraceElement[0]));
        List<String> frames = redacted(framesOf.apply(bearer), redactor);
        return new StepError("System.exit", "called System.exit", frames);
    }

    private static MigopyException overtaken(Throwable thrown) {
        Throwable next = thrown;
        for (int i = 0; next != null && i < CAUSE_LIMIT; i++) {
            if (next instanceof MigopyException known && known.kind() == MigopyException.Kind.UNKNOWN) {
                return known;
            }
            next = next.getCause();
        }
        return null;
    }

    /** Returns the exception to show for one that ended a run and is not the fault of a migration. */
    static MigopyException ofRun(Throwable thrown) {
        if (thrown instanceof MigopyException known) {
            return known;
        }
        if (thrown instanceof MongoException e) {
            return MongoErrors.translate(e, "Working on the journal");
        }
        return new MigopyException(
                MigopyException.Kind.FAILED,
                "The run ended early: " + text(thrown),
                "See what is recorded: " + MigopyException.COMMAND + " status",
                thrown);
    }

    /** Returns the {@code toString()} of an exception, or its class if that fails. */
    public static String text(Throwable thrown) {
        return orElse(
                within(() -> shortened(String.valueOf(thrown), MESSAGE_LIMIT)),
                thrown.getClass().getName());
    }

    /** Returns the stack trace of an exception, or its class if that fails. */
    public static String trace(Throwable thrown) {
        return orElse(
                within(() -> {
                    StringWriter trace = new StringWriter();
                    thrown.printStackTrace(new PrintWriter(trace, true));
                    return trace.toString();
                }),
                thrown.getClass().getName());
    }

    /**
     * Calls an exception's methods in a thread of its own, which is abandoned at the limit. Returns null then, or if they
     * throw.
     */
    private static <T> T within(Supplier<T> reading) {
        AtomicReference<T> read = new AtomicReference<>();
        Thread thread = new Thread(() -> read.set(orNull(reading)), "migopy-exception");
        thread.setDaemon(true); // a call that never returns must not keep the JVM running
        thread.start();
        boolean interrupted = false;
        long end = System.nanoTime() + LIMIT.toNanos();
        for (long left = LIMIT.toMillis();
                left > 0 && thread.isAlive();
                left = Duration.ofNanos(end - System.nanoTime()).toMillis()) {
            try {
                thread.join(left);
            } catch (InterruptedException e) {
                interrupted = true; // the exception is to be reported all the same
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return read.get();
    }

    private static <T> T orNull(Supplier<T> call) {
        try {
            return call.get();
        } catch (Throwable e) { // also StackOverflowError and the like
            return null;
        }
    }

    /** Returns as much of a text as a record keeps of a message. */
    static String shortened(String text) {
        return shortened(text, MESSAGE_LIMIT);
    }

    static String shortened(String text, int limit) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (bytes.length <= limit) {
            return text;
        }
        int end = limit - 3; // for the dots
        while (end > 0 && (bytes[end] & 0xC0) == 0x80) {
            end--; // in the middle of a character
        }
        return new String(bytes, 0, end, StandardCharsets.UTF_8) + "...";
    }
}
