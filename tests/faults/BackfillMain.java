package faults;

import com.mongodb.client.MongoClients;
import com.mongodb.client.model.Updates;
import migopy.backfill.Backfill;
import mongo.backfill.Backfills;

/** A backfill of {@code users} in a JVM of its own, which a test kills: a URI, a database, the calls. */
public final class BackfillMain {
    private BackfillMain() {}

    public static void main(String... args) {
        try (var client = MongoClients.create(args[0])) {
            Backfill backfill = new Backfills(client, args[1]).of("users").batch(500);
            for (int i = 2; i < args.length; i++) {
                switch (args[i]) {
                    case "each" -> backfill.each(one -> Updates.inc("n", 1));
                    case "update" -> backfill.update(Backfills.addOne());
                    case "once" -> backfill.once();
                    case "parallel" -> backfill.parallel(2);
                    default -> throw new IllegalArgumentException(args[i]);
                }
            }
            backfill.run();
        }
    }
}
