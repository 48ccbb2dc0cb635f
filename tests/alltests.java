///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 17+
//DEPS org.junit.jupiter:junit-jupiter:6.1.3
//DEPS org.junit.platform:junit-platform-launcher:6.1.3
//DEPS org.assertj:assertj-core:3.27.7
//DEPS org.testcontainers:testcontainers-mongodb:2.0.5
//DEPS com.google.jimfs:jimfs:1.3.1
//DEPS org.yaml:snakeyaml:2.3
//RUNTIME_OPTIONS -XX:TieredStopAtLevel=1 -XX:+UseSerialGC
//SOURCES ../lib/migopy/MigrationsManager.java
//SOURCES support/**.java
//SOURCES unit/**.java
//SOURCES golden/**.java
//SOURCES mongo/**.java
//SOURCES faults/**.java

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectPackage;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.platform.engine.FilterResult;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.TestSource;
import org.junit.platform.engine.support.descriptor.ClassSource;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.PostDiscoveryFilter;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import support.Fetched;
import support.ProjectClassPath;
import support.SignalDefaults;

/**
 * Runs all tests, or those whose class or method name contains one of the arguments, without those whose name contains one that follows a
 * hyphen: {@code faults. -RandomKiller}. {@code --rounds N} and {@code --seed N} are for random tests.
 *
 * <p>Prints each failure, the slowest tests, and as the last line how many passed and failed. Exits with 1 if a test failed or none ran.
 */
public class alltests implements TestExecutionListener {
    private static final List<String> FOLDERS = List.of("unit", "golden", "mongo", "faults");
    private static final int SLOWEST = 10;
    private static final int FRAMES = 10;
    private static final int MESSAGE_LINES = 60;
    private static final Duration PROGRESS = Duration.ofSeconds(20);
    private static final Duration TEST_LIMIT = Duration.ofMinutes(3);

    /** The system properties that tests read. */
    private static final Map<String, String> OPTIONS =
            Map.of("--rounds", "migopy.test.rounds", "--seed", "migopy.test.seed");

    private final PrintStream out;
    private final Map<String, Long> started = new HashMap<>();
    private final long startNanos = System.nanoTime();
    private long reportedNanos = startNanos;
    private long planned;
    private final List<Timed> times = new ArrayList<>();
    private int passed;
    private int failed;
    private int skipped;

    private record Timed(String test, long millis) {}

    alltests(PrintStream out) {
        this.out = out;
    }

    public static void main(String... arguments) {
        if (SignalDefaults.lacksInterrupts()) {
            System.exit(SignalDefaults.startAgain());
        }
        String[] names = withoutOptions(arguments);
        ProjectClassPath.takeEffect();
        // The tests' own stream: a migration under test may print to, or close, System.out.
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        AtomicBoolean finished = new AtomicBoolean();
        Thread guard = new Thread(
                () -> {
                    if (!finished.get()) {
                        out.println("The tests were ended early.");
                        Runtime.getRuntime().halt(1);
                    }
                },
                "ended-early");
        Runtime.getRuntime().addShutdownHook(guard);
        alltests tests = new alltests(out);
        if (names.length == 0) {
            out.println("All tests: about 15 minutes on two processors. They start MongoDB servers on"
                    + " free ports, and keep all files in one temporary folder.");
            out.println("The first run fetches " + Fetched.missing() + ".");
        }
        LauncherFactory.create().execute(request(names), tests);
        int exitCode = tests.sum();
        finished.set(true);
        System.exit(exitCode);
    }

