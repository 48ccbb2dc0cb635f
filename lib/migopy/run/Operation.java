package migopy.run;

import migopy.console.Console;
import migopy.journal.By;
import migopy.lock.Lease;
import migopy.mongo.Connection;
import migopy.mongo.ServerOperations;
import migopy.settings.Settings;

/**
 * What the parts of one run share: a run that holds the lock.
 *
 * @param dumpFolder where the dump before this run lies, or null
 */
record Operation(
        Settings settings,
        Connection connection,
        String runId,
        By by,
        Console console,
        Hooks hooks,
        Watchdog watchdog,
        Ledger ledger,
        Lease lease,
        ServerOperations operations,
        Takeover takeover,
        RunOptions options,
        String dumpFolder) {

    Operation withDump(String folder) {
        return new Operation(
                settings,
                connection,
                runId,
                by,
                console,
                hooks,
                watchdog,
                ledger,
                lease,
                operations,
                takeover,
                options,
                folder);
    }
}
