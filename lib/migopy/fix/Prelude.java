package migopy.fix;

import java.util.List;
import java.util.stream.Stream;

/** What is imported before the first line of JShell, so that a line at night is a short one. */
final class Prelude {
    /** No more than what names unambiguously: two classes of static helpers have an elemMatch. */
    static final List<String> IMPORTS = Stream.of(
                    "java.math.*",
                    "java.nio.file.*",
                    "java.time.*",
                    "java.util.*",
                    "java.util.function.*",
                    "java.util.stream.*",
                    "com.mongodb.client.*",
                    "com.mongodb.client.model.*",
                    "org.bson.*",
                    "org.bson.conversions.*",
                    "org.bson.types.*",
                    "static com.mongodb.client.model.Filters.*",
                    "static com.mongodb.client.model.Updates.*",
                    "static migopy.Migration.backfill",
                    "static migopy.Migration.client",
                    "static migopy.Migration.db",
                    "static migopy.Migration.log")
            .map(name -> "import " + name + ";")
            .toList();

    private Prelude() {}
}
