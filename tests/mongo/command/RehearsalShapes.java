package mongo.command;

import java.util.List;
import org.bson.Document;
import support.MongoServer;
import support.Project;

/** Migrations as teams write them, and the right verdict on each. */
final class RehearsalShapes {
    private static final String IMPORTS = """
        import static com.mongodb.client.model.Aggregates.*;
        import static com.mongodb.client.model.Filters.*;
        import static com.mongodb.client.model.Updates.*;
        import static migopy.Migration.*;

        import com.mongodb.*;
        import com.mongodb.client.*;
        import com.mongodb.client.model.*;
        import java.util.*;
        import migopy.Resumable;
        import org.bson.Document;
        import org.bson.types.ObjectId;

        """;

    private static final Shape SPLIT_NAMES = new Shape("split_names", """
        people {_id: 1, name: 'Ada Lovelace', born: 1815}
        people {_id: 2, name: 'Grace Hopper', born: 1906}
        people {_id: 3, name: 'Cher'}
        """, """
            class SplitNames {
                static void up() {
                    MongoCollection<Document> people = db().getCollection("people");
                    List<WriteModel<Document>> writes = new ArrayList<>();
                    for (Document person : people.find(exists("name"))) {
                        String[] words = person.getString("name").split(" ", 2);
                        writes.add(new UpdateOneModel<>(
                                eq("_id", person.get("_id")),
                                combine(set("first", words[0]), unset("name"),
                                        words.length == 2 ? set("last", words[1]) : unset("last"))));
                    }
                    people.bulkWrite(writes);
                }

                static void down() {
                    db().getCollection("people").updateMany(exists("first"), List.of(
                            new Document("$set", new Document("name", new Document("$concat", List.of("$first",
                                    new Document("$cond", List.of(
                                            new Document("$gt", Arrays.asList("$last", null)),
                                            new Document("$concat", List.of(" ", "$last")), "")))))),
                            new Document("$unset", List.of("first", "last"))));
                }
            }
            """, """
                applied
                people: 3 changed
                  first none -> string 3
                  last none -> string 2
                  name string -> none 3
                down same_order_differs
                """);

    private static final Shape RENAME_ZIP = new Shape("rename_zip", """
        shops {_id: 1, zip: '10115', city: 'Berlin'}
        shops {_id: 2, zip: '20095', city: 'Hamburg'}
        shops {_id: 3, city: 'Nowhere'}
        """, """
            class RenameZip {
                static void up() {
                    db().getCollection("shops").updateMany(exists("zip"), rename("zip", "postcode"));
                }

                static void down() {
                    db().getCollection("shops").updateMany(exists("postcode"), rename("postcode", "zip"));
                }
            }
            """, """
                applied
                shops: 2 changed, 1 unchanged
                  zip renamed postcode 2
                down same_order_differs
                """);

    private static final Shape NEST_ADDRESS = new Shape("nest_address", """
        customers {_id: 1, street: 'Mill Lane 1', town: 'York', vip: true}
        customers {_id: 2, street: 'High St 2', town: 'Leeds'}
        """, """
            class NestAddress {
                static void up() {
                    db().getCollection("customers").updateMany(exists("street"), combine(
                            rename("street", "address.street"), rename("town", "address.town")));
                }

                static void down() {
                    var customers = db().getCollection("customers");
                    customers.updateMany(exists("address.street"), combine(
                            rename("address.street", "street"), rename("address.town", "town")));
                    customers.updateMany(eq("address", new Document()), unset("address"));
                }
            }
            """, """
                applied
                customers: 2 changed
                  street renamed address.street 2
                  town renamed address.town 2
                down same_order_differs
                """);

