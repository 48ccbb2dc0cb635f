package golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static support.Migrations.marking;
import static support.Migrations.oneWay;
import static support.Project.withoutServer;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;
import support.Deployment;
import support.Project;
import support.ProjectClassPath;

/** The example of tests that an application has for its own migrations, on a container. */
class OwnTestsTest {
    private final Manual manual = Manual.read();
    private final Project project = withoutServer();

    /** Compiles the example beside the project's own class, as a build tool would. */
    private Path compiled() throws IOException {
        for (String name : new String[] {"1_add_users.java", "5_add_lowercase_emails.java"}) {
            project.with(name, manual.file(name).text());
        }
        // In place of the environment of a test runner.
        project.entry("""
            { mongoDatabase = "app"; }
            @Override protected Map<String, String> environment() { return Map.of("MIGOPY_HOME", "%s"); }
            """.formatted(project.folder()));
        String entry = Files.readString(project.folder().resolve("migopy.java"));
        String test = manual.one("test").text();
        return ReadmeTest.compiled(
                Map.of("migopy.java", entry, "MigrationsTest.java", test), ProjectClassPath.withTests());
    }

    @Test
    void theExampleCompilesWithJUnitAndTestcontainers() throws IOException {
        assertThat(compiled().resolve("MigrationsTest.class")).exists();
    }

    @Test
    void theExamplePassesOnAContainer() throws Exception {
        assumeTrue(Deployment.dockerAnswers(), "Docker is not available");
        project.with("6_last.java", marking("last"));
        TestExecutionSummary summary = summary();
        assertThat(summary.getFailures()).isEmpty();
        assertThat(summary.getTestsSucceededCount()).isEqualTo(2);
    }

    @Test
    void theExampleFailsWithAMigrationThatCannotBeRolledBack() throws Exception {
        assumeTrue(Deployment.dockerAnswers(), "Docker is not available");
        project.with("6_last.java", oneWay("last"));
        TestExecutionSummary summary = summary();
        assertThat(summary.getFailures()).hasSize(1);
        assertThat(summary.getTestsSucceededCount()).isEqualTo(1);
    }

    private TestExecutionSummary summary() throws Exception {
        URL[] classes = {compiled().toUri().toURL()};
        try (var loader = new URLClassLoader(classes, getClass().getClassLoader())) {
            var request = LauncherDiscoveryRequestBuilder.request()
                    .selectors(selectClass(loader.loadClass("MigrationsTest")))
                    .build();
            var listener = new SummaryGeneratingListener();
            LauncherFactory.create().execute(request, listener);
            return listener.getSummary();
        }
    }
}
