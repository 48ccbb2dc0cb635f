package migopy.lint;

import java.util.List;
import java.util.Set;
import javax.lang.model.element.Element;
import javax.lang.model.element.ElementKind;
import javax.lang.model.element.ExecutableElement;
import migopy.report.Finding.Severity;

/** Rules for transactions, and for what is repeated without one. */
final class TransactionRules {
    private static final LintRule FORGOTTEN = new LintRule(
            "M302",
            Severity.ERROR,
            "a call without the session in a transactional migration",
            "It is not part of the transaction: it stays when the transaction is rolled back, and does not see its"
                    + " writes.",
            """
            static void up(MongoDatabase db, ClientSession session) {
                db.getCollection("audit").insertOne(new Document("opened", "ada"));
            }
            """,
            """
            static void up(MongoDatabase db, ClientSession session) {
                db.getCollection("audit").insertOne(session, new Document("opened", "ada"));
            }
            """);

    private static final LintRule REFUSED = new LintRule(
            "M303",
            Severity.ERROR,
            "a command that the server refuses in a transaction",
            "The migration fails each time.",
            """
            static void up(MongoDatabase db, ClientSession session) {
                db.getCollection("users").createIndex(session, Indexes.ascending("email"));
            }
            """,
            """
            static void up(MongoDatabase db) {
                db.getCollection("users").createIndex(Indexes.ascending("email"));
            }
            """);

    private static final LintRule REPEATED = new LintRule(
            "M305",
            Severity.WARNING,
            "`$inc`, `$mul` or `$push` outside of a transaction and of `once()`",
            "If the migration is interrupted and run again, documents are changed twice.",
            """
            static void up() {
                db().getCollection("accounts").updateMany(eq("plan", "pro"), inc("credit", 10));
            }
            """,
            """
            static void up() {
                backfill("accounts").where(eq("plan", "pro")).each(account -> inc("credit", 10)).once().run();
            }
            """);

    static final List<LintRule> ALL = List.of(FORGOTTEN, REFUSED, REPEATED);

    /** Calls that list what there is, which no transaction can do, and which need no session therefore. */
    private static final Set<String> LISTING =
            Set.of("listCollections", "listCollectionNames", "listIndexes", "listSearchIndexes");

    private static final Set<String> NOT_IN_TRANSACTIONS = Set.of(
            "createIndex",
            "createIndexes",
            "createSearchIndex",
            "createSearchIndexes",
            "createView",
            "drop",
            "dropDatabase",
            "dropIndex",
            "dropIndexes",
            "renameCollection",
            "collMod",
            "toCollection",
            "mapReduce");

    private static final Set<String> NOT_REPEATABLE = Set.of("$inc", "$mul", "$push");

    private final SourceFacts facts;
    private final RuleReport report;

    private TransactionRules(SourceFacts facts, RuleReport report) {
        this.facts = facts;
        this.report = report;
    }

    static void check(SourceFacts facts, RuleReport report) {
        TransactionRules rules = new TransactionRules(facts, report);
        for (SourceCall call : facts.calls) {
            if (call.inTransaction()) {
                rules.inTransaction(call);
            } else {
                rules.outside(call);
            }
        }
    }

    private void inTransaction(SourceCall call) {
        boolean ofDriver = call.ofCollection()
                || call.ofDatabase()
                || call.is("toCollection") && call.owner().startsWith("com.mongodb.client.");
        if (!ofDriver) {
            return;
        }
        if (NOT_IN_TRANSACTIONS.contains(call.method()) || LISTING.contains(call.method()) && call.hasSession()) {
            if (!call.is("createIndex", "createIndexes") || !isOnNewCollection(call)) {
                report.add(
                        REFUSED,
                        call,
                        "the server refuses " + call.method() + " in a transaction"
                                + (call.method().startsWith("createIndex") ? ", except on a new collection" : ""),
                        "Move it into a migration of its own, with up(MongoDatabase db)");
            }
        } else if (!call.hasSession() && !LISTING.contains(call.method()) && couldTakeSession(call)) {
            String session = facts.session(call.path());
            report.add(
                    FORGOTTEN,
                    call,
                    call.method() + "(...) is called without the session, so it is not part of the transaction",
                    "Pass the session: %s(%s%s)"
                            .formatted(
                                    call.element().getSimpleName(),
                                    session == null ? "session" : session,
                                    call.arguments().isEmpty() ? "" : ", ..."));
        }
    }

    private boolean isOnNewCollection(SourceCall index) {
        String collection = index.collection();
        return collection != null
                && facts.calls.stream().anyMatch(call -> call.is("createCollection") && call.on(collection));
    }

    /** Whether another method of the same name takes a session. */
    private boolean couldTakeSession(SourceCall call) {
        for (Element member : call.element().getEnclosingElement().getEnclosedElements()) {
            if (member.getKind() == ElementKind.METHOD
                    && member.getSimpleName().equals(call.element().getSimpleName())
                    && member instanceof ExecutableElement method
                    && !method.getParameters().isEmpty()
                    && facts.isA(method.getParameters().get(0).asType(), SourceFacts.SESSION)) {
                return true;
            }
        }
        return false;
    }

    private void outside(SourceCall call) {
        boolean update = call.ofCollection() && call.is("updateOne", "updateMany", "findOneAndUpdate")
                || call.is("each") && call.owner().equals(SourceCall.BACKFILL);
        int argument = call.is("each") ? 0 : 1;
        if (!update || call.argument(argument) == null || call.is("each") && isOnce(call)) {
            return;
        }
        for (BsonTree.FieldUpdate change : BsonTree.changes(facts, BsonTree.result(call.argument(argument)))) {
            if (NOT_REPEATABLE.contains(change.operator())) {
                report.add(
                        REPEATED,
                        call,
                        change.operator() + " of " + change.field() + " changes a document again if it is repeated",
                        call.is("each")
                                ? "Add .once() before .run()"
                                : "backfill(\"%s\").where(...).each(document -> ...).once().run()"
                                        .formatted(call.collection() == null ? "..." : call.collection()));
                return;
            }
        }
    }

    /** Whether the chain of calls of a backfill contains {@code once()}. */
    private boolean isOnce(SourceCall each) {
        return facts.calls.stream()
                .filter(call -> call.is("once") && call.owner().equals(SourceCall.BACKFILL))
                .anyMatch(call -> call.isInChainWith(each));
    }
}
