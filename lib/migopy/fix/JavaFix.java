package migopy.fix;

import com.mongodb.client.ClientSession;
import com.mongodb.client.MongoDatabase;
import java.util.List;
import migopy.StepReport.Direction;
import migopy.files.CompiledMigration;
import migopy.journal.Fixes;
import migopy.run.FixRunner.Fix;

/** A class with {@code up()}, of a migration's form. */
record JavaFix(Fixes.Code code, CompiledMigration compiled) implements Fix {
    @Override
    public String name() {
        return compiled.source().file().fileName();
    }

    @Override
    public boolean transactional() {
        return compiled.transactional(Direction.UP);
    }

    @Override
    public void call(MongoDatabase database, ClientSession session) throws Throwable {
        compiled.call(Direction.UP, database, session);
    }

    @Override
    public List<String> framesOf(Throwable thrown) {
        return compiled.framesOf(thrown);
    }
}
