package migopy.mongo;

import com.mongodb.MongoException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import migopy.MigopyException;

/**
 * Why a server did not answer, taken out of the driver's view of the whole cluster, and what a
 * person can try.
 */
record NoAnswer(String reason, String hint) {
    private static final Pattern FIRST = Pattern.compile("xception=\\{?[\\w.$]+: ([^}]*?)(?:}|, servers=)");
    private static final Pattern CAUSE = Pattern.compile("caused by \\{[\\w.$]+: ([^}]*)}");

    private static final String ELSEWHERE =
            "Is MongoDB running there? MONGO_URI or --uri names another place; for a first try: "
                    + MigopyException.COMMAND
                    + " --embedded";

    static NoAnswer in(MongoException e) {
        String deepest = deepest(e);
        String view = String.valueOf(e.getMessage()) + " " + deepest;
        if (has(view, "PKIX path", "unable to find valid certification path")) {
            return new NoAnswer(
                    "the server's certificate is not trusted",
                    "Name the authority that signed it: --tls-ca-file or MONGO_TLS_CA_FILE");
        }
        if (has(view, "subject alternative", "No name matching")) {
            return new NoAnswer(
                    "the server's certificate is for another host name",
                    "Connect by a name that its certificate holds");
        }
        if (has(view, "bad_certificate", "certificate_required", "certificate_unknown")) {
            return new NoAnswer(
                    "the server wants a certificate of ours that it trusts",
                    "Name one: --tls-certificate-key-file or MONGO_TLS_CERTIFICATE_KEY_FILE");
        }
        if (has(view, "Unsupported or unrecognized SSL message", "terminated the handshake")) {
            return new NoAnswer("the server does not speak TLS", "Turn TLS off: MONGO_TLS=false");
        }
        if (has(view, "Prematurely reached end of stream", "Connection reset", "end of stream")) {
            return new NoAnswer(
                    "the server closed the connection",
                    "Does it want TLS (--tls), or a certificate of ours" + " (--tls-certificate-key-file)?");
        }
        if (has(view, "type=REPLICA_SET_SECONDARY", "type=REPLICA_SET_OTHER")) {
            return new NoAnswer("the replica set has no primary", "Wait for its election to end, and look at it");
        }
        if (has(view, "UnknownHostException")) {
            return new NoAnswer("unknown host", "Correct the host's name, or mend DNS");
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
        // The driver's own words here are about its view and its timers.
        return message.contains("Timed out") || message.contains("imeout")
                ? "no answer in time"
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
