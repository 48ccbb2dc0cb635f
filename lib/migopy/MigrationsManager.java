//DEPS org.mongodb:mongodb-driver-sync:5.14.0
//DEPS info.picocli:picocli:4.7.7
//DEPS org.slf4j:slf4j-api:2.0.20
//DEPS io.github.java-diff-utils:java-diff-utils:4.18
//DEPS me.tongfei:progressbar:0.10.2
//SOURCES DirectRun.java
//SOURCES MigopyException.java
//SOURCES Migration.java
//SOURCES Problem.java
//SOURCES Resumable.java
//SOURCES Transaction.java
//SOURCES backfill/Backfill.java
//SOURCES backfill/BackfillContext.java
//SOURCES backfill/BatchSize.java
//SOURCES backfill/Batches.java
//SOURCES backfill/Board.java
//SOURCES backfill/Change.java
//SOURCES backfill/Checkpoint.java
//SOURCES backfill/CheckpointWriter.java
//SOURCES backfill/Checkpoints.java
//SOURCES backfill/Code.java
//SOURCES backfill/CollectionFacts.java
//SOURCES backfill/Control.java
//SOURCES backfill/Crew.java
//SOURCES backfill/Destination.java
//SOURCES backfill/EstimateRun.java
//SOURCES backfill/Estimator.java
//SOURCES backfill/FailedAt.java
//SOURCES backfill/Fingerprint.java
//SOURCES backfill/Job.java
//SOURCES backfill/LeaseCheck.java
//SOURCES backfill/LeftBehind.java
//SOURCES backfill/Pace.java
//SOURCES backfill/Parts.java
//SOURCES backfill/Range.java
//SOURCES backfill/RateMeter.java
//SOURCES backfill/ReplicationLag.java
//SOURCES backfill/Retry.java
//SOURCES backfill/Run.java
//SOURCES backfill/Segment.java
//SOURCES backfill/Sessions.java
//SOURCES backfill/ShardKeys.java
//SOURCES backfill/Standing.java
//SOURCES backfill/Stopped.java
//SOURCES backfill/Stretch.java
//SOURCES backfill/Sweep.java
//SOURCES backfill/Target.java
//SOURCES backfill/TransactionWorker.java
//SOURCES backfill/Walk.java
//SOURCES backfill/Worker.java
//SOURCES backfill/Written.java
//SOURCES backfill/package-info.java
//SOURCES command/Action.java
//SOURCES command/AnswerStream.java
//SOURCES command/BackfillCommand.java
//SOURCES command/CommandLineParser.java
//SOURCES command/Commands.java
//SOURCES command/Create.java
//SOURCES command/DbDump.java
//SOURCES command/DbRestore.java
//SOURCES command/Dumps.java
//SOURCES command/Execute.java
//SOURCES command/Faults.java
//SOURCES command/FixToMigration.java
//SOURCES command/GlobalOption.java
//SOURCES command/Help.java
//SOURCES command/HelpAnswer.java
//SOURCES command/HelpText.java
//SOURCES command/History.java
//SOURCES command/Ignore.java
//SOURCES command/Limits.java
//SOURCES command/NewFile.java
//SOURCES command/Picocli.java
//SOURCES command/Program.java
//SOURCES command/Project.java
//SOURCES command/Redo.java
//SOURCES command/Repair.java
//SOURCES command/Rollback.java
//SOURCES command/Run.java
//SOURCES command/Session.java
//SOURCES command/Shell.java
//SOURCES command/SignalledEnd.java
//SOURCES command/Status.java
//SOURCES command/Stopwatch.java
//SOURCES command/Tasks.java
//SOURCES command/Unlock.java
//SOURCES command/Validate.java
//SOURCES command/VersionAnswer.java
//SOURCES command/package-info.java
//SOURCES console/Answer.java
//SOURCES console/BackfillControlAnswer.java
//SOURCES console/BackfillEstimate.java
//SOURCES console/Colour.java
//SOURCES console/Console.java
//SOURCES console/CreateAnswer.java
//SOURCES console/Direction.java
//SOURCES console/DiscardAnswer.java
//SOURCES console/DumpAnswer.java
//SOURCES console/ErrorAnswer.java
//SOURCES console/EstimateAnswer.java
//SOURCES console/Event.java
//SOURCES console/FixAnswer.java
//SOURCES console/FixRecord.java
//SOURCES console/FixesAnswer.java
//SOURCES console/Format.java
//SOURCES console/HistoryAnswer.java
//SOURCES console/Json.java
//SOURCES console/MigrationEstimate.java
//SOURCES console/MigrationState.java
//SOURCES console/Nearest.java
//SOURCES console/Outcome.java
//SOURCES console/OwnDumpAnswer.java
//SOURCES console/ProgressDisplay.java
//SOURCES console/ProgressJson.java
//SOURCES console/ProgressLine.java
//SOURCES console/RepairAnswer.java
//SOURCES console/RestoreAnswer.java
//SOURCES console/RunAnswer.java
//SOURCES console/Screen.java
//SOURCES console/ServerWords.java
//SOURCES console/ShellAnswer.java
//SOURCES console/StatusAnswer.java
//SOURCES console/StepError.java
//SOURCES console/StepLine.java
//SOURCES console/StepReport.java
//SOURCES console/StepTicker.java
//SOURCES console/Table.java
//SOURCES console/Terminal.java
//SOURCES console/UnlockAnswer.java
//SOURCES console/ValidateAnswer.java
//SOURCES console/Wording.java
//SOURCES console/Words.java
//SOURCES console/package-info.java
//SOURCES dump/ArchiveReader.java
//SOURCES dump/ArchiveWriter.java
//SOURCES dump/ArchivedCollection.java
//SOURCES dump/BsonCheck.java
//SOURCES dump/BsonFile.java
//SOURCES dump/Catalog.java
//SOURCES dump/Checksums.java
//SOURCES dump/CollectionBuild.java
//SOURCES dump/CollectionDump.java
//SOURCES dump/CollectionInfo.java
//SOURCES dump/Crc64.java
//SOURCES dump/Dump.java
//SOURCES dump/DumpCheck.java
//SOURCES dump/DumpFile.java
//SOURCES dump/DumpFolder.java
//SOURCES dump/DumpPass.java
//SOURCES dump/DumpRequest.java
//SOURCES dump/DumpSource.java
//SOURCES dump/DumpedCollection.java
//SOURCES dump/DumpedFile.java
//SOURCES dump/EmptyTimestamps.java
//SOURCES dump/ExtendedJson.java
//SOURCES dump/Failures.java
//SOURCES dump/FileNames.java
//SOURCES dump/FolderContents.java
//SOURCES dump/IndexRestore.java
//SOURCES dump/Inserter.java
//SOURCES dump/Manifest.java
//SOURCES dump/Memory.java
//SOURCES dump/MemoryBudget.java
//SOURCES dump/Metadata.java
//SOURCES dump/Meter.java
//SOURCES dump/RawReplies.java
//SOURCES dump/Restore.java
//SOURCES dump/RestoreItem.java
//SOURCES dump/RestoreLock.java
//SOURCES dump/RestorePlan.java
//SOURCES dump/RestoreRequest.java
//SOURCES dump/Selection.java
//SOURCES dump/ServerFacts.java
//SOURCES dump/SideBySide.java
//SOURCES dump/Snapshot.java
//SOURCES dump/Swap.java
//SOURCES dump/UnfinishedRestore.java
//SOURCES dump/WriteBehind.java
//SOURCES dump/package-info.java
//SOURCES files/CacheFolder.java
//SOURCES files/Checksum.java
//SOURCES files/ChecksumCache.java
//SOURCES files/ClassCache.java
//SOURCES files/ClassPath.java
//SOURCES files/Compilation.java
//SOURCES files/CompiledMigration.java
//SOURCES files/CompilerHint.java
//SOURCES files/CompilerMessages.java
//SOURCES files/Credentials.java
//SOURCES files/Dependencies.java
//SOURCES files/Directives.java
//SOURCES files/EntryScript.java
//SOURCES files/FileStamp.java
//SOURCES files/Groups.java
//SOURCES files/Javac.java
//SOURCES files/Jbang.java
//SOURCES files/Listing.java
//SOURCES files/MigrationDirectory.java
//SOURCES files/MigrationFile.java
//SOURCES files/MigrationLoader.java
//SOURCES files/MigrationSource.java
//SOURCES files/NewMigration.java
//SOURCES files/NewName.java
//SOURCES files/Numbering.java
//SOURCES files/Ownership.java
//SOURCES files/Resources.java
//SOURCES files/ScriptJars.java
//SOURCES files/Shape.java
//SOURCES files/Signature.java
//SOURCES files/SourceCompiler.java
//SOURCES files/SourceOutline.java
//SOURCES files/TouchedCollections.java
//SOURCES files/TypeSearch.java
//SOURCES files/Unit.java
//SOURCES files/package-info.java
//SOURCES fix/FixLines.java
//SOURCES fix/FixMigration.java
//SOURCES fix/FixReader.java
//SOURCES fix/FixSource.java
//SOURCES fix/JavaFix.java
//SOURCES fix/LocalExecution.java
//SOURCES fix/MigrationText.java
//SOURCES fix/Prelude.java
//SOURCES fix/ShellExecutionProvider.java
//SOURCES fix/ShellLoader.java
//SOURCES fix/ShellPlugin.java
//SOURCES fix/ShellRecord.java
//SOURCES fix/ShellRun.java
//SOURCES fix/ShownValue.java
//SOURCES fix/Snippet.java
//SOURCES fix/SnippetClasses.java
//SOURCES fix/SnippetFix.java
//SOURCES fix/Snippets.java
//SOURCES fix/package-info.java
//SOURCES journal/Attempt.java
//SOURCES journal/BackfillRecord.java
//SOURCES journal/Begin.java
//SOURCES journal/By.java
//SOURCES journal/End.java
//SOURCES journal/Entry.java
//SOURCES journal/EntryReader.java
//SOURCES journal/Expected.java
//SOURCES journal/Fixes.java
//SOURCES journal/Ignored.java
//SOURCES journal/Journal.java
//SOURCES journal/JournalEntry.java
//SOURCES journal/OpenSessions.java
//SOURCES journal/Records.java
//SOURCES journal/Renaming.java
//SOURCES journal/Settlement.java
//SOURCES journal/State.java
//SOURCES journal/UnreadableEntry.java
//SOURCES journal/package-info.java
//SOURCES lock/Holder.java
//SOURCES lock/Lease.java
//SOURCES lock/LockStore.java
//SOURCES lock/RestoreNote.java
//SOURCES lock/RestoreNotes.java
//SOURCES lock/package-info.java
//SOURCES mongo/Clients.java
//SOURCES mongo/Connection.java
//SOURCES mongo/DriverLoading.java
//SOURCES mongo/EmbeddedProgram.java
//SOURCES mongo/EmbeddedServer.java
//SOURCES mongo/InDoubt.java
//SOURCES mongo/MissingRight.java
//SOURCES mongo/MongoErrors.java
//SOURCES mongo/NoAnswer.java
//SOURCES mongo/ServerDetails.java
//SOURCES mongo/ServerOperation.java
//SOURCES mongo/ServerOperations.java
//SOURCES mongo/Topology.java
//SOURCES mongo/package-info.java
//SOURCES observe/CommandWatch.java
//SOURCES observe/HandedOut.java
//SOURCES observe/Handles.java
//SOURCES observe/InSession.java
//SOURCES observe/Observation.java
//SOURCES observe/ObservedTransaction.java
//SOURCES observe/OwnTransactions.java
//SOURCES observe/ReadOnly.java
//SOURCES observe/Refusal.java
//SOURCES observe/UncaughtExceptions.java
//SOURCES observe/WriteCommand.java
//SOURCES observe/package-info.java
//SOURCES plan/Duplicates.java
//SOURCES plan/Names.java
//SOURCES plan/Overview.java
//SOURCES plan/Plan.java
//SOURCES plan/Planner.java
//SOURCES plan/Problems.java
//SOURCES plan/Renames.java
//SOURCES plan/Request.java
//SOURCES plan/RollbackPlanner.java
//SOURCES plan/Situation.java
//SOURCES plan/Step.java
//SOURCES plan/package-info.java
//SOURCES run/AttemptReader.java
//SOURCES run/BackfillControl.java
//SOURCES run/Call.java
//SOURCES run/CallHandles.java
//SOURCES run/CallResult.java
//SOURCES run/EditDiff.java
//SOURCES run/Ending.java
//SOURCES run/Estimation.java
//SOURCES run/Failure.java
//SOURCES run/Fix.java
//SOURCES run/FixHistory.java
//SOURCES run/FixOptions.java
//SOURCES run/FixRun.java
//SOURCES run/FixRunner.java
//SOURCES run/HalfRestored.java
//SOURCES run/History.java
//SOURCES run/HookCalls.java
//SOURCES run/Hooks.java
//SOURCES run/Ignores.java
//SOURCES run/JournalView.java
//SOURCES run/Ledger.java
//SOURCES run/MigrationThread.java
//SOURCES run/Operation.java
//SOURCES run/OutputCapture.java
//SOURCES run/Preparation.java
//SOURCES run/RecordedCall.java
//SOURCES run/Rename.java
//SOURCES run/Repairs.java
//SOURCES run/RestoreRun.java
//SOURCES run/RunContext.java
//SOURCES run/RunOptions.java
//SOURCES run/RunResult.java
//SOURCES run/Runner.java
//SOURCES run/Skip.java
//SOURCES run/SourceReader.java
//SOURCES run/StatusReader.java
//SOURCES run/StepBackfills.java
//SOURCES run/StepRun.java
//SOURCES run/Steps.java
//SOURCES run/Stop.java
//SOURCES run/Survey.java
//SOURCES run/TailBuffer.java
//SOURCES run/Takeover.java
//SOURCES run/Unlock.java
//SOURCES run/Validation.java
//SOURCES run/Verdict.java
//SOURCES run/Watchdog.java
//SOURCES run/WeakWrites.java
//SOURCES run/package-info.java
//SOURCES settings/ByteMatcher.java
//SOURCES settings/ConnectionResolver.java
//SOURCES settings/ConnectionSettings.java
//SOURCES settings/Der.java
//SOURCES settings/Durations.java
//SOURCES settings/Level.java
//SOURCES settings/MongoUri.java
//SOURCES settings/Names.java
//SOURCES settings/PasswordFile.java
//SOURCES settings/PemException.java
//SOURCES settings/PemFile.java
//SOURCES settings/ProjectHome.java
//SOURCES settings/RedactingStream.java
//SOURCES settings/Redactor.java
//SOURCES settings/Secret.java
//SOURCES settings/Setting.java
//SOURCES settings/Settings.java
//SOURCES settings/SettingsResolver.java
//SOURCES settings/SettingsSource.java
//SOURCES settings/Tls.java
//SOURCES settings/TlsResolver.java
//SOURCES settings/UriOptions.java
//SOURCES settings/UserFields.java
//SOURCES settings/Value.java
//SOURCES settings/Values.java
//SOURCES settings/package-info.java
//FILES migopy/embedded/EmbeddedDatabase.java=embedded/EmbeddedDatabase.java
//RUNTIME_OPTIONS -XX:ErrorFile=.migopy/hs_err_pid%p.log
//JAVAC_OPTIONS -J-XX:TieredStopAtLevel=1 -XDignore.symbol.file -XDstringConcat=inline
package migopy;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoDatabase;

