package migopy.settings;

import com.mongodb.ConnectionString;
import com.mongodb.WriteConcern;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import migopy.MigopyException;

/**
 * A parsed MongoDB URI, which can be validated and completed. Messages never quote it: in a
 * malformed one it is unclear where the password ends.
 *
 * @param user percent-decoded, or null
 * @param password percent-decoded, or null
 * @param hosts each with its port; an SRV name without one
 * @param database percent-decoded, or null
 * @param options by lower-case name, percent-decoded
 */
record MongoUri(
        String scheme, String user, String password, List<String> hosts, String database, Map<String, String> options) {

    static final int LARGEST_PORT = 65535;
    static final int DEFAULT_PORT = 27017;
    static final String PLAIN = "mongodb://";
    static final String SRV = "mongodb+srv://";

    private static final Pattern BAD_ESCAPE = Pattern.compile("%(?![0-9a-fA-F]{2})");
    private static final Pattern HOST =
            Pattern.compile("(\\[[0-9a-fA-F:.%a-z]+]|[^\\[\\]:/?#@,\\s]+)(?::([0-9]{1,5}))?");
    private static final List<String> NUMBERS = List.of(
            "serverselectiontimeoutms",
            "connecttimeoutms",
            "sockettimeoutms",
            "timeoutms",
            "wtimeoutms",
            "maxpoolsize",
            "minpoolsize");

    /** Parses the value's text; throws usage, naming the origin, if it is malformed. */
    static MongoUri parse(Value value) {
        String text = value.text();
        String scheme = text.startsWith(SRV) ? SRV : PLAIN;
        if (!text.startsWith(scheme)) {
            throw malformed(value, "it must start with mongodb:// or mongodb+srv://");
        }
        String rest = text.substring(scheme.length());
        int end = firstOf(rest, '/', '?');
        String authority = rest.substring(0, end);
        String tail = rest.substring(end);
        int query = tail.indexOf('?');
        String path = query < 0 ? tail : tail.substring(0, query);
        int at = authority.lastIndexOf('@');
        String[] login = login(value, at < 0 ? null : authority.substring(0, at), path);
        List<String> hosts = hosts(value, scheme, authority.substring(at + 1));
        String database = database(value, path.isEmpty() ? "" : path.substring(1));
        Map<String, String> options = options(value, query < 0 ? "" : tail.substring(query + 1));
        return new MongoUri(scheme, login[0], login[1], hosts, database, options);
    }

    /** Returns the URI of a single host, for settings without a URI. */
    static MongoUri ofHost(Value host, Value port, String user, String password) {
        String name = host.text();
        boolean ipv6 = name.indexOf(':') != name.lastIndexOf(':') && !name.startsWith("[");
        String bracketed = ipv6 ? "[" + name + "]" : name;
        var form = HOST.matcher(bracketed);
        if (!form.matches() || form.group(2) != null) {
            throw host.refused("is not a single host name without a port");
        }
        String address = bracketed + ":" + port.port();
        return new MongoUri(PLAIN, user, password, List.of(address), null, Map.of());
    }

    boolean srv() {
        return scheme.equals(SRV);
    }

    /** Returns whether the user is authenticated by a password: with SCRAM, PLAIN, or the driver's default. */
    boolean loginByPassword() {
        String mechanism = options.getOrDefault("authmechanism", "SCRAM");
        return user != null && (mechanism.startsWith("SCRAM") || mechanism.equals("PLAIN"));
    }

    /** Returns whether the URI turns TLS on or off, or null if it does neither. SRV turns it on by default. */
    Boolean tls() {
        String tls = options.getOrDefault("tls", options.get("ssl"));
        return tls == null ? (srv() ? Boolean.TRUE : null) : Boolean.valueOf(tls);
    }

    MongoUri withPassword(String completed) {
        return new MongoUri(scheme, user, completed, hosts, database, options);
    }

    MongoUri withOption(String name, String optionValue) {
        Map<String, String> more = new TreeMap<>(options);
        more.put(name.toLowerCase(Locale.ROOT), optionValue);
        return new MongoUri(scheme, user, password, hosts, database, more);
    }

    /** Returns the whole URI, percent-encoded. */
    String text() {
        return text(scheme, options);
    }

    /** Lets the driver validate the rest, without asking DNS. */
    void validate(Value value) {
        Map<String, String> offline = new TreeMap<>(options);
        if (srv()) {
            offline.keySet().removeAll(List.of("srvmaxhosts", "srvservicename"));
        }
        if (accepted(text(PLAIN, offline))) {
            refuseMissingLibrary(value, options.getOrDefault("compressors", ""));
            ensureAcknowledged(value, new ConnectionString(text(PLAIN, offline)));
            return;
        }
        for (String name : offline.keySet()) {
            Map<String, String> without = new TreeMap<>(offline);
            without.remove(name);
            if (name.matches("[a-z]{1,40}") && accepted(text(PLAIN, without))) {
                throw wrongOption(value, name, options.get(name), "rejected by the driver");
            }
        }
        throw malformed(value, "the driver rejects it");
    }

    /** Whether this value of a setting is what the URI means, or the URI leaves it open. */
    boolean agrees(Setting setting, String text) {
        return switch (setting) {
            case HOST -> hosts.stream().anyMatch(host -> host.equals(text) || host.startsWith(text + ":"));
            case PORT -> srv() || hosts.stream().anyMatch(host -> host.endsWith(":" + text));
            case USER -> user != null && user.equals(text);
            case DATABASE -> database == null || database.equals(text);
            default -> true;
        };
    }

    /** Errors of unacknowledged writes stay unknown, so that a failed migration would be recorded as applied. */
    private static void ensureAcknowledged(Value value, ConnectionString uri) {
        WriteConcern concern = uri.getWriteConcern();
        if (concern != null && !concern.isAcknowledged()) {
            throw MigopyException.usage(
                    "The MongoDB URI (from %s) requests unacknowledged writes (w=0), whose errors stay unknown"
                            .formatted(value.origin()),
                    "Remove w=0; writes then wait for the majority");
        }
    }

    /** Returns everything in a URI that may be a secret, however malformed it is. */
    static List<String> secretsIn(String text) {
        List<String> secrets = new ArrayList<>();
        int start = text.indexOf("://") < 0 ? 0 : text.indexOf("://") + 3;
        int at = text.lastIndexOf('@');
        int colon = text.indexOf(':', start);
        if (colon >= 0 && at > colon) {
            String raw = text.substring(colon + 1, at);
            secrets.add(raw);
            if (!BAD_ESCAPE.matcher(raw).find()) {
                secrets.add(decode(raw));
            }
        }
        var token = Pattern.compile("(?i)(?:AWS_SESSION_TOKEN:|proxyPassword=)([^,&;]+)");
        token.matcher(text).results().forEach(found -> secrets.add(found.group(1)));
        return secrets;
    }

    static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private static String decode(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    private String text(String beginning, Map<String, String> with) {
        StringBuilder out = new StringBuilder(beginning);
        if (user != null) {
            out.append(encode(user));
            out.append(password == null ? "" : ":" + encode(password)).append('@');
        }
        out.append(String.join(",", hosts)).append('/');
        out.append(database == null ? "" : encode(database));
        char separator = '?';
        for (Map.Entry<String, String> option : with.entrySet()) {
            // readPreferenceTags may occur several times; a line break separates its values.
            for (String each : option.getValue().split("\n", -1)) {
                // The driver splits authMechanismProperties at : and , before it decodes.
                String encoded = encode(each).replace("%3A", ":").replace("%2C", ",");
                out.append(separator).append(option.getKey()).append('=').append(encoded);
                separator = '&';
            }
        }
        return out.toString();
    }

    private static boolean accepted(String text) {
        try {
            new ConnectionString(text);
            return true;
        } catch (IllegalArgumentException e) {
            return false; // Its message may quote a password, so the caller reports what is wrong.
        }
    }

    private static String[] login(Value value, String login, String path) {
        if (path.contains("@") || (login != null && login.matches(".*@.*|[^:]*:.*:.*"))) {
            throw malformed(value, "user or password contains an unencoded @, : or /");
        }
        if (login == null) {
            return new String[2];
        }
        int colon = login.indexOf(':');
        String user = colon < 0 ? login : login.substring(0, colon);
        if (user.isEmpty()) {
            throw malformed(value, "the user is empty");
        }
        if (BAD_ESCAPE.matcher(login).find()) {
            throw malformed(value, "user or password contains an unencoded %");
        }
        return new String[] {decode(user), colon < 0 ? null : decode(login.substring(colon + 1))};
    }

    private static List<String> hosts(Value value, String scheme, String text) {
        List<String> hosts = new ArrayList<>();
        for (String each : text.split(",", -1)) {
            var form = HOST.matcher(each);
            if (!form.matches()) {
                throw malformed(value, each.isEmpty() ? "a host is missing" : "a host is invalid");
            }
            String port = form.group(2);
            if (port != null && (Integer.parseInt(port) < 1 || Integer.parseInt(port) > LARGEST_PORT)) {
                throw malformed(value, "a port is not a number from 1 to " + LARGEST_PORT);
            }
            if (scheme.equals(SRV) && (port != null || !hosts.isEmpty())) {
                throw malformed(value, "mongodb+srv requires exactly one host and no port");
            }
            boolean bare = port == null && !scheme.equals(SRV) && !each.endsWith(".sock");
            hosts.add(bare ? each + ":" + DEFAULT_PORT : each);
        }
        return hosts;
    }

    private static String database(Value value, String text) {
        if (text.isEmpty()) {
            return null;
        }
        if (BAD_ESCAPE.matcher(text).find()) {
            throw malformed(value, "the database name contains an unencoded %");
        }
        if (text.matches(".*[&=].*")) {
            throw malformed(value, "its options are not separated from the database by ?");
        }
        String database = decode(text);
        String problem = MongoNames.problemWithDatabase(database);
        if (problem != null) {
            throw malformed(value, "the database name " + problem);
        }
        return database;
    }

    private static Map<String, String> options(Value value, String text) {
        Map<String, String> options = new TreeMap<>();
        for (String each : text.split("[&;]")) {
            if (each.isEmpty()) {
                continue;
            }
            int equals = each.indexOf('=');
            if (equals < 1 || BAD_ESCAPE.matcher(each).find()) {
                throw malformed(value, "its options are not NAME=VALUE, separated by &");
            }
            String name = each.substring(0, equals).toLowerCase(Locale.ROOT);
            String given = decode(each.substring(equals + 1));
            refuseUnknown(value, each.substring(0, equals));
            String wrong = NUMBERS.contains(name) && !given.matches("[0-9]{1,9}")
                    ? "not a number from 0 to 999999999"
                    : UriOptions.problemWithValue(name, given).orElse(null);
            if (wrong != null) {
                throw wrongOption(value, name, given, wrong);
            }
            options.merge(name, given, (a, b) -> a + "\n" + b);
        }
        return options;
    }

    private static void refuseUnknown(Value value, String name) {
        Optional<String> hint = UriOptions.unknown(name);
        if (hint.isPresent()) {
            // Only what looks like a name is repeated: a password may contain an & or a ?.
            String shown = name.matches("[A-Za-z_]{1,40}") ? ": " + name : "";
            throw MigopyException.usage(
                    "The MongoDB URI (from %s) has an option that the driver does not know%s"
                            .formatted(value.origin(), shown),
                    hint.get());
        }
    }

    private static void refuseMissingLibrary(Value value, String compressors) {
        Optional<String> line = UriOptions.missingLibrary(compressors);
        if (line.isPresent()) {
            throw MigopyException.usage(
                    "The MongoDB URI (from %s) requests compressors=%s, whose library is not on the class path"
                            .formatted(value.origin(), compressors),
                    "Add this line to migopy.java: " + line.get());
        }
    }

    private static MigopyException wrongOption(Value value, String name, String given, String why) {
        String shown = UriOptions.nameOf(name);
        // Only what looks like a word is repeated: a password may contain an & or a ?.
        String text = given.matches("[A-Za-z]{1,30}")
                ? given + ", the value of its option " + shown + ","
                : "the value of its option " + shown;
        return MigopyException.usage(
                "The MongoDB URI (from %s) is malformed: %s is %s".formatted(value.origin(), text, why),
                "Correct %s in %s".formatted(shown, value.origin()));
    }

    private static MigopyException malformed(Value value, String why) {
        return MigopyException.usage(
                "The MongoDB URI (from %s) is malformed: %s".formatted(value.origin(), why),
                "Write it as mongodb://user:password@host:27017/database; in user and password encode % as %25, @ as"
                        + " %40, : as %3A, / as %2F and ? as %3F");
    }

    private static int firstOf(String text, char one, char other) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) == one || text.charAt(i) == other) {
                return i;
            }
        }
        return text.length();
    }

    /** Without the text, which contains a password. */
    @Override
    public String toString() {
        return "the URI of " + hosts;
    }
}
