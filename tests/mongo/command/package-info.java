/** The promises of each command, tested from outside: arguments in; exit code, text, JSON, journal and lock out. */
package mongo.command;