import migopy.command.Program;
import migopy.command.Project;
import migopy.console.StepReport;
import migopy.run.Hooks;
import migopy.run.RunResult;
import migopy.settings.Settings;
import migopy.settings.SettingsResolver;
import migopy.settings.SettingsSource;
import migopy.settings.UserFields;

import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * What a project's own {@code migopy} class extends. Its fields are the settings, which the
 * environment and options beat; its methods may be overridden, and methods of one's own that are
 * annotated with picocli's {@code @Command} are commands too.
 *
 * <pre>{@code
 * public class migopy extends MigrationsManager {
 *     {
 *         mongoDatabase = "app";
 *     }
 *
 *     public static void main(String... args) {
 *         System.exit(new migopy().run(args));
 *     }
 * }
 * }</pre>
 */
public abstract class MigrationsManager implements SettingsSource {
    /** The connection string; none by default, then host and port count. */
    protected String mongoUri;

    /** The server's name. */
    protected String mongoHost = UserFields.DEFAULTS.mongoHost();

    /** The server's port. */
    protected int mongoPort = UserFields.DEFAULTS.mongoPort();

    /** The database; required where the connection string names none. */
    protected String mongoDatabase;

    /** The user; none by default. */
    protected String mongoUser;

    /** The user's password. Better: MONGO_PASSWORD or MONGO_PASSWORD_FILE. */
    protected String mongoPassword;