    private static final Shape RENAME_SKU_OF_ITEMS = new Shape("rename_sku_of_items", """
        orders {_id: 1, items: [{sku: 'a1', n: 1}, {sku: 'b2', n: 2}]}
        orders {_id: 2, items: [{sku: 'c3', n: 1}]}
        orders {_id: 3, items: []}
        """, """
            class RenameSku {
                static void up() {
                    rename("sku", "code");
                }

                static void down() {
                    rename("code", "sku");
                }

                private static void rename(String from, String to) {
                    db().getCollection("orders").updateMany(exists("items.0"), List.of(
                            new Document("$set", new Document("items", new Document("$map", new Document(
                                    "input", "$items").append("in",
                                    new Document(to, "$$this." + from).append("n", "$$this.n")))))));
                }
            }
            """, """
                applied
                orders: 2 changed, 1 unchanged
                  items[].sku renamed items[].code 2
                down same
                """);

    private static final Shape CURRENCY_OF_PRICES = new Shape("currency_of_prices", """
        products {_id: 1, prices: [{value: 10}, {value: 12, currency: 'USD'}]}
        products {_id: 2, prices: [{value: 3, currency: 'EUR'}]}
        """, """
            class CurrencyOfPrices {
                static void up() {
                    db().getCollection("products").updateMany(exists("prices"),
                            set("prices.$[p].currency", "GBP"),
                            new UpdateOptions().arrayFilters(List.of(exists("p.currency", false))));
                }

                static void down() {
                    db().getCollection("products").updateMany(exists("prices"),
                            unset("prices.$[p].currency"),
                            new UpdateOptions().arrayFilters(List.of(eq("p.currency", "GBP"))));
                }
            }
            """, """
                applied
                products: 1 changed, 1 unchanged
                  prices[].currency none -> string 1
                down same
                """);

    private static final Shape AUTHORS_BY_OBJECT_ID = new Shape("authors_by_object_id", """
        posts {_id: 1, author: '507f1f77bcf86cd799439011', title: 'A'}
        posts {_id: 2, author: '507f191e810c19729de860ea', title: 'B'}
        posts {_id: 3, author: {$oid: '507f191e810c19729de860ea'}, title: 'C'}
        """, """
            @Resumable
            class AuthorsByObjectId {
                static void up() {
                    db().getCollection("posts").updateMany(type("author", "string"),
                            List.of(set(new Field<>("author", new Document("$toObjectId", "$author")))));
                }
            }
            """, """
                applied
                posts: 2 changed, 1 unchanged
                  author string -> objectId 2
                down no_down
                twice same
                """);

    private static final Shape ACCOUNTS_WITH_NEW_IDS = new Shape("accounts_with_new_ids", """
        accounts {_id: 'ada', balance: 5}
        accounts {_id: 'bob', balance: 7}
        cards {_id: 1, account: 'ada'}
        cards {_id: 2, account: 'bob'}
        """, """
            class AccountsWithNewIds {
                static void up(MongoDatabase database, ClientSession session) {
                    var accounts = database.getCollection("accounts");
                    var cards = database.getCollection("cards");
                    for (Document account : accounts.find(session, type("_id", "string")).into(new ArrayList<>())) {
                        Object login = account.get("_id");
                        ObjectId id = new ObjectId();
                        accounts.insertOne(session, account.append("login", login).append("_id", id));
                        accounts.deleteOne(session, eq("_id", login));
                        cards.updateMany(session, eq("account", login), set("account", id));
                    }
                }
            }
            """, """
                applied
                accounts: 2 inserted, 2 deleted
                cards: 2 changed
                  account string -> objectId 2
                down no_down
                warning M105
                """);

    private static final Shape TOTALS_OF_BUYERS = new Shape("totals_of_buyers", """
        buyers {_id: 1, name: 'Ada'}
        buyers {_id: 2, name: 'Bob'}
        sales {_id: 1, buyer: 1, total: 10}
        sales {_id: 2, buyer: 1, total: 5}
        sales {_id: 3, buyer: 9, total: 5}
        """, """
            class TotalsOfBuyers {
                static void up() {
                    db().getCollection("sales").aggregate(List.of(
                            group("$buyer", Accumulators.sum("spent", "$total")),
                            merge("buyers", new MergeOptions()
                                    .whenMatched(MergeOptions.WhenMatched.MERGE)
                                    .whenNotMatched(MergeOptions.WhenNotMatched.DISCARD)))).toCollection();
                }

                static void down() {
                    db().getCollection("buyers").updateMany(exists("spent"), unset("spent"));
                }
            }
            """, """
                applied
                buyers: 1 changed, 1 unchanged
                  spent none -> int 1
                down same
                """);

