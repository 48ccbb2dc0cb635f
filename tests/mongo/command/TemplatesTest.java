package mongo.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static support.Migrations.marking;
import static support.Project.project;
import static support.Project.withoutServer;

import com.mongodb.client.model.Indexes;
import golden.Manual;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import support.MongoServer;
import support.OnServer;
import support.Project;

/** {@code create --from}: each template as it is written. */
@OnServer
class TemplatesTest {
    private static final String M_PATTERN = "m(?<number>[0-9]+)_[a-z0-9_]+\\.java";

    private static Project from(String template, MongoServer server) {
        var project = project(server);
        project.run("create", "--from", template, "first change").exits(0);
        project.run("validate").exits(0).says("1 migration checked, no problems.");
        return project;
    }

    private static void insert(MongoServer server, String... users) {
        for (String user : users) {
            server.collection("users").insertOne(Document.parse(user));
        }
    }

    private static List<Document> users(MongoServer server) {
        return server.collection("users").find().sort(new Document("_id", 1)).into(new ArrayList<>());
    }

    private static List<String> indexes(MongoServer server) {
        return server.collection("users")
                .listIndexes()
                .map(index -> index.getString("name"))
                .into(new ArrayList<>());
    }

    @ParameterizedTest
    @ValueSource(strings = {"backfill", "index", "rename-field", "unique", "validator"})
    void aTemplateRunsRollsBackAndRunsTwice(String template, MongoServer server) {
        insert(server, "{_id: 1, name: 'Ada', email: 'Ada@example.com'}");
        var project = from(template, server);
        List<Document> before = users(server);
        project.run("execute").exits(0);
        List<Document> after = users(server);
        server.collection("migrations").deleteMany(new Document());
        project.run("execute").exits(0);
        assertThat(users(server)).isEqualTo(after);
        project.run("rollback", "1").exits(0);
        assertThat(users(server)).isEqualTo(before);
        assertThat(indexes(server)).containsExactly("_id_");
        project.run("execute").exits(0);
        assertThat(users(server)).isEqualTo(after);
    }

    @ParameterizedTest
    @ValueSource(strings = {"backfill", "index", "rename-field", "unique", "validator"})
    void aTemplateRunsOnAnEmptyDatabase(String template, MongoServer server) {
        from(template, server).run("execute").exits(0);
    }

    @Test
    void lintFindsNothingInATemplate() {
        var project = withoutServer();
        for (String template : List.of("backfill", "index", "rename-field", "transaction", "unique", "validator")) {
            project.run("create", "--from", template, template.replace('-', ' '))
                    .exits(0);
        }
        project.run("lint").exits(0).says("6 migrations checked: no findings.");
    }

    @Test
    void anIndexOnTheSameKeysIsReportedByTheServer(MongoServer server) {
        server.collection("users").createIndex(Indexes.ascending("email"));
        var project = from("index", server);
        project.run("execute").exits(1).says("email_1");
        server.collection("users").dropIndex("email_1");
        project.run("execute").exits(0);
        assertThat(indexes(server)).containsExactly("_id_", "users_by_email");
    }

    @Test
    void aUniqueIndexListsTheDuplicatesFirst(MongoServer server) {
        insert(server, "{_id: 1, email: 'a'}", "{_id: 2, email: 'a'}", "{_id: 3, email: 'b'}");
        var project = from("unique", server);
        project.run("execute").exits(1).says("email is not unique: a (2 documents)");
        assertThat(indexes(server)).containsExactly("_id_");
        server.collection("users").deleteOne(new Document("_id", 2));
        project.run("execute").exits(0);
        assertThatThrownBy(() -> insert(server, "{email: 'b'}")).hasMessageContaining("E11000");
    }

    @Test
    void aValidatorListsTheDocumentsThatItWouldRejectFirst(MongoServer server) {
        insert(server, "{_id: 7, email: 'a'}", "{_id: 8, email: 5}", "{_id: 9}");
        var project = from("validator", server);
        project.run("execute").exits(1).says("Documents that do not match: 8, 9");
        server.collection("users").deleteMany(new Document("_id", new Document("$gt", 7)));
        project.run("execute").exits(0);
        assertThatThrownBy(() -> insert(server, "{email: 5}")).hasMessageContaining("failed validation");
        project.run("rollback", "1").exits(0);
        insert(server, "{email: 5}");
    }

    @Test
    void aBackfillAddsTheFieldWhereItIsMissing(MongoServer server) {
        insert(server, "{_id: 1, email: 'ADA'}", "{_id: 2}", "{_id: 3, email: 'BOB', emailLower: 'own'}");
        from("backfill", server).run("execute").exits(0);
        assertThat(users(server).stream().map(user -> user.get("emailLower"))).containsExactly("ada", null, "own");
    }

