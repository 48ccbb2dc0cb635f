package migopy.files;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A source on its way to classes. Two units are never equal, even of the same text.
 *
 * <p>Not a record for that reason.
 */
final class Unit {
    private final MigrationSource source;
    private final List<Path> dependencies;
    private final Map<String, Path> resources;

    /** One that needs nothing but itself. */
    Unit(MigrationSource source) {
        this(source, List.of(), Map.of());
    }

    /**
     * @param dependencies the jars of its own {@code //DEPS}
     * @param resources what its {@code //FILES} names, by the names of resources
     */
    Unit(MigrationSource source, List<Path> dependencies, Map<String, Path> resources) {
        this.source = source;
        this.dependencies = List.copyOf(dependencies);
        this.resources = Map.copyOf(resources);
    }

    MigrationSource source() {
        return source;
    }

    List<Path> dependencies() {
        return dependencies;
    }

    Map<String, Path> resources() {
        return resources;
    }

    String name() {
        return source.file().name();
    }

    String fileName() {
        return source.file().fileName();
    }
}
