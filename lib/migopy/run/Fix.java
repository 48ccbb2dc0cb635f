package migopy.run;

import com.mongodb.client.ClientSession;
import com.mongodb.client.MongoDatabase;
import java.util.List;
import migopy.journal.Fixes;

/**
 * An ad-hoc fix that is compiled and can be called: a class with {@code up()}, or JShell's lines.
 */
public interface Fix {
    /** What a person calls it: {@code mend.java}. */
    String name();

    /** Its kind, its file as it was typed, and its text. */
    Fixes.Code code();

    /** Whether it takes a session itself. */
    boolean transactional();

    /**
     * Calls it in this thread.
     *
     * @param session for a transactional one; otherwise null
     * @throws Throwable what it has thrown, itself
     */
    void call(MongoDatabase database, ClientSession session) throws Throwable;

    /** The lines of its own that led to what was thrown, as {@code file:line}. */
    List<String> framesOf(Throwable thrown);
}