    @Test
    void aRenamedFieldKeepsItsOldNameAndIsRestoredByRollback(MongoServer server) {
        insert(server, "{_id: 1, name: 'Ada'}", "{_id: 2}", "{_id: 3, name: null}");
        var project = from("rename-field", server);
        project.run("execute").exits(0);
        assertThat(users(server))
                .containsExactly(
                        Document.parse("{_id: 1, name: 'Ada', fullName: 'Ada'}"),
                        Document.parse("{_id: 2}"),
                        Document.parse("{_id: 3, name: null, fullName: null}"));
        insert(server, "{_id: 4, fullName: 'Grace'}");
        project.run("rollback", "1").exits(0);
        assertThat(users(server))
                .containsExactly(
                        Document.parse("{_id: 1, name: 'Ada'}"),
                        Document.parse("{_id: 2}"),
                        Document.parse("{_id: 3, name: null}"),
                        Document.parse("{_id: 4, name: 'Grace'}"));
    }

    @Test
    void aTransactionIsAppliedAsAWholeOrNotAtAll(MongoServer server) {
        var audit = server.collection("audit");
        audit.insertOne(new Document("_id", "ada"));
        var project = from("transaction", server);
        project.run("execute").exits(1).says("E11000");
        assertThat(server.collection("accounts").countDocuments()).isZero();
        audit.deleteOne(new Document("_id", "ada"));
        for (int round = 0; round < 2; round++) {
            project.run("execute").exits(0);
            assertThat(server.collection("accounts").countDocuments()).isOne();
            project.run("rollback", "1").exits(0);
            assertThat(server.collection("accounts").countDocuments()).isZero();
            assertThat(audit.countDocuments()).isZero();
        }
    }

    @Test
    void aTemplateRunsByItself(MongoServer server) {
        var project = project(server);
        project.run("create", "--from", "transaction", "step").exits(0);
        project.startDirectly("1_step.java").exits(0);
        assertThat(server.collection("accounts").countDocuments()).isOne();
    }

    @Test
    void aClassNameNeverHidesOneThatTheTemplateUses() {
        var project = withoutServer();
        for (String word : List.of("indexes", "filters", "document", "class_name", "override")) {
            project.run("create", "--from", "unique", word).exits(0);
        }
        project.run("validate").exits(0).says("5 migrations checked, no problems.");
    }

    @Test
    void aProjectHasTemplatesOfItsOwn(MongoServer server) throws IOException {
        var project = project(server)
                .with(".template.java", marking("usual").replace("Step", "ClassName"))
                .with(".template-audit.java", marking("audit").replace("Step", "ClassName"))
                .with(".template-index.java", marking("own index"));
        project.run("create", "$1 names").exits(0);
        project.run("create", "audit", "--from", "audit").exits(0);
        project.run("create", "third", "--from", "index").exits(0);
        assertThat(Files.readString(project.migrations().resolve("1_1_names.java")))
                .startsWith("///usr/bin/env jbang")
                .contains("//DEPS ../migopy.java", "class Migration1Names");
        project.run("execute").exits(0);
        assertThat(project.marks()).containsExactly("usual", "audit", "own index");
        project.run("status", "--check").exits(0).neverSays("template");
    }

    @Test
    void theTemplateInTheManualWorks(MongoServer server) {
        var example = Manual.read().all("template").get(0);
        var project = project(server).write(example.argument(), example.text());
        project.run("create", "--from", "audit", "add users").exits(0);
        project.run("execute").exits(0);
        assertThat(server.collection("audit").find().first()).containsEntry("change", "AddUsers");
    }

    @Test
    void anUnknownTemplateIsRefusedWithTheNamesOfAll() throws IOException {
        var project = withoutServer().with(".template-audit.java", marking("audit"));
        project.run("create", "--from", "indx", "add index")
                .exits(2)
                .says("There is no template indx")
                .says("audit, backfill, index, rename-field, transaction, unique, validator");
        project.run("create", "--from", "../audit", "x").exits(2);
        project.run("create", "--from", "", "x").exits(2);
        Files.write(project.migrations().resolve(".template.java"), new byte[] {(byte) 0xff});
        project.run("create", "x").exits(3).says("The template .template.java is not UTF-8");
        assertThat(project.migrations().toFile().list()).hasSize(2);
    }

    @Test
    void namesThatAreIdentifiersOfJavaWorkEverywhere(MongoServer server) {
        var project = project(server).entry("{ migrationsFilePattern = \"" + M_PATTERN.replace("\\", "\\\\") + "\"; }");
        project.run("create", "add users").exits(0).says("mongomigrations/m1_add_users.java");
        project.run("create", "m7_step.java").exits(0).says("mongomigrations/m7_step.java");
        project.run("create", "8_more", "--from", "transaction").exits(0).says("m8_more.java");
        project.with("m7_step.java", marking("seven") + "// edited\n");
        project.run("execute").exits(0);
        project.run("rollback", "7").exits(0);
        project.run("execute", "m7").exits(0);
        assertThat(project.states()).containsOnlyKeys("m1_add_users", "m7_step", "m8_more");
        project.with("9_other.java", marking("x"));
        project.run("status").says("Rename it, for example to m12_add_users.java");
        project.without("9_other.java").with("m7_again.java", marking("again"));
        project.run("status").says("to m9_");
    }
}
