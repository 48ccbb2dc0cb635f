///usr/bin/env jbang "$0" "$@" ; exit $?
//DEPS ../migopy.java
import static migopy.Migration.db;

import java.util.List;
import org.bson.Document;

class AddUsers {
    static void up() {
        db().getCollection("users")
                .insertMany(List.of(
                        new Document("name", "Ada").append("email", "ada@example.com"),
                        new Document("name", "Grace").append("email", "grace@example.com")));
    }

    static void down() {
        db().getCollection("users")
                .deleteMany(
                        new Document("email", new Document("$in", List.of("ada@example.com", "grace@example.com"))));
    }

    public static void main(String... args) {
        up();
    }
}
