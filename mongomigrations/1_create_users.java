///usr/bin/env jbang "$0" "$@" ; exit $?
//DEPS ../migopy.java
import static migopy.Migration.db;

class CreateUsers {
    static void up() {
        db().createCollection("users");
    }

    static void down() {
        db().getCollection("users").drop();
    }

    public static void main(String... args) {
        up();
    }
}
