/**
 * Rehearsals: migrations run on a copy of the database, and what they changed is compared with the state before.
 *
 * <p>A rehearsal is a run like any other, with journal and lock, on a scratch database that holds the journal, the
 * definitions and a sample of the documents. Only three things are special: each command is seen before it is sent
 * ({@link migopy.observe.CallLog}), so that nothing outside of the scratch database is reached; a collection is kept as it
 * was before its first write ({@link migopy.rehearsal.PreImages}), so that only what is written to costs anything; and the
 * scratch database carries a mark, without which none is ever dropped.
 */
package migopy.rehearsal;
