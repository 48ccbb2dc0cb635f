package mongo.command;

import java.util.List;
import mongo.command.RehearsalShapes.Shape;

/** Migrations with a mistake that a rehearsal finds. */
final class RehearsalFaultyShapes {
    private static final Shape A_DOWN_THAT_LOSES_DATA = new Shape("a_down_that_loses_data", """
        people {_id: 1, first: 'Ada', last: 'Lovelace'}
        people {_id: 2, first: 'Cher', last: null}
        """, """
            class JoinNames {
                static void up() {
                    db().getCollection("people").updateMany(exists("first"), List.of(
                            new Document("$set", new Document("name",
                                    new Document("$concat", List.of("$first", " ", "$last")))),
                            new Document("$unset", List.of("first", "last"))));
                }

                static void down() {
                    db().getCollection("people").updateMany(exists("name"), rename("name", "first"));
                }
            }
            """, """
                applied
                people: 2 changed
                  first string -> none 2
                  last null -> none 1
                  last string -> none 1
                  name none -> null 1
                  name none -> string 1
                down differs
                  people: 2 changed
                    first string -> null 1
                    first string -> string 1
                    last null -> none 1
                    last string -> none 1
                """);

    private static final Shape A_TYPO_IN_DOWN = new Shape("a_typo_in_down", """
        users {_id: 1, mail: 'ada@x.org'}
        users {_id: 2, mail: 'bob@x.org'}
        """, """
            class RenameMail {
                static void up() {
                    db().getCollection("users").updateMany(exists("mail"), rename("mail", "email"));
                }

                static void down() {
                    db().getCollection("users").updateMany(exists("e-mail"), rename("e-mail", "mail"));
                }
            }
            """, """
                applied
                users: 2 changed
                  mail renamed email 2
                down differs
                  users: 2 changed
                    mail renamed email 2
                """);

    private static final Shape A_DOWN_OF_NOTHING = new Shape("a_down_of_nothing", """
        jobs {_id: 1}
        """, """
            class StateOfJobs {
                static void up() {
                    db().getCollection("jobs").updateMany(exists("state", false), set("state", "new"));
                }

                static void down() {}
            }
            """, """
                applied
                jobs: 1 changed
                  state none -> string 1
                down differs
                  jobs: 1 changed
                    state none -> string 1
                warning M311
                """);

    private static final Shape A_DOWN_THAT_TAKES_TOO_MUCH = new Shape("a_down_that_takes_too_much", """
        invoices {_id: 1, paid: true}
        invoices {_id: 2}
        """, """
            class PaidInvoices {
                static void up() {
                    db().getCollection("invoices").updateMany(exists("paid", false), set("paid", false));
                }

                static void down() {
                    db().getCollection("invoices").updateMany(new Document(), unset("paid"));
                }
            }
            """, """
                applied
                invoices: 1 changed, 1 unchanged
                  paid none -> bool 1
                down differs
                  invoices: 1 changed, 1 unchanged
                    paid bool -> none 1
                """);

    private static final Shape DATES_THAT_WERE_MIXED =
            new Shape("dates_that_were_mixed", """
                visits {_id: 1, at: '2026-01-31T00:00:00.000Z'}
                visits {_id: 2, at: {$date: '2026-02-01T00:00:00Z'}}
                """, RehearsalShapes.DATES_OF_VISITS.source(), """
                    applied
                    visits: 1 changed, 1 unchanged
                      at string -> date 1
                    down differs
                      visits: 1 changed, 1 unchanged
                        at date -> string 1
                    twice same
                    """);

    private static final Shape A_DROP = new Shape("a_drop", """
        carts {_id: 1}
        carts {_id: 2}
        run {createIndexes: 'carts', indexes: [{key: {user: 1}, name: 'user_1'}]}
        """, """
            class DropCarts {
                static void up() {
                    db().getCollection("carts").drop();
                }

                static void down() {
                    db().createCollection("carts");
                }
            }
            """, """
                applied
                carts: 2 deleted
                carts drop
                down differs
                  carts: 2 deleted
                  carts dropIndex user_1
                error M101
                """);

    private static final Shape RESUMABLE_BUT_COUNTED_TWICE = new Shape("resumable_but_counted_twice", """
        points {_id: 1, n: 1}
        points {_id: 2, n: 5}
        """, """
            @Resumable
            class DoublePoints {
                static void up() {
                    db().getCollection("points").updateMany(exists("n"), mul("n", 2));
                }

                static void down() {
                    db().getCollection("points").updateMany(exists("n"), mul("n", 0.5));
                }
            }
            """, """
                applied
                points: 2 changed
                  n int -> int 2
                down differs
                  points: 2 changed
                    n int -> double 2
                twice differs
                  points: 2 changed
                    n int -> int 2
                warning M305
                warning M305
                """);

    private static final Shape RESUMABLE_BUT_INSERTS_TWICE = new Shape("resumable_but_inserts_twice", "", """
        @Resumable
        class AddHolidays {
            static void up() {
                db().getCollection("holidays").insertMany(List.of(
                        new Document("day", "01-01"), new Document("day", "05-01")));
            }

            static void down() {
                db().getCollection("holidays").drop();
            }
        }
        """, """
            applied
            holidays: 2 inserted
            holidays create
            down same
            twice differs
              holidays: 2 inserted, 2 unchanged
            """);