    /** The database that knows the user; the driver's default. */
    protected String mongoAuthSource;

    /** Whether the connection is encrypted. */
    protected boolean mongoTls;

    /** The certificates that are trusted, a PEM file; the JDK's by default. */
    protected String mongoTlsCaFile;

    /** One's own certificate and key, a PEM file; none by default. */
    protected String mongoTlsCertificateKeyFile;

    /** How long the first contact with the server may take. */
    protected Duration connectTimeout = Duration.ofSeconds(5);

    /** Where the migrations lie, from the project's folder. */
    protected String migrationsDirectory = UserFields.DEFAULTS.migrationsDirectory();

    /** What a migration's file name matches, with a group {@code number}. */
    protected String migrationsFilePattern = UserFields.DEFAULTS.migrationsFilePattern();

    /** The journal's collection; lock and fixes lie beside it. */
    protected String migrationsCollection = UserFields.DEFAULTS.migrationsCollection();

    /** Where dumps go, from the project's folder. */
    protected String mongoDumpDirectory = UserFields.DEFAULTS.mongoDumpDirectory();

    /** Whether {@code execute} dumps the database first. */
    protected boolean doMongoDump;

    /** How long the lock is held without renewal. Shorter ones are for tests. */
    protected Duration lockLease = Duration.ofSeconds(30);

