package migopy.command;

import java.time.Instant;
import migopy.console.Answer;
import migopy.console.Json;
import migopy.console.Words;
import org.bson.Document;

/**
 * What became of the lock.
 *
 * @param removed whether there was one and it is gone now
 * @param owner the id of its owner, or null when nobody held it
 * @param run the run that held it, or null
 * @param host where that run was, or null
 * @param pid its process there, or null
 * @param expiresAt when its lease ran or would have run out, or null
 */
public record UnlockAnswer(boolean removed, String owner, String run, String host, Long pid, Instant expiresAt)
        implements Answer {
    @Override
    public void words(Words out) {
        if (!removed) {
            out.line("Nobody holds the lock.");
            return;
        }
        String where = host == null ? "" : " on " + host + (pid == null ? "" : ", process " + pid);
        out.line("The lock of " + owner + where + " is removed; its lease ran until " + out.time(expiresAt) + ".");
    }

    @Override
    public Document json() {
        Document answer = new Document("removed", removed);
        Json.put(answer, "owner", owner);
        Json.put(answer, "run", run);
        Json.put(answer, "host", host);
        Json.put(answer, "pid", pid);
        return Json.put(answer, "expiresAt", expiresAt);
    }
}
