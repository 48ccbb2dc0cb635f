package support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * Starts JVMs on the classes under test.
 *
 * @param folder the folder for their output
 * @param start their working directory
 * @param signals the folder of {@link Signals}
 * @param environment their whole environment
 * @param input the file that is their standard input
 * @param around a command that starts theirs, such as a terminal
 */
record Jvm(
        Path folder,
        Path start,
        Path signals,
        Map<String, String> environment,
        Path input,
        UnaryOperator<List<String>> around) {
    /** The first options of every child. Most live too short to make up for the compilation of their methods. */
    static final List<String> COMMAND = List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-XX:CompileThresholdScaling=3",
            "-XX:+UseSerialGC");

    /** The classes under test, the tests, and what a project needs: {@link ProjectClassPath}. */
    static final String JARS = System.getProperty("java.class.path");

    /** Options for every child, for example a coverage agent. */
    private static final String MORE_OPTIONS = System.getenv("MIGOPY_TEST_JAVA_OPTIONS");

    /**
     * Starts a main class.
     *
     * @param number distinguishes its output from that of others in the same folder
     * @param classes a folder of more classes; or null, for a JVM of jars alone, without the
     *     options for every child
     */
    Run start(int number, Path classes, List<String> options, String mainClass, String... arguments) {
        List<String> command = ClassArchive.command(environment);
        if (MORE_OPTIONS != null && classes != null) {
            command.addAll(List.of(MORE_OPTIONS.split(" ")));
        }
        command.addAll(options);
        command.add("-D" + Signals.PROPERTY + "=" + signals);
        // After the jars: an archive fits class paths with the same prefix.
        command.addAll(List.of("-cp", classes == null ? JARS : JARS + ":" + classes, mainClass));
        command.addAll(List.of(arguments));
        Path out = folder.resolve("out-" + number);
        Path err = folder.resolve("err-" + number);
        ProcessBuilder builder = new ProcessBuilder(around.apply(command))
                .directory(start.toFile())
                .redirectInput(input.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().clear();
        builder.environment().putAll(environment);
        String title = mainClass + " " + String.join(" ", arguments);
        try {
            return new Run(title, builder.start(), out, err, signals);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
