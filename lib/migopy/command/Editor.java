package migopy.command;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import migopy.MigopyException;
import migopy.console.Wording;
import migopy.files.Programs;

/**
 * The user's editor: VISUAL, EDITOR, or the first installed one of {@value #KNOWN}. Started without a shell.
 *
 * @param command the program and its own arguments
 */
record Editor(List<String> command) {
    private static final String KNOWN = "code, codium, idea";

    /** Those that open a folder in a window of their own. Any other editor gets the file, and the terminal. */
    private static final Set<String> WINDOWS = Set.of("code", "code-insiders", "codium", "vscodium", "cursor", "idea");

    /** How long a window's command is watched: it may fail at once, and some run until the window is closed. */
    private static final int START_SECONDS = 5;

    private static final String HINT = "Set EDITOR to the command of your editor, or only make the folder: "
            + MigopyException.COMMAND + " edit --no-open";

    /**
     * Returns the user's editor.
     *
     * @throws MigopyException usage, if there is none
     */
    static Editor find(Map<String, String> environment) {
        for (String variable : List.of("VISUAL", "EDITOR")) {
            String value = environment.getOrDefault(variable, "").strip();
            if (!value.isEmpty()) {
                List<String> words = new ArrayList<>(List.of(value.split("\\s+")));
                Path program = Programs.find(words.get(0), environment)
                        .orElseThrow(() -> MigopyException.usage(
                                "%s is %s, and %s was not found".formatted(variable, value, words.get(0)), HINT));
                words.set(0, program.toString());
                return new Editor(words);
            }
        }
        for (String known : KNOWN.split(", ")) {
            var program = Programs.find(known, environment);
            if (program.isPresent()) {
                return new Editor(List.of(program.get().toString()));
            }
        }
        throw MigopyException.usage(
                "No editor was found: VISUAL and EDITOR are not set, and none of these is on PATH: " + KNOWN, HINT);
    }

    /** Returns the program's name without its folder and its suffix. */
    String name() {
        return Path.of(command.get(0)).getFileName().toString().replaceFirst("\\.(sh|cmd|exe|bat)$", "");
    }

    /**
     * Opens a folder and a file in it. Waits until an editor in the terminal ends.
     *
     * @throws MigopyException failed, if it cannot be started or fails
     */
    void open(Path folder, Path file) throws InterruptedException {
        boolean window = WINDOWS.contains(name());
        List<String> line = new ArrayList<>(command);
        if (window) {
            line.add(folder.toString());
        }
        line.add(file.toString());
        ProcessBuilder builder = new ProcessBuilder(line).directory(folder.toFile());
        if (window) {
            builder.redirectOutput(Redirect.DISCARD).redirectError(Redirect.DISCARD);
        } else {
            builder.inheritIO();
        }
        try {
            Process process = builder.start();
            if (window) {
                process.getOutputStream().close();
            }
            boolean ended = !window || process.waitFor(START_SECONDS, TimeUnit.SECONDS);
            if (ended && process.waitFor() != 0) {
                throw failed("ended with exit code " + process.exitValue());
            }
        } catch (IOException e) {
            throw failed("cannot be started: " + e.getMessage());
        }
    }

    private MigopyException failed(String why) {
        return MigopyException.usage("%s %s".formatted(Wording.visible(String.join(" ", command)), why), HINT);
    }
}
