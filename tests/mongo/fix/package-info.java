/** Ad-hoc fixes from outside: records, kills, the shell, and what becomes of a fix. */
package mongo.fix;
