/**
 * Rehearsals: migrations run on a copy of the database, and what they changed is compared with the state before.
 *
 * <p>A rehearsal is a run like any other, with journal and lock, on a scratch database that holds the journal, the
 * definitions and a sample of the documents. Only three things are special: each command is seen before it is sent
 * ({@link migopy.observe.CallLog}), so that nothing outside of the scratch database is reached; a collection is kept as it
 * was before its first write ({@link migopy.rehearsal.PreImages}), so that only what is written to costs anything; and the
 * scratch database carries a mark, without which none is ever dropped.
 *
 * <p>Where a collection is sampled, the migrations are first called once on the sample; the filters that they sent, and the
 * types that the sample lacks, then choose more documents for a new copy ({@link migopy.rehearsal.Aim}). A dump is restored
 * beside the copy ({@link migopy.rehearsal.DumpedDatabase}), and from then on is a source like any other. Plans and counts
 * come from the source, never from the copy ({@link migopy.rehearsal.SourceEstimator}).
 */
package migopy.rehearsal;
