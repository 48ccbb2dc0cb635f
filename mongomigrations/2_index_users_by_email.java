///usr/bin/env jbang "$0" "$@" ; exit $?
//DEPS ../migopy.java
import static migopy.Migration.db;

import com.mongodb.client.model.IndexOptions;
import com.mongodb.client.model.Indexes;

class IndexUsersByEmail {
    static void up() {
        db().getCollection("users").createIndex(Indexes.ascending("email"), new IndexOptions().name("users_by_email"));
    }

    static void down() {
        db().getCollection("users").dropIndex("users_by_email");
    }

    public static void main(String... args) {
        up();
    }
}
