package migopy.command;

import java.util.List;
import migopy.Problem;
import migopy.console.Answer;
import migopy.console.Json;
import migopy.console.Wording;
import migopy.console.Words;
import org.bson.Document;

/**
 * What {@code validate} found.
 *
 * @param directory the migrations' directory, as it was set
 * @param files how many migrations were looked at
 * @param database the journal's database that was compared as well, or null without {@code
 *     --database}
 * @param server where that database is, or null
 * @param problems every problem that was found
 * @param notices what a person should know that is no problem, one line each
 */
public record ValidateAnswer(
        String directory, int files, String database, String server, List<Problem> problems, List<String> notices)
        implements Answer {

    public ValidateAnswer {
        problems = List.copyOf(problems);
        notices = List.copyOf(notices);
    }

    /** 3 if there is a problem, else 0. */
    public int exitCode() {
        return problems.isEmpty() ? 0 : 3;
    }

    @Override
    public void words(Words out) {
        String where = database == null ? "" : ", and " + database + " on " + server;
        out.line(Wording.folder(directory) + where);
        out.gap();
        if (!problems.isEmpty()) {
            out.problems(problems, true);
            out.gap();
        }
        notices.forEach(out::line);
        out.line(Wording.count(files, "migration")
                + " looked at, "
                + (problems.isEmpty() ? "no problem" : Wording.count(problems.size(), "problem"))
                + ".");
    }

    @Override
    public Document json() {
        Document answer = new Document("directory", directory).append("files", files);
        Json.put(answer, "database", database);
        return answer.append("problems", Json.problems(problems))
                .append("notices", notices)
                .append("exitCode", exitCode());
    }
}
