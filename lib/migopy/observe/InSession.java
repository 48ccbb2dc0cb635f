package migopy.observe;

import com.mongodb.client.ClientSession;

/**
 * Makes all calls in one session, so that code which knows nothing of sessions runs in a
 * transaction. A call that has no variant with a session is made as it is.
 *
 * @param next decides on the call then
 */
public record InSession(ClientSession session, Handles.Policy next) implements Handles.Policy {
    @Override
    public Object make(Handles.Call call) throws Throwable {
        Handles.Call inSession = call.in(session);
        return next.make(inSession == null ? call : inSession);
    }
}
