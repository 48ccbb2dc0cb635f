package mongo.connection;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import migopy.mongo.Connection;
import migopy.settings.Settings;
import migopy.settings.SettingsResolver;
import support.MongoServer;
import support.Scratch;

/** Opens the library's connections to a test's database. */
final class Connections {
    private Connections() {}

    /** Opens a connection, which the test closes at its end. */
    static Connection open(MongoServer server, String uri, String... environment) {
        return open(server, "run" + System.nanoTime(), uri, environment);
    }

    static Connection open(MongoServer server, String run, String uri, String[] environment) {
        Connection connection = Connection.open(settings(uri, environment), run);
        server.closeAtEnd(connection);
        return connection;
    }

    /** Returns settings with this URI and these pairs of name and value. */
    static Settings settings(String uri, String... environment) {
        Map<String, String> all = new HashMap<>();
        all.put("MIGOPY_HOME", Scratch.folder("project").toString());
        all.put("MONGO_DATABASE", "app");
        all.put("MONGO_URI", uri);
        for (int i = 0; i < environment.length; i += 2) {
            all.put(environment[i], environment[i + 1]);
        }
        return new SettingsResolver(Map.of(), Map.of(), all, Path.of("")).resolve();
    }
}