    private static final Shape A_DOWN_THAT_NAMES_ANOTHER_INDEX =
            new Shape("a_down_that_names_another_index", """
                mails {_id: 1, to: 'ada'}
                """, """
                    class IndexMails {
                        static void up() {
                            db().getCollection("mails").createIndex(Indexes.ascending("to"), new IndexOptions().name("to"));
                        }

                        static void down() {
                            db().getCollection("mails").dropIndex("to_1");
                        }
                    }
                    """, """
                        applied
                        mails: 1 unchanged
                        mails createIndex to
                        down failed: Command execution failed on MongoDB server with error 27 (IndexNotFound): 'index not found with name [to_1]'
                        """);

    private static final Shape A_RENAME_OF_A_COLLECTION = new Shape("a_rename_of_a_collection", """
        stores {_id: 1}
        """, """
            class RenameStores {
                static void up() {
                    db().getCollection("stores").renameCollection(new MongoNamespace(db().getName(), "branches"));
                }
            }
            """, """
                applied
                branches: 1 unchanged
                stores renameCollection branches
                down no_down
                error M106
                """);

    private static final Shape UP_THAT_THROWS_HALFWAY = new Shape("up_that_throws_halfway", """
        items {_id: 1, price: '10'}
        items {_id: 2, price: 'n/a'}
        """, """
            class Prices {
                static void up() {
                    var items = db().getCollection("items");
                    for (Document item : items.find(type("price", "string")).sort(new Document("_id", 1))) {
                        items.updateOne(eq("_id", item.get("_id")), set("price", Integer.parseInt(item.getString("price"))));
                    }
                }

                static void down() {
                    db().getCollection("items").updateMany(type("price", "int"),
                            List.of(set(new Field<>("price", new Document("$toString", "$price")))));
                }
            }
            """, """
                failed: For input string: "?"
                items: 1 changed, 1 unchanged
                  price string -> int 1
                warning M105
                """);

    private static final Shape A_UNIQUE_INDEX_ON_DUPLICATES = new Shape("a_unique_index_on_duplicates", """
        members {_id: 1, email: 'ada@x.org'}
        members {_id: 2, email: 'ada@x.org'}
        """, """
            class UniqueEmails {
                static void up() {
                    db().getCollection("members").createIndex(Indexes.ascending("email"), new IndexOptions().unique(true));
                }
            }
            """, """
                failed: E11000 duplicate key error collection: COPY.members index: email_1 dup key: {?}
                members: 2 unchanged
                """);

    private static final Shape A_VALIDATOR_THAT_REJECTS_THE_NEXT_WRITE =
            new Shape("a_validator_that_rejects_the_next_write", """
                tasks {_id: 1, title: 'Write'}
                """, """
                    class ValidateTasks {
                        static void up() {
                            db().runCommand(new Document("collMod", "tasks")
                                    .append("validator", new Document("state", new Document("$type", "string"))));
                            db().getCollection("tasks").updateMany(new Document(), set("open", true));
                        }
                    }
                    """, """
                        failed: Document failed validation: field was missing ({"?": {"?": "?"}})
                        tasks: 1 unchanged
                        tasks collMod
                        """);

    private static final Shape A_TRANSACTION_THAT_THROWS = new Shape("a_transaction_that_throws", """
        funds {_id: 1, sum: 5}
        funds {_id: 2, sum: 0}
        """, """
            class Move {
                static void up(MongoDatabase database, ClientSession session) {
                    var funds = database.getCollection("funds");
                    funds.updateOne(session, eq("_id", 1), inc("sum", -10));
                    if (funds.countDocuments(session, lt("sum", 0)) > 0) {
                        throw new IllegalStateException("not enough");
                    }
                    funds.updateOne(session, eq("_id", 2), inc("sum", 10));
                }
            }
            """, """
                failed: not enough
                funds: 2 unchanged
                """);

    private static final Shape A_DROP_OF_THE_DATABASE = new Shape("a_drop_of_the_database", """
        users {_id: 1}
        """, """
            class DropAll {
                static void up() {
                    db().drop(); // migopy:allow M101 it is empty everywhere
                }
            }
            """, """
                failed: dropDatabase would also drop the lock and the journal of the run
                """);

    private RehearsalFaultyShapes() {}

    /** Those whose {@code up()} ends, so that the next ones are rehearsed, too. */
    static List<Shape> thatEnd() {
        return List.of(
                A_DOWN_THAT_LOSES_DATA,
                A_TYPO_IN_DOWN,
                A_DOWN_OF_NOTHING,
                A_DOWN_THAT_TAKES_TOO_MUCH,
                DATES_THAT_WERE_MIXED,
                A_DROP,
                RESUMABLE_BUT_COUNTED_TWICE,
                RESUMABLE_BUT_INSERTS_TWICE,
                A_DOWN_THAT_NAMES_ANOTHER_INDEX,
                A_RENAME_OF_A_COLLECTION);
    }

    /** Each is the last that is rehearsed. */
    static List<Shape> thatFail() {
        return List.of(
                UP_THAT_THROWS_HALFWAY,
                A_UNIQUE_INDEX_ON_DUPLICATES,
                A_VALIDATOR_THAT_REJECTS_THE_NEXT_WRITE,
                A_TRANSACTION_THAT_THROWS,
                A_DROP_OF_THE_DATABASE);
    }
}
