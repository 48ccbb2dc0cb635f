/**
 * Output: events and answers come in as plain values; text, JSON or a progress bar goes out. Imports no other package of
 * Migopy, only its public exceptions and reports.
 */
package migopy.console;