    private static final Shape LOWER_EMAILS = new Shape("lower_emails", """
        readers {_id: 1, email: 'Ada@X.org'}
        readers {_id: 2, email: 'bob@x.org'}
        readers {_id: 3}
        """, """
            @Resumable
            class LowerEmails {
                static void up() {
                    backfill("readers").where(and(exists("email"), exists("lower", false)))
                            .each(reader -> set("lower", reader.getString("email").toLowerCase(Locale.ROOT)))
                            .run();
                }

                static void down() {
                    db().getCollection("readers").updateMany(exists("lower"), unset("lower"));
                }
            }
            """, """
                applied
                readers: 2 changed, 1 unchanged
                  lower none -> string 2
                down same
                twice same
                """);

    static final Shape DATES_OF_VISITS = new Shape("dates_of_visits", """
        visits {_id: 1, at: '2026-01-31T00:00:00.000Z', n: 1}
        visits {_id: 2, n: 2}
        """, """
            @Resumable
            class DatesOfVisits {
                static void up() {
                    backfill("visits").where(type("at", "string"))
                            .update(set(new Field<>("at", new Document("$toDate", "$at")))).run();
                }

                static void down() {
                    db().getCollection("visits").updateMany(type("at", "date"), List.of(set(new Field<>("at",
                            new Document("$dateToString", new Document("date", "$at"))))));
                }
            }
            """, """
                applied
                visits: 1 changed, 1 unchanged
                  at string -> date 1
                down same
                twice same
                """);

    private static final Shape PLANS = new Shape("plans", """
        plans {_id: 'free', price: 0}
        """, """
            class Plans {
                static void up() {
                    var plans = db().getCollection("plans");
                    plans.bulkWrite(List.of(plan("free", 0), plan("team", 20), plan("firm", 90)));
                }

                private static WriteModel<Document> plan(String id, int price) {
                    return new ReplaceOneModel<>(eq("_id", id), new Document("price", price),
                            new ReplaceOptions().upsert(true));
                }

                static void down() {
                    db().getCollection("plans").deleteMany(in("_id", "team", "firm"));
                }
            }
            """, """
                applied
                plans: 2 inserted, 1 unchanged
                down same
                """);

    private static final Shape ONLY_IN_TEST = new Shape("only_in_test", """
        flags {_id: 1}
        """, """
            class OnlyInTest {
                static void up() {
                    if (db().getCollection("flags").countDocuments(eq("test", true)) == 0) {
                        skip("not a test system");
                    }
                    db().getCollection("flags").insertOne(new Document("new", true));
                }
            }
            """, """
                skipped
                """);

    private RehearsalShapes() {}

    /**
     * A migration.
     *
     * @param name of its file, after the number
     * @param data lines of a collection and a document, or of {@code run} and a command
     * @param source its class
     * @param verdict as {@link RehearsalVerdict} writes it
     */
    record Shape(String name, String data, String source, String verdict) {
        /** Writes its file into a project, and its data into the project's database. */
        void into(Project project, MongoServer server, int number) {
            project.with(number + "_" + name + ".java", IMPORTS + source);
            data.lines().forEach(line -> {
                int blank = line.indexOf(' ');
                Document document = Document.parse(line.substring(blank));
                if (line.startsWith("run ")) {
                    server.db().runCommand(document);
                } else {
                    server.collection(line.substring(0, blank)).insertOne(document);
                }
            });
        }
    }

    /** Those of documents that have no finding. */
    static List<Shape> ofDocuments() {
        return List.of(
                SPLIT_NAMES,
                RENAME_ZIP,
                NEST_ADDRESS,
                RENAME_SKU_OF_ITEMS,
                CURRENCY_OF_PRICES,
                AUTHORS_BY_OBJECT_ID,
                ACCOUNTS_WITH_NEW_IDS,
                TOTALS_OF_BUYERS,
                LOWER_EMAILS,
                DATES_OF_VISITS,
                PLANS,
                ONLY_IN_TEST);
    }
}
