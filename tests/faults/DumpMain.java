package faults;

import com.mongodb.client.MongoClients;
import java.nio.file.Path;
import java.util.Set;
import migopy.MigopyException;
import migopy.dump.Dump;
import migopy.dump.Dump.DumpOptions;
import migopy.dump.Dump.DumpRequest;
import mongo.dump.Dumps;

/** Dumps in a JVM of its own, which a test can kill; arguments: a URI, a database, the folder. */
public final class DumpMain {
    private DumpMain() {}

    public static void main(String... args) {
        try (var client = MongoClients.create(args[0])) {
            Dump.run(
                    new DumpRequest(
                            client,
                            args[1],
                            Path.of(args[2]),
                            DumpOptions.of(Set.of()),
                            "7f3a91",
                            "migopy test",
                            Dumps.LOCK),
                    event -> {});
        } catch (MigopyException e) {
            System.err.println(e.getMessage());
            System.err.println(e.hint());
            System.exit(e.kind().exitCode());
        }
    }
}
