package migopy.journal;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import org.bson.BsonDocument;
import org.bson.Document;

/**
 * The user, host and process that ran a step, and the version of Migopy; null where unknown.
 *
 * @param pid the process to send a signal to
 */
public record Actor(String user, String host, Long pid, String migopy) {
    /** The version of Migopy, in the journal and in {@code --version}. */
    public static final String VERSION = "0.1.0";

    private static final Path OWN_PROCESS = Path.of("/proc/self");
    private static final Path LINUX_HOST_NAME = Path.of("/proc/sys/kernel/hostname");

    /** This process. */
    public static Actor thisProcess() {
        return new Actor(userName(), hostName(), ProcessHandle.current().pid(), VERSION);
    }

    /** A container may run under a uid without a user name; Java returns {@code ?} for it. */
    private static String userName() {
        String name = System.getProperty("user.name");
        if (name != null && !name.isBlank() && !name.equals("?")) {
            return name;
        }
        try {
            return "uid " + Files.getAttribute(OWN_PROCESS, "unix:uid");
        } catch (IOException | UnsupportedOperationException e) {
            return "unknown"; // a system without /proc
        }
    }

    private static String hostName() {
        String named = System.getenv("HOSTNAME");
        if (named != null && !named.isBlank()) {
            return named;
        }
        try {
            // Asking the resolver can take seconds on a machine without a network.
            return Files.isReadable(LINUX_HOST_NAME)
                    ? Files.readString(LINUX_HOST_NAME).strip()
                    : InetAddress.getLocalHost().getHostName();
        } catch (IOException e) {
            return "unknown"; // a host without a name
        }
    }

    /** User and host, {@code ada@laptop}; empty if unknown. */
    public String who() {
        return user == null ? "" : host == null ? user : user + "@" + host;
    }

    /** {@code ada on laptop, pid 4711}. */
    public String shown() {
        return "%s on %s, pid %s".formatted(orUnknown(user), orUnknown(host), pid == null ? "unknown" : pid);
    }

    private static String orUnknown(String text) {
        return text == null ? "unknown" : text;
    }

    /** As the journal has it. */
    public Document toDocument() {
        Document document = new Document();
        Attempt.put(document, "user", user);
        Attempt.put(document, "host", host);
        Attempt.put(document, "pid", pid);
        return Attempt.put(document, "migopy", migopy);
    }

    static Actor read(BsonDocument document) {
        return new Actor(
                Entry.text(document, "user"),
                Entry.text(document, "host"),
                Entry.whole(document, "pid"),
                Entry.text(document, "migopy"));
    }
}
