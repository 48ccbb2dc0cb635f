package migopy.mongo;

import com.mongodb.MongoException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import migopy.MigopyException;

/** Why no server responded, taken from the driver's description of the cluster, and a hint. */
record NoAnswer(String reason, String hint) {
    private static final Pattern FIRST = Pattern.compile("xception=\\{?[\\w.$]+: ([^}]*?)(?:}|, servers=)");
    private static final Pattern CAUSE = Pattern.compile("caused by \\{[\\w.$]+: ([^}]*)}");

    private static final String ELSEWHERE =
            "Check that MongoDB is running there, or name another server with MONGO_URI or --uri. For a first try: "
                    + MigopyException.COMMAND
                    + " --embedded";

    static NoAnswer in(MongoException e) {
        String deepest = deepest(e);
        String view = String.valueOf(e.getMessage()) + " " + deepest;
        if (has(view, "PKIX path", "unable to find valid certification path")) {
            return new NoAnswer(
                    "the server's certificate is not trusted",
                    "Name the CA that signed it: --tls-ca-file or MONGO_TLS_CA_FILE");
        }
        if (has(view, "subject alternative", "No name matching")) {
            return new NoAnswer(
                    "the server's certificate is for another host name",
                    "Connect with a host name that its certificate contains");
        }
        if (has(view, "bad_certificate", "certificate_required", "certificate_unknown")) {
            return new NoAnswer(
                    "the server requires a client certificate that it trusts",
                    "Set one: --tls-certificate-key-file or MONGO_TLS_CERTIFICATE_KEY_FILE");
        }
        if (has(view, "Unsupported or unrecognized SSL message", "terminated the handshake")) {
            return new NoAnswer("the server does not speak TLS", "Turn TLS off: MONGO_TLS=false");
        }
        if (has(view, "Prematurely reached end of stream", "Connection reset", "end of stream")) {
            return new NoAnswer(
                    "the server closed the connection",
                    "Check whether it requires TLS (--tls) or a client certificate (--tls-certificate-key-file)");
        }
        if (has(view, "type=REPLICA_SET_SECONDARY", "type=REPLICA_SET_OTHER")) {
            return new NoAnswer(
                    "the replica set has no primary",
                    "Wait for the election to end, and check the replica set: rs.status()");
        }
        if (has(view, "UnknownHostException")) {
            return new NoAnswer("unknown host", "Correct the host name, or fix DNS");
        }
        return new NoAnswer(reason(e, deepest), ELSEWHERE);
    }

    private static String reason(MongoException e, String deepest) {
        String message = String.valueOf(e.getMessage());
        Matcher cause = CAUSE.matcher(message);
        if (cause.find()) {
            return MongoErrors.shortened(cause.group(1));
        }
        Matcher first = FIRST.matcher(message);
        if (first.find()) {
            return MongoErrors.shortened(first.group(1));
        }
        // The driver's own message is about its timers and its cluster description.
        return message.contains("Timed out") || message.contains("imeout")
                ? "no response in time"
                : MongoErrors.shortened(deepest);
    }

    private static String deepest(Throwable e) {
        Throwable deepest = e;
        while (deepest.getCause() != null && deepest.getCause() != deepest) {
            deepest = deepest.getCause();
        }
        return deepest.getMessage() == null ? deepest.getClass().getSimpleName() : deepest.getMessage();
    }

    private static boolean has(String text, String... any) {
        for (String each : any) {
            if (text.contains(each)) {
                return true;
            }
        }
        return false;
    }
}
