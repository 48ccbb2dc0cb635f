package mongo.command;

import java.util.List;
import mongo.command.RehearsalShapes.Shape;

/** Migrations of collections, indexes, validators and views that have no finding. */
final class RehearsalCatalogShapes {
    private static final Shape UNIQUE_EMAILS = new Shape("unique_emails", """
        members {_id: 1, email: 'ada@x.org', at: 1}
        members {_id: 2, email: 'bob@x.org', at: 2}
        members {_id: 3, email: 'ada@x.org', at: 3}
        """, """
            class UniqueEmails {
                static void up() {
                    var members = db().getCollection("members");
                    for (Document twice : members.aggregate(List.of(sort(Sorts.ascending("at")),
                            group("$email", Accumulators.push("ids", "$_id")), match(exists("ids.1"))))) {
                        List<Object> ids = twice.getList("ids", Object.class);
                        members.deleteMany(in("_id", ids.subList(1, ids.size())));
                    }
                    members.createIndex(Indexes.ascending("email"), new IndexOptions().unique(true));
                }
            }
            """, """
                applied
                members: 1 deleted, 2 unchanged
                members createIndex email_1
                down no_down
                """);

    private static final Shape VALIDATE_TASKS = new Shape("validate_tasks", """
        tasks {_id: 1, title: 'Write', state: 'open'}
        """, """
            class ValidateTasks {
                static void up() {
                    db().runCommand(new Document("collMod", "tasks")
                            .append("validator", new Document("$jsonSchema", new Document("required", List.of("title"))))
                            .append("validationLevel", "moderate"));
                }

                static void down() {
                    db().runCommand(new Document("collMod", "tasks").append("validator", new Document())
                            .append("validationLevel", "off"));
                }
            }
            """, """
                applied
                tasks: 1 unchanged
                tasks collMod
                down same
                """);

    private static final Shape INDEX_LINES = new Shape("index_lines", """
        lines {_id: 1, order: 1, sku: 'a', gone: true}
        lines {_id: 2, order: 2, sku: 'b'}
        run {createIndexes: 'lines', indexes: [{key: {order: 1}, name: 'order_1'}]}
        """, """
            class IndexLines {
                static void up() {
                    var lines = db().getCollection("lines");
                    lines.createIndexes(List.of(
                            new IndexModel(Indexes.compoundIndex(Indexes.ascending("order"), Indexes.text("sku"))),
                            new IndexModel(Indexes.ascending("sku"), new IndexOptions().name("open_skus")
                                    .unique(true).partialFilterExpression(eq("gone", true))
                                    .collation(Collation.builder().locale("en").build()))));
                    lines.dropIndex("order_1");
                }

                static void down() {
                    var lines = db().getCollection("lines");
                    lines.dropIndex("order_1_sku_text");
                    lines.dropIndex("open_skus");
                    lines.createIndex(Indexes.ascending("order"));
                }
            }
            """, """
                applied
                lines: 2 unchanged
                lines createIndex open_skus
                lines dropIndex order_1
                lines createIndex order_1_sku_text
                down same
                warning M108
                """);

    private static final Shape CREATE_AUDIT = new Shape("create_audit", "", """
        class CreateAudit {
            static void up() {
                db().createCollection("audit", new CreateCollectionOptions().capped(true).sizeInBytes(1 << 20));
                db().createCollection("ticks", new CreateCollectionOptions()
                        .timeSeriesOptions(new TimeSeriesOptions("at").metaField("of")));
                db().createView("newest", "audit", List.of(sort(Sorts.descending("_id"))));
                db().getCollection("audit").insertOne(new Document("_id", 1));
                db().getCollection("ticks").insertOne(new Document("at", new Date()).append("of", 1));
            }

            static void down() {
                List.of("newest", "ticks", "audit").forEach(name -> db().getCollection(name).drop());
            }
        }
        """, """
            applied
            audit: 1 inserted
            ticks: 1 inserted
            audit create
            newest create
            ticks create
            down same
            """);

    private static final Shape FILL_AUDIT = new Shape("fill_audit", "", """
        class FillAudit {
            static void up() {
                db().getCollection("audit").insertMany(List.of(new Document("_id", 2), new Document("_id", 3)));
                db().getCollection("ticks").insertOne(new Document("at", new Date()).append("of", 2));
                db().runCommand(new Document("collMod", "newest").append("viewOn", "audit")
                        .append("pipeline", List.of(new Document("$sort", new Document("_id", 1)))));
            }

            static void down() {
                db().getCollection("audit").deleteMany(gt("_id", 1));
                db().getCollection("ticks").deleteMany(eq("of", 2));
                db().runCommand(new Document("collMod", "newest").append("viewOn", "audit")
                        .append("pipeline", List.of(new Document("$sort", new Document("_id", -1)))));
            }
        }
        """, """
            applied
            audit: 2 inserted, 1 unchanged
            ticks: 1 inserted, 1 unchanged
            newest collMod
            down same
            """);

    private static final Shape RENAME_SHOPS = new Shape("rename_shops", """
        stores {_id: 1, name: 'A'}
        run {createIndexes: 'stores', indexes: [{key: {name: 1}, name: 'name_1'}]}
        """, """
            class RenameShops {
                static void up() {
                    // migopy:allow M106 the application is stopped during this release
                    db().getCollection("stores").renameCollection(new MongoNamespace(db().getName(), "branches"));
                }

                static void down() {
                    db().getCollection("branches").renameCollection(new MongoNamespace(db().getName(), "stores"));
                }
            }
            """, """
                applied
                branches: 1 unchanged
                stores renameCollection branches
                down same
                """);

    private RehearsalCatalogShapes() {}

    static List<Shape> all() {
        return List.of(UNIQUE_EMAILS, VALIDATE_TASKS, INDEX_LINES, CREATE_AUDIT, FILL_AUDIT, RENAME_SHOPS);
    }
}
