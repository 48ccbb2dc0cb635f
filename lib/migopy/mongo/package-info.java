/**
 * The connection: the only package that makes a MongoClient. It translates the driver's exceptions, and kills
 * the operations that a crashed run left on the server.
 *
 * <p>May import files, backfill, settings and what they import.
 */
package migopy.mongo;
