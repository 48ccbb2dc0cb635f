package support;

import java.time.Duration;
import java.util.List;
import org.bson.Document;

/**
 * mongod's fail point: commands on one collection of one test's database fail, block or lose their connection. Needs
 * {@code enableTestCommands}.
 *
 * <pre>{@code server.failing("migrations", "update").times(2).closingTheConnection();}</pre>
 */
public final class FailCommand implements AutoCloseable {
    private final MongoServer server;
    private final Document data;
    private Object mode = "alwaysOn";
    private long enteredBefore;

    FailCommand(MongoServer server, String collection, List<String> commands) {
        this.server = server;
        this.data = new Document("failCommands", commands).append("namespace", server.database() + "." + collection);
    }

    /** Limits the failure to the first {@code n} such commands. */
    public FailCommand times(int n) {
        mode = new Document("times", n);
        return this;
    }

    /** Skips the first {@code n} such commands. */
    public FailCommand afterThe(int n) {
        mode = new Document("skip", n);
        return this;
    }

    /** Each fails with a server error: 14031 is a full disk, 11602 an interruption by a step-down. */
    public FailCommand withError(int code) {
        return set(new Document("errorCode", code));
    }

    /** As {@link #withError}, with labels such as {@code TransientTransactionError}. */
    public FailCommand withError(int code, String... labels) {
        return set(new Document("errorCode", code).append("errorLabels", List.of(labels)));
    }

    /** Each is executed, and its reply reports a write concern error. */
    public FailCommand withWriteConcernError(int code) {
        return set(new Document("writeConcernError", new Document("code", code).append("errmsg", "by failCommand")));
    }

    /** The server closes the connection instead of replying; the command is not executed. */
    public FailCommand closingTheConnection() {
        return set(new Document("closeConnection", true));
    }

    /** Each is delayed, then executed. */
    public FailCommand blocking(Duration delay) {
        return set(new Document("blockConnection", true).append("blockTimeMS", (int) delay.toMillis()));
    }

    private FailCommand set(Document how) {
        Document all = new Document(data);
        all.putAll(how);
        Document set = server.admin(new Document("configureFailPoint", "failCommand")
                .append("mode", mode)
                .append("data", all));
        enteredBefore = ((Number) set.get("count")).longValue();
        return this;
    }

    /** Waits until a command has triggered it. */
    public void awaitEntered() {
        server.admin(new Document("waitForFailPoint", "failCommand")
                .append("timesEntered", enteredBefore + 1)
                .append("maxTimeMS", Eventually.LIMIT.toMillis()));
    }

    /** Turns it off. A server has one such fail point, so setting another one replaces it. */
    @Override
    public void close() {
        server.admin(new Document("configureFailPoint", "failCommand").append("mode", "off"));
    }
}
