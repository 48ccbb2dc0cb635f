///usr/bin/env jbang "$0" "$@" ; exit $?
//DEPS ../migopy.java
import static com.mongodb.client.model.Filters.and;
import static com.mongodb.client.model.Filters.empty;
import static com.mongodb.client.model.Filters.exists;
import static com.mongodb.client.model.Updates.set;
import static migopy.Migration.backfill;
import static migopy.Migration.db;
import static migopy.Migration.log;

import com.mongodb.client.model.Updates;
import java.util.Locale;
import migopy.Resumable;

@Resumable
class AddLowercaseEmails {
    static void up() {
        long changed = backfill("users")
                .where(and(exists("email"), exists("emailLower", false)))
                .each(user -> set("emailLower", user.getString("email").toLowerCase(Locale.ROOT)))
                .run();
        log(changed + " emails are there in lower case");
    }

    static void down() {
        db().getCollection("users").updateMany(empty(), Updates.unset("emailLower"));
    }

    public static void main(String... args) {
        up();
    }
}