    /** Sets the system properties of options, and returns the names. */
    private static String[] withoutOptions(String... arguments) {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < arguments.length; i++) {
            String property = OPTIONS.get(arguments[i]);
            if (property == null) {
                names.add(arguments[i]);
            } else if (++i < arguments.length) {
                System.setProperty(property, arguments[i]);
            }
        }
        return names.toArray(String[]::new);
    }

    private static LauncherDiscoveryRequest request(String... names) {
        return LauncherDiscoveryRequestBuilder.request()
                .selectors(FOLDERS.stream().map(folder -> selectPackage(folder)).toList())
                .filters(named(names))
                .configurationParameter("junit.jupiter.execution.timeout.default", TEST_LIMIT.toSeconds() + " s")
                .build();
    }

    private static PostDiscoveryFilter named(String... names) {
        List<String> without = Stream.of(names)
                .filter(name -> name.startsWith("-"))
                .map(name -> name.substring(1))
                .toList();
        List<String> wanted =
                Stream.of(names).filter(name -> !name.startsWith("-")).toList();
        return test -> FilterResult.includedIf(test.getSource()
                .filter(MethodSource.class::isInstance)
                .map(alltests::name)
                .map(name -> (wanted.isEmpty() || matches(name, wanted)) && !matches(name, without))
                .orElse(true));
    }

    private static boolean matches(String test, List<String> names) {
        return names.stream().anyMatch(name -> test.toLowerCase(Locale.ROOT).contains(name.toLowerCase(Locale.ROOT)));
    }

    private static String name(TestSource source) {
        if (source instanceof MethodSource method) {
            return method.getClassName() + "." + method.getMethodName();
        }
        return source instanceof ClassSource type ? type.getClassName() : source.toString();
    }

    private static String title(TestIdentifier test) {
        Optional<TestSource> source = test.getSource();
        String name = source.map(alltests::name).orElse(test.getDisplayName());
        if (!(source.orElse(null) instanceof MethodSource method)) {
            return name;
        }
        String sentence = method.getMethodName()
                .replaceAll("(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[a-z])(?=[0-9])", " ")
                .toLowerCase(Locale.ROOT);
        boolean oneOfSeveral = !test.getDisplayName().startsWith(method.getMethodName());
        return method.getClassName() + ": " + sentence + (oneOfSeveral ? ", " + test.getDisplayName() : "");
    }

    @Override
    public void testPlanExecutionStarted(TestPlan plan) {
        planned = plan.countTestIdentifiers(TestIdentifier::isTest);
    }

    /** Prints a line every 20 s: a run that prints nothing for minutes seems to hang. */
    private void progress(TestIdentifier test) {
        long now = System.nanoTime();
        if (now - reportedNanos < PROGRESS.toNanos()) {
            return;
        }
        reportedNanos = now;
        long seconds = (now - startNanos) / 1_000_000_000L;
        // Parameterized tests are counted when they start.
        out.printf(
                "%4d s  %d of %d tests, now after %s%n",
                seconds, times.size(), Math.max(planned, times.size()), title(test));
    }

    @Override
    public void executionStarted(TestIdentifier test) {
        started.put(test.getUniqueId(), System.nanoTime());
    }

    @Override
    public void executionSkipped(TestIdentifier test, String reason) {
        skipped++;
        out.printf("skipped  %s%n    %s%n", title(test), reason);
    }

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
        if (test.isTest()) {
            long nanos = System.nanoTime() - started.get(test.getUniqueId());
            times.add(new Timed(title(test), nanos / 1_000_000));
            progress(test);
        }
        switch (result.getStatus()) {
            case SUCCESSFUL -> passed += test.isTest() ? 1 : 0;
            case ABORTED -> {
                skipped++;
                out.printf("skipped  %s%n    %s%n", title(test), reason(result));
            }
            case FAILED -> { // also of a class: its @BeforeAll
                failed++;
                out.printf("failed   %s%n", title(test));
                result.getThrowable().ifPresent(this::print);
            }
        }
    }

    private static String reason(TestExecutionResult result) {
        return result.getThrowable().map(Throwable::getMessage).orElse("without a reason");
    }

    private void print(Throwable failure) {
        List<String> lines = String.valueOf(failure).strip().lines().toList();
        lines.stream().limit(MESSAGE_LINES).forEach(line -> out.println("    " + line));
        if (lines.size() > MESSAGE_LINES) {
            out.printf("    ... and %d more lines%n", lines.size() - MESSAGE_LINES);
        }
        List<StackTraceElement> ours = new ArrayList<>();
        for (StackTraceElement frame : failure.getStackTrace()) {
            if (isOurs(frame.getClassName()) && ours.size() < FRAMES) {
                ours.add(frame);
            }
        }
        ours.forEach(frame -> out.println("        " + frame));
        if (failure.getCause() != null && failure.getCause() != failure) {
            out.println("    caused by");
            print(failure.getCause());
        } else if (ours.isEmpty()) {
            // Without a frame of a test, the library's frames are shown.
            for (StackTraceElement frame : failure.getStackTrace()) {
                if (frame.getClassName().startsWith("migopy.")) {
                    out.println("        " + frame);
                }
            }
        }
    }

    private static boolean isOurs(String className) {
        return className.startsWith("support.")
                || FOLDERS.stream().anyMatch(folder -> className.startsWith(folder + "."));
    }

    /** Prints the end of the report and returns the exit code. */
    private int sum() {
        times.sort(Comparator.comparingLong(Timed::millis).reversed());
        if (times.size() > 1) {
            out.println("slowest");
            times.stream().limit(SLOWEST).forEach(time -> out.printf("%7d ms  %s%n", time.millis(), time.test()));
        }
        if (passed + failed == 0) {
            out.println("No test ran.");
        }
        out.printf("%d passed, %d failed%s%n", passed, failed, skipped == 0 ? "" : ", " + skipped + " skipped");
        return failed > 0 || passed == 0 ? 1 : 0;
    }
}
