/** Ad-hoc fixes on a real server: records, kills, the shell, and conversion to a migration. */
package mongo.fix;
