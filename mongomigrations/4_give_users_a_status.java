///usr/bin/env jbang "$0" "$@" ; exit $?
//DEPS ../migopy.java
import static com.mongodb.client.model.Filters.empty;
import static com.mongodb.client.model.Filters.exists;
import static migopy.Migration.db;
import static migopy.Migration.log;

import com.mongodb.client.model.Updates;

class GiveUsersAStatus {
    static void up() {
        var users = db().getCollection("users");
        var result = users.updateMany(exists("status", false), Updates.set("status", "active"));
        log(result.getModifiedCount() + " users are active now");
    }

    static void down() {
        db().getCollection("users").updateMany(empty(), Updates.unset("status"));
    }

    public static void main(String... args) {
        up();
    }
}
