package unit.mongo;

import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.ClientBulkWriteException;
import com.mongodb.MongoBulkWriteException;
import com.mongodb.MongoClientException;
import com.mongodb.MongoCommandException;
import com.mongodb.MongoConnectionPoolClearedException;
import com.mongodb.MongoCursorNotFoundException;
import com.mongodb.MongoException;
import com.mongodb.MongoInterruptedException;
import com.mongodb.MongoOperationTimeoutException;
import com.mongodb.MongoSecurityException;
import com.mongodb.MongoSocketOpenException;
import com.mongodb.MongoSocketReadException;
import com.mongodb.MongoSocketReadTimeoutException;
import com.mongodb.MongoSocketWriteException;
import com.mongodb.MongoTimeoutException;
import com.mongodb.MongoWriteConcernException;
import com.mongodb.MongoWriteException;
import com.mongodb.ServerAddress;
import com.mongodb.WriteError;
import com.mongodb.bulk.BulkWriteError;
import com.mongodb.bulk.BulkWriteResult;
import com.mongodb.bulk.WriteConcernError;
import com.mongodb.connection.ClusterId;
import com.mongodb.connection.ServerId;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionException;
import migopy.MigopyException;
import migopy.mongo.InDoubt;
import org.bson.BsonDocument;
import org.junit.jupiter.api.Test;

/** Which exceptions leave open what the server did: the table in docs/faults.md. */
class InDoubtTest {
    private static final ServerAddress SERVER = new ServerAddress("127.0.0.1", 1);

    private static final MongoException LOST =
            new MongoSocketReadException("Prematurely reached end of stream", SERVER);

    private static final WriteConcernError NOT_REPLICATED =
            new WriteConcernError(64, "WriteConcernFailed", "timed out", new BsonDocument());

    private static MongoException command(String reply) {
        return new MongoCommandException(BsonDocument.parse(reply), SERVER);
    }

    private static MongoException code(int code) {
        return command("{ok: 0, code: %d, errmsg: 'no'}".formatted(code));
    }

    private static MongoException bulk(int code, WriteConcernError concern) {
        List<BulkWriteError> errors =
                code == 0 ? List.of() : List.of(new BulkWriteError(code, "no", new BsonDocument(), 0));
        return new MongoBulkWriteException(BulkWriteResult.unacknowledged(), errors, concern, SERVER, Set.of());
    }

    private static MongoException clientBulk(MongoException cause, int code) {
        Map<Integer, WriteError> errors =
                code == 0 ? Map.of() : Map.of(0, new WriteError(code, "no", new BsonDocument()));
        return new ClientBulkWriteException(cause, List.of(), errors, null, SERVER);
    }

    private static MongoException write(int code) {
        return new MongoWriteException(new WriteError(code, "no", new BsonDocument()), SERVER, Set.of());
    }

    private static MongoException labelled(MongoException e, String label) {
        e.addLabel(label);
        return e;
    }

    @Test
    void aMissingReplyLeavesTheOutcomeOpen() {
        assertThat(List.of(
                        LOST,
                        new MongoSocketReadTimeoutException("timeout", SERVER, new SocketTimeoutException()),
                        new MongoSocketWriteException("broken pipe", SERVER, null),
                        new MongoOperationTimeoutException("timeoutMS"),
                        new MongoInterruptedException("interrupted", null)))
                .allSatisfy(InDoubtTest::isOpen);
    }

    @Test
    void aServerThatStoppedDuringACommandLeavesTheOutcomeOpen() {
        for (int code :
                new int[] {6, 7, 43, 50, 89, 91, 133, 175, 189, 237, 262, 9001, 10107, 11600, 11601, 11602, 13435, 13436
                }) {
            isOpen(code(code));
            isOpen(write(code));
            isOpen(bulk(code, null));
            isOpen(clientBulk(null, code));
        }
        isOpen(new MongoCursorNotFoundException(7, BsonDocument.parse("{ok: 0}"), SERVER));
    }

    @Test
    void aWriteThatWasNotReplicatedInTimeLeavesTheOutcomeOpen() {
        isOpen(new MongoWriteConcernException(NOT_REPLICATED, SERVER));
        isOpen(bulk(0, NOT_REPLICATED));
        isOpen(bulk(11000, NOT_REPLICATED));
        isOpen(command("{ok: 0, code: 11000, writeConcernError: {code: 64, errmsg: 'late'}}"));
        isOpen(command("{ok: 1, writeConcernError: {code: 64, errmsg: 'late'}}"));
        isOpen(command("{ok: 1, writeErrors: [{index: 0, code: 11602, errmsg: 'no'}]}"));
        isSettled(command("{ok: 1, writeErrors: [{index: 0, code: 11000, errmsg: 'no'}]}"));
        isOpen(labelled(code(251), MongoException.UNKNOWN_TRANSACTION_COMMIT_RESULT_LABEL));
    }

    @Test
    void anExceptionThatTheAuthorWrappedIsFound() {
        isOpen(new IllegalStateException("could not pay", LOST));
        isOpen(new CompletionException(
                new RuntimeException(new MigopyException(MigopyException.Kind.FAILED, "a", "b", LOST))));
        isOpen(clientBulk(LOST, 11000));
        Exception closing = new IllegalStateException("in the body");
        closing.addSuppressed(LOST);
        isOpen(closing);
    }

    @Test
    void whatWasRefusedOrNeverSentWasNotDone() {
        assertThat(List.of(
                        write(11000),
                        write(121),
                        code(13),
                        code(26),
                        code(112),
                        code(14031),
                        bulk(11000, null),
                        clientBulk(null, 11000),
                        new MongoTimeoutException("no server"),
                        new MongoClientException("no"),
                        new IllegalStateException("state should be: open"),
                        new IllegalStateException("by the author"),
                        new StackOverflowError()))
                .allSatisfy(InDoubtTest::isSettled);
    }

    @Test
    void whatWasNotSentWasNotDoneWhateverTheCause() {
        var server = new ServerId(new ClusterId(), SERVER);
        isSettled(new MongoSocketOpenException("refused", SERVER, new ConnectException()));
        isSettled(new MongoConnectionPoolClearedException(server, LOST));
        isSettled(new MongoSecurityException(null, "no login", LOST));
        isSettled(labelled(
                new MongoSocketReadException("in a transaction", SERVER),
                MongoException.TRANSIENT_TRANSACTION_ERROR_LABEL));
    }

    @Test
    void circularCausesAreFollowedOnce() {
        Exception one = new Exception("one");
        one.initCause(new Exception("two", one));
        isSettled(one);
    }

    private static void isOpen(Throwable thrown) {
        assertThat(InDoubt.in(thrown)).as(String.valueOf(thrown)).isNotNull();
    }

    private static void isSettled(Throwable thrown) {
        assertThat(InDoubt.in(thrown)).as(String.valueOf(thrown)).isNull();
    }
}
