package migopy.lint;

import com.sun.source.tree.ExpressionTree;
import com.sun.source.tree.MemberSelectTree;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.TreePath;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import javax.lang.model.element.ExecutableElement;
import javax.lang.model.element.TypeElement;

/** A call in the source of a migration, as rules see it: of the driver, of Migopy, or of anything else. */
public final class SourceCall {
    static final String COLLECTION = "com.mongodb.client.MongoCollection";
    static final String DATABASE = "com.mongodb.client.MongoDatabase";
    static final String MIGRATION = "migopy.Migration";
    static final String BACKFILL = "migopy.backfill.Backfill";

    /** The driver's methods of a collection that write documents. */
    static final Set<String> WRITES = Set.of(
            "insertOne",
            "insertMany",
            "updateOne",
            "updateMany",
            "replaceOne",
            "deleteOne",
            "deleteMany",
            "findOneAndUpdate",
            "findOneAndReplace",
            "findOneAndDelete",
            "bulkWrite");

    private final SourceFacts facts;
    private final TreePath path;
    private final ExecutableElement element;
    private final String owner;
    private final String method;
    private final TreePath command;

    private SourceCall(SourceFacts facts, TreePath path, ExecutableElement element, String owner) {
        this.facts = facts;
        this.path = path;
        this.element = element;
        this.owner = owner;
        List<BsonTree.BsonField> command =
                owner.equals(DATABASE) && element.getSimpleName().contentEquals("runCommand") && argument(0) != null
                        ? BsonTree.entries(facts, argument(0))
                        : List.of();
        this.command = command.isEmpty() ? null : command.get(0).value();
        this.method = command.isEmpty()
                ? element.getSimpleName().toString()
                : command.get(0).key();
    }

    /** Returns the call at a place, or null if the compiler knows no such method. */
    static SourceCall of(SourceFacts facts, TreePath path) {
        return facts.trees.getElement(path) instanceof ExecutableElement element
                        && element.getEnclosingElement() instanceof TypeElement owner
                ? new SourceCall(facts, path, element, owner.getQualifiedName().toString())
                : null;
    }

    /** Returns the method's name, or of {@code runCommand} the command's: {@code createIndex}, {@code collMod}. */
    public String method() {
        return method;
    }

    /** Whether the method, or the command of {@code runCommand}, is one of these: {@code is("createIndex", "dropIndex")}. */
    public boolean is(String... methods) {
        return Arrays.asList(methods).contains(method);
    }

    /** Returns the full name of the class whose method it is: {@code com.mongodb.client.MongoCollection}. */
    public String owner() {
        return owner;
    }

    /** Whether it is a method of the driver's collection or database, or of Migopy's backfill. */
    public boolean isDriver() {
        return owner.equals(COLLECTION) || owner.equals(DATABASE) || owner.equals(BACKFILL);
    }

    /** Returns the name of the collection that it is called on, or null if it is not a constant. */
    public String collection() {
        if (command != null) {
            return facts.text(command);
        }
        if (owner.equals(DATABASE)) {
            return argument(0) == null ? null : facts.text(argument(0));
        }
        for (TreePath at = receiver(); at != null; ) {
            SourceCall made = facts.call(facts.value(at));
            if (made == null) {
                return null;
            }
            if (made.is("getCollection", "backfill")) {
                return made.argument(0) == null ? null : facts.text(made.argument(0));
            }
            at = made.receiver();
        }
        return null;
    }

    /** Whether it is called on the collection of this name. */
    public boolean on(String collection) {
        return collection.equals(collection());
    }

    /** Whether it is only run by a rollback. */
    public boolean inDown() {
        return facts.isOutsideOfUp(path);
    }

    /** Whether it is run in a transaction. */
    public boolean inTransaction() {
        return facts.inTransaction(path);
    }

    /** Returns the text of the constant that is its argument, from 0, without a session; null if it is not one. */
    public String text(int argument) {
        return argument(argument) == null ? null : facts.text(argument(argument));
    }

    boolean ofCollection() {
        return owner.equals(COLLECTION);
    }

    boolean ofDatabase() {
        return owner.equals(DATABASE);
    }

    /** Whether it is a {@code runCommand} whose command is known. */
    boolean isCommand() {
        return command != null;
    }

    /** Whether it writes documents of a collection. */
    boolean writes() {
        return ofCollection() && WRITES.contains(method);
    }

    /** Whether one of the two is called on the result of the other, directly or with others in between. */
    boolean isInChainWith(SourceCall other) {
        return receivers().contains(other.path.getLeaf()) || other.receivers().contains(path.getLeaf());
    }

    private Set<Tree> receivers() {
        Set<Tree> receivers = new HashSet<>();
        Tree at = path.getLeaf();
        while (at instanceof MethodInvocationTree made && made.getMethodSelect() instanceof MemberSelectTree select) {
            at = select.getExpression();
            receivers.add(at);
        }
        return receivers;
    }

    TreePath path() {
        return path;
    }

    ExecutableElement element() {
        return element;
    }

    /** Returns what it is called on, or null. */
    TreePath receiver() {
        ExpressionTree select = ((MethodInvocationTree) path.getLeaf()).getMethodSelect();
        return select instanceof MemberSelectTree member
                ? new TreePath(new TreePath(path, select), member.getExpression())
                : null;
    }

    /** Returns the arguments after the session. */
    List<TreePath> arguments() {
        List<TreePath> arguments = plainArguments();
        return hasSession() ? arguments.subList(1, arguments.size()) : arguments;
    }

    /** Returns the argument of this number after the session, or null. */
    TreePath argument(int number) {
        List<TreePath> arguments = arguments();
        return number < arguments.size() ? arguments.get(number) : null;
    }

    boolean hasSession() {
        List<TreePath> arguments = plainArguments();
        return !arguments.isEmpty() && facts.isA(arguments.get(0), SourceFacts.SESSION);
    }

    private List<TreePath> plainArguments() {
        List<TreePath> arguments = new ArrayList<>();
        for (ExpressionTree argument : ((MethodInvocationTree) path.getLeaf()).getArguments()) {
            arguments.add(new TreePath(path, argument));
        }
        return arguments;
    }
}
