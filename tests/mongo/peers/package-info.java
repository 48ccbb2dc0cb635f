/** Journals of other migration tools, written by those tools themselves, and taken over by {@code adopt}. */
package mongo.peers;