    private Program program;

    /**
     * Does what the words on the command line say.
     *
     * <p>Called straight from one's own {@code main}, it is the JVM's program: it installs signal
     * handlers, and halts where a migration cannot be ended otherwise. Called from anywhere else it
     * does neither.
     *
     * @return the exit code
     */
    public int run(String... args) {
        boolean asProgram = isProgram();
        PrintStream out = asProgram ? Program.standardOutput(args) : System.out;
        return run(asProgram, out, System.err, args);
    }

    /**
     * Does the same for a test of one's own: everything that is said goes to these streams.
     *
     * @return the exit code
     */
    public int run(PrintStream out, PrintStream err, String... args) {
        return run(false, out, err, args);
    }

    private int run(boolean asProgram, PrintStream out, PrintStream err, String... args) {
        Program before = program; // a task of one's own may run a command in turn
        program = new Program(new Own(), out, err, asProgram);
        try {
            return program.run(args);
        } finally {
            program = before;
        }
    }

    // The caller is the main method of this very class, and nobody called that: so this thread is
    // the JVM's first one, and no test runner or server has anything else to do in it.
    private boolean isProgram() {
        StackTraceElement[] frames = new Throwable().getStackTrace();
        StackTraceElement first = frames[frames.length - 1];
        boolean main = frames.length == 3 && first.getMethodName().equals("main");
        Class<?> type = main ? getClass() : null;
        while (type != null && !type.getName().equals(first.getClassName())) {
            type = type.getSuperclass();
        }
        return type != null;
    }

