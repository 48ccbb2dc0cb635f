/**
 * The connection: the one place that makes a MongoClient, names what the server refuses, and ends
 * what a dead run left there.
 *
 * <p>May import files, backfill, settings and what they import.
 */
package migopy.mongo;
