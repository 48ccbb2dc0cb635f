/**
 * What is said, and how: events and answers come in as plain values, words, JSON or a progress bar
 * go out. Imports no room of Migopy, only its {@code MigopyException} and {@code Problem}.
 */
package migopy.console;