    /** The environment's variables; a test may give others. */
    protected Map<String, String> environment() {
        return System.getenv();
    }

    /** The id of the run under way, which the journal keeps with everything that the run does. */
    protected String runId() {
        return program.session().runId();
    }

    /**
     * Before the first step of a run, under the lock. An exception ends the run with nothing
     * executed.
     */
    protected void beforeRun() throws Exception {}

    /** After the last step of a run, however it ended, under the lock. */
    protected void afterRun() throws Exception {}

    /** Before a migration is called. An exception is the migration's failure. */
    protected void beforeMigration(String name) throws Exception {}

    /** After a migration's end was recorded. An exception ends the run. */
    protected void afterMigration(String name, StepReport step) throws Exception {}

    /**
     * Dumps the database into {@link #dumpFolder}; {@code dbdump}, and {@code execute} with {@code
     * doMongoDump}, call it.
     *
     * @throws Exception then nothing is executed
     */
    protected void doDump() throws Exception {
        program.session().dumps().run();
    }

    /**
     * The folder of this session's dump, named after the time and the database. It does not exist
     * yet.
     */
    protected Path dumpFolder() {
        return program.session().dumps().folder();
    }

    /**
     * The database, for tasks of one's own; there is one only while a command runs, which also
     * closes it.
     */
    protected MongoDatabase db() {
        return program.session().connection().database();
    }

