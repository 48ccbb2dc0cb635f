/**
 * What each command promises, seen from outside: arguments in; exit code, words, JSON, journal and
 * lock out.
 */
package mongo.command;
