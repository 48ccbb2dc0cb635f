package migopy.files;

import java.nio.file.Path;
import java.util.List;

/**
 * A source on its way to classes. Two units are never equal, even of the same text.
 *
 * <p>Not a record for that reason.
 */
final class Unit {
    private final MigrationSource source;
    private final List<Path> dependencies;

    /**
     * @param dependencies the jars of its own {@code //DEPS}
     */
    Unit(MigrationSource source, List<Path> dependencies) {
        this.source = source;
        this.dependencies = List.copyOf(dependencies);
    }

    MigrationSource source() {
        return source;
    }

    List<Path> dependencies() {
        return dependencies;
    }

    String name() {
        return source.file().name();
    }

    String fileName() {
        return source.file().fileName();
    }
}