    /** The client behind {@link #db}. */
    protected MongoClient client() {
        return program.session().connection().client();
    }

    /**
     * The settings as fields and environment give them, for a migration that is run directly; while
     * a command runs, that one's.
     */
    @Override
    public Settings settings() {
        if (program != null) {
            return program.session().settings();
        }
        Path here = Path.of("").toAbsolutePath();
        return new SettingsResolver(fields(), Map.of(), environment(), here).resolve();
    }

    private UserFields fields() {
        return new UserFields(
                mongoUri,
                mongoHost,
                mongoPort,
                mongoDatabase,
                mongoUser,
                mongoPassword,
                mongoAuthSource,
                mongoTls,
                mongoTlsCaFile,
                mongoTlsCertificateKeyFile,
                typed(connectTimeout),
                migrationsDirectory,
                migrationsFilePattern,
                migrationsCollection,
                mongoDumpDirectory,
                doMongoDump,
                typed(lockLease));
    }

    /** As it would be typed; settings refuse what cannot be right by name. */
    private static String typed(Duration duration) {
        return duration == null ? null : duration.toMillis() + "ms";
    }

    /** This object, as commands and runs see it: they must not know this class. */
    private final class Own implements Project, Hooks {
        @Override
        public UserFields fields() {
            return MigrationsManager.this.fields();
        }

        @Override
        public Map<String, String> environment() {
            return MigrationsManager.this.environment();
        }

        @Override
        public Hooks hooks() {
            return this;
        }

        @Override
        public String runId() {
            int random = new SplittableRandom().nextInt(); // eight hexadecimal digits
            return Long.toHexString(random & 0xffff_ffffL | 1L << 32).substring(1);
        }

        @Override
        public Object tasks() {
            return MigrationsManager.this;
        }

        @Override
        public void beforeRun() throws Exception {
            MigrationsManager.this.beforeRun();
        }

        @Override
        public void afterRun(RunResult result) throws Exception {
            MigrationsManager.this.afterRun();
        }

        @Override
        public void beforeMigration(String name) throws Exception {
            MigrationsManager.this.beforeMigration(name);
        }

        @Override
        public void afterMigration(StepReport step) throws Exception {
            MigrationsManager.this.afterMigration(step.name(), step);
        }

        @Override
        public String dump(Set<String> collections) throws Exception {
            program.session().dumps().only(collections);
            doDump();
            Path folder = dumpFolder();
            return Files.exists(folder) ? folder.toString() : null; // an own one may lie elsewhere
        }
    }
}
