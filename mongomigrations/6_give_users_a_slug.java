///usr/bin/env jbang "$0" "$@" ; exit $?
//DEPS ../migopy.java
//DEPS com.github.slugify:slugify:3.0.7
import static com.mongodb.client.model.Filters.empty;
import static com.mongodb.client.model.Filters.eq;
import static com.mongodb.client.model.Filters.exists;
import static com.mongodb.client.model.Updates.set;
import static migopy.Migration.db;

import com.github.slugify.Slugify;
import com.mongodb.client.model.Updates;
import org.bson.Document;

class GiveUsersASlug {
    static void up() {
        Slugify slugify = Slugify.builder().build();
        var users = db().getCollection("users");
        for (Document user : users.find(exists("slug", false))) {
            String slug = slugify.slugify(user.getString("name"));
            users.updateOne(eq("_id", user.get("_id")), set("slug", slug));
        }
    }

    static void down() {
        db().getCollection("users").updateMany(empty(), Updates.unset("slug"));
    }

    public static void main(String... args) {
        up();
    }
}
